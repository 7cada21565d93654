"""What a load may be told: today, limits of place and time, and the choices that a user makes for one file."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from concerns.errors import BadSetting

IRAQ_BOX = (38.7, 29.0, 48.7, 37.4)  # west, south, east, north in degrees
DATE_ORDERS = ("dmy", "mdy")


@dataclass(frozen=True)
class Settings:
    """Settings of one load; the same file with the same settings gives the same rows.

    today: no report is of a later day. min_date: none is older. date_order: forces the order of day and month; None
    lets each column prove its own. tolerance_m: how far outside every district a point still counts. max_accuracy_m: a
    point that is less exact is refused; None accepts any. country_box: west, south, east, north. swap_coordinates: the
    user confirmed that latitude and longitude are exchanged in the whole file. keep_equal_rows: equal rows of a file
    without ids are events of their own.

    Raises BadSetting: a value that no load can use.
    """

    today: dt.date
    min_date: dt.date = dt.date(2000, 1, 1)
    date_order: str | None = None
    tolerance_m: float = 500.0
    max_accuracy_m: float | None = None
    country_box: tuple[float, float, float, float] = IRAQ_BOX
    swap_coordinates: bool = False
    keep_equal_rows: bool = False

    def __post_init__(self) -> None:
        west, south, east, north = self.country_box
        rules = {
            "date_order": (self.date_order in (None, *DATE_ORDERS), "Use dmy or mdy."),
            "min_date": (self.min_date <= self.today, "Give a day that is not after today."),
            "tolerance_m": (0 <= self.tolerance_m < math.inf, "Give metres, 0 or more."),
            "max_accuracy_m": (
                self.max_accuracy_m is None or 0 < self.max_accuracy_m < math.inf,
                "Give metres, more than 0.",
            ),
            "country_box": (
                -180 <= west < east <= 180 and -90 <= south < north <= 90,
                "Give west, south, east, north in degrees.",
            ),
        }
        for name, (is_right, hint) in rules.items():
            if not is_right:
                raise BadSetting("The value cannot be used.", where=f"setting {name}", hint=hint)
