"""What a viewer asks for: one frozen value that travels from the filter bar to the cube and into every link."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from concerns.schema import BadSetting

_CODE = re.compile(r"[A-Za-z0-9._-]{1,24}\Z")
_LISTS = {"category": "categories", "severity": "severities", "adm1": "governorates", "adm2": "districts"}
_MAX_CODES = 500
SEVERITIES = (0, 1, 2, 3)  # 0: the source gave none


@dataclass(frozen=True)
class Selection:
    """A period (both days included) and what may be counted in it; an empty tuple means "all".

    >>> chosen = Selection(start=dt.date(2024, 1, 1), categories=("C07",))
    >>> chosen.to_query()
    {'from': '2024-01-01', 'category': 'C07'}
    >>> Selection.from_query(chosen.to_query()) == chosen
    True
    """

    start: dt.date | None = None
    end: dt.date | None = None
    categories: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    governorates: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.start and self.end and self.start > self.end:
            raise BadSetting("The period ends before it begins.", where="period", hint="Choose a later end.")
        for name in _LISTS.values():
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))

    def to_query(self) -> dict[str, str]:
        """Give the address parameters that reproduce this selection; what is not restricted is left out."""
        query = {key: day.isoformat() for key, day in (("from", self.start), ("to", self.end)) if day}
        lists = {key: ",".join(map(str, getattr(self, name))) for key, name in _LISTS.items()}
        return query | {key: text for key, text in lists.items() if text}

    @classmethod
    def from_query(cls, query: Mapping[str, str | Iterable[str]]) -> Selection:
        """Read address parameters by schema; parameters of other owners are passed over.

        Raises BadSetting: a day that is no day, a code with signs that no code has, or too many of them.
        """
        codes = {name: _codes(key, query.get(key, "")) for key, name in _LISTS.items()}
        severities = tuple(_severity(text) for text in codes.pop("severities"))
        return cls(start=_day("from", query), end=_day("to", query), severities=severities, **codes)

    @property
    def bounds(self) -> tuple[dt.date, dt.date]:
        """First and last day. Raises ValueError: an end is open."""
        if self.start is None or self.end is None:
            raise ValueError("this selection has an open end")
        return self.start, self.end

    @property
    def n_days(self) -> int:
        """Length in days, both ends included. Raises ValueError: an end is open."""
        start, end = self.bounds
        return (end - start).days + 1

    def previous(self, *, first: dt.date | None = None, last: dt.date | None = None) -> Selection:
        """Give the equally long period just before this one; `first` and `last` stand in for an open end.

        Raises ValueError: an end is open and nothing stands in for it.

        >>> Selection(dt.date(2024, 2, 1), dt.date(2024, 2, 10)).previous().start
        datetime.date(2024, 1, 22)
        """
        start, end = replace(self, start=self.start or first, end=self.end or last).bounds
        length = end - start + dt.timedelta(days=1)
        return replace(self, start=start - length, end=start - dt.timedelta(days=1))


def _text(value: str | Iterable[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _codes(key: str, value: str | Iterable[str]) -> tuple[str, ...]:
    parts = [part for part in _text(value).split(",") if part]
    if len(parts) > _MAX_CODES or not all(_CODE.match(part) for part in parts):
        raise BadSetting("The link holds a code that cannot be read.", where=key, hint="Choose the filter again.")
    return tuple(parts)


def _severity(text: str) -> int:
    if text not in {str(level) for level in SEVERITIES}:
        raise BadSetting("The link holds an unknown severity.", where="severity", hint="Choose from 0 to 3.")
    return int(text)


def _day(key: str, query: Mapping[str, str | Iterable[str]]) -> dt.date | None:
    text = _text(query.get(key, ""))
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadSetting("The link holds a day that cannot be read.", where=key, hint="Write YYYY-MM-DD.") from error
