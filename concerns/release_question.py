"""What a reader asks of a release: one of its tables, a span of periods, some places, some categories."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from concerns.disclosure import Table, quarters_between
from concerns.schema import BadSetting

_QUARTER = re.compile(r"\d{4}Q[1-4]\Z")
_CODE = re.compile(r"[A-Za-z0-9]{1,16}\Z")
_MAX_CODES = 200
TABLES = {"districts": Table.DISTRICT_QUARTER, "governorates": Table.GOVERNORATE_QUARTER,
          "country": Table.NATIONAL_MONTH, "sensitive": Table.SENSITIVE_YEAR}  # fmt: skip


@dataclass(frozen=True)
class ReleaseQuestion:
    """A question to one table; an empty value asks for all. first, last: quarters, both included.

    >>> asked = ReleaseQuestion(first="2024Q1", categories=("C07",))
    >>> asked.to_query()
    {'first': '2024Q1', 'category': 'C07'}
    >>> ReleaseQuestion.from_query(asked.to_query()) == asked
    True
    """

    table: str = "districts"
    first: str = ""
    last: str = ""
    governorates: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def to_query(self) -> dict[str, str]:
        """Give the address parameters that ask the same; what is not restricted is left out."""
        query = {"table": "" if self.table == "districts" else self.table, "first": self.first, "last": self.last}
        query |= {"adm1": ",".join(self.governorates), "category": ",".join(self.categories)}
        return {key: text for key, text in query.items() if text}

    @classmethod
    def from_query(cls, query: Mapping[str, str | Iterable[str]]) -> ReleaseQuestion:
        """Read address parameters by schema; those of other owners are passed over.

        Raises BadSetting: a table, quarter or code that is none.
        """
        text = {key: value if isinstance(value, str) else ",".join(value) for key, value in query.items()}
        table, first, last = text.get("table") or "districts", text.get("first", ""), text.get("last", "")
        if table not in TABLES:
            raise _unreadable("table")
        for name, quarter in (("first", first), ("last", last)):
            if quarter and not _QUARTER.match(quarter):
                raise _unreadable(name)
        return cls(table, first, last, _codes("adm1", text), _codes("category", text))

    def within(self, quarters: Sequence[str], *, usual: int = 4) -> tuple[str, ...]:
        """Give the published quarters that are asked for: without a choice the latest `usual`.

        >>> ReleaseQuestion(first="2023Q1", last="2023Q3").within(["2023Q2", "2023Q3", "2023Q4"])
        ('2023Q2', '2023Q3')
        """
        if not quarters:
            return ()
        last = self.last if self.last in quarters else quarters[-1]
        usual_first = quarters[max(0, quarters.index(last) + 1 - usual)]
        first = max(self.first, quarters[0]) if self.first else usual_first
        asked = frozenset(quarters_between(min(first, last), last))
        return tuple(quarter for quarter in quarters if quarter in asked)

    def where(self, quarters: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Give column → wanted members, as `loaders.release.Release.totals` takes them.

        quarters: those of `within`. The sensitive table is asked for the years that they end.
        """
        table = TABLES[self.table]
        if table is Table.SENSITIVE_YEAR:
            chosen: dict[str, tuple[str, ...]] = {"year": tuple(sorted({quarter[:4] for quarter in quarters}))}
        else:
            chosen = {"quarter": tuple(quarters)}
        if self.governorates and table is not Table.NATIONAL_MONTH:
            chosen["adm1_pcode"] = self.governorates
        if self.categories and table is not Table.DISTRICT_QUARTER:
            chosen["category"] = self.categories
        return chosen


def _codes(key: str, text: Mapping[str, str]) -> tuple[str, ...]:
    parts = [part for part in text.get(key, "").split(",") if part]
    if len(parts) > _MAX_CODES or not all(_CODE.match(part) for part in parts):
        raise _unreadable(key)
    return tuple(sorted(set(parts)))


def _unreadable(key: str) -> BadSetting:
    return BadSetting("The link holds something that cannot be read.", where=key, hint="Choose again.")
