"""One module a format: the only place where foreign column names are known."""

from __future__ import annotations

from types import ModuleType

import pandas as pd

from concerns.errors import BadSetting, MissingColumns, UnknownFormat
from loaders.headings import missing_groups
from loaders.mapping import Mapping
from loaders.raw import RawFile
from loaders.sources import (
    acled,
    dtm,
    hapi,
    hxl,
    insecurity_insight,
    kobo,
    mapped,
    odk,
    ona,
    police_uk,
    template,
    ucdp,
)
from loaders.sources.source import Declared, Source, listed

__all__ = ["MODULES", "Declared", "Source", "recognise"]

_ALL = (template, acled, ucdp, hapi, insecurity_insight, police_uk, ona, odk, kobo, dtm, hxl, mapped)
MODULES: dict[str, ModuleType] = {module.NAME: module for module in _ALL}


def recognise(
    raw: RawFile, sample: pd.DataFrame, *, force: str | None = None, mapping: Mapping | None = None
) -> Source:
    """Tell from its columns what a file is, and how they become ours.

    sample: some first records. force: the name of a format, taken whatever the columns look like. mapping: laid over
    what is recognised; a file of no known layout is `mapped`.

    Raises BadSetting: `force` is no format, or the mapping names people.
    Raises MissingColumns: a day, a place or a category has no column; the text lists what was found.
    Raises UnknownFormat: no layout fits and nothing is mapped.
    """
    where = f"{raw.kind} table"
    if force is not None and force not in MODULES:
        raise BadSetting(
            "This is no known format.", where=f"format {force[:40]}", hint=f"Use one of {', '.join(MODULES)}."
        )
    columns = list(raw.columns)
    module = MODULES[force] if force else _best(raw, sample)
    if module is None and mapping is None:
        raise _unknown(columns, where, sample)
    source = (module or mapped).open_source(columns, raw.hxl, sample)
    if force:
        _require_columns(source, columns, sample)
    if mapping is not None:
        source = mapping.apply(source, columns)
    return source.check_complete(columns, where=where)


def _require_columns(source: Source, columns: list[str], sample: pd.DataFrame) -> None:
    """Raises MissingColumns: a format was forced on a file that has not the columns without which it cannot be read."""
    try:
        source.rename(sample)
    except KeyError as error:
        raise MissingColumns(
            f"A file of the format {source.name} has a column {error.args[0]}; found: {listed(columns)}.",
            where=f"format {source.name}",
            hint="Leave the format to be recognised, or name the columns in a mapping.",
            code="HEADER_MISSING",
        ) from error


def _best(raw: RawFile, sample: pd.DataFrame) -> ModuleType | None:
    scored = [(module.recognise(list(raw.columns), raw.hxl, sample) or 0.0, module) for module in _ALL]
    confidence, module = max(scored, key=lambda pair: pair[0])
    return module if confidence else None


def _unknown(columns: list[str], where: str, sample: pd.DataFrame) -> UnknownFormat | MissingColumns:
    missing = missing_groups(mapped.open_source(columns, None, sample).headers)
    hint = "Name the columns in a mapping (--mapping FILE.yaml, or on the page Data)."
    if len(missing) < 3:
        what = f"The columns hold no {' and no '.join(missing)}; found: {listed(columns)}."
        return MissingColumns(what, where=where, hint=hint, code="HEADER_MISSING")
    return UnknownFormat(
        f"No known layout fits these columns: {listed(columns)}.", where=where, hint=hint, code="HEADER_MISSING"
    )
