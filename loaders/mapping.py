"""A user's mapping: which header holds which of our columns, and what the words in it mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from concerns.errors import BadSetting
from concerns.taxonomy import Taxonomy
from loaders.categories import load_taxonomy
from loaders.cells import fold, to_text
from loaders.headings import OUR_NAMES, TEXT_COLUMNS, WORDS, find_headers
from loaders.people import is_contact, personal_columns

if TYPE_CHECKING:
    from loaders.sources.source import Source

_KEYS = ("columns", "values", "severity_scale", "date_order", "geopoint", "district", "answers")
_LEVELS = {"1": "low", "2": "medium", "3": "high"}  # severity in words, which no scale changes
_LARGEST = 200_000  # bytes of a mapping file
_DEEPEST = 5  # levels; a mapping needs three


@dataclass(frozen=True)
class Mapping:
    """columns: our column → header names that may hold it. values: our column → (their text → ours). answers: those of
    our columns that a form asks; an export without them is no fault, and a district among them is an answer."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    severity_scale: tuple[float, float] | None = None
    date_order: str | None = None
    answers: tuple[str, ...] = ()

    def apply(self, source: Source, columns: list[str]) -> Source:
        """Lay this mapping over a recognised source. Raises BadSetting: it names a column about people."""
        by_key = {fold(column): column for column in reversed(columns)}
        headers: dict[str, str] = {}
        absent: list[str] = []
        for ours, names in self.columns.items():
            header = next((by_key[fold(name)] for name in names if fold(name) in by_key), None)
            if header is None:
                absent.append(ours)
            elif is_contact(header):
                raise BadSetting(
                    "The column tells how to reach a person or a device and is never stored.",
                    where=f"mapping, {ours}",
                    hint="Leave it out.",
                )
            else:
                headers[ours] = header
        absent = [ours for ours in absent if ours not in self.answers]
        warnings = [f"The mapping names no column of this file for {', '.join(absent)}."] if absent else []
        return source.with_mapping(
            headers,
            is_binding=bool({"district", "adm2_pcode"} & (headers.keys() - set(self.answers))),
            values={
                ours: {fold(theirs): self._ours(ours, text) for theirs, text in words.items()}
                for ours, words in self.values.items()
            },
            date_order=self.date_order,
            severity_scale=self.severity_scale,
            warnings=warnings,
        )

    def _ours(self, column: str, text: str) -> str:
        """What a word means in our terms: a severity of 1 to 3 is ours already, no step of their scale."""
        return _LEVELS.get(text, text) if column == "severity" and self.severity_scale else text

    def to_yaml(self) -> str:
        """Return the mapping as the text of a file that `load_mapping` reads."""
        plain: dict[str, object] = {"columns": {ours: list(names) for ours, names in self.columns.items()}}
        if self.values:
            plain["values"] = self.values
        if self.severity_scale:
            plain["severity_scale"] = list(self.severity_scale)
        if self.date_order:
            plain["date_order"] = self.date_order
        if self.answers:
            plain["answers"] = list(self.answers)
        return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


@dataclass(frozen=True)
class Suggestion:
    """A header for one of our columns, with a confidence from 0 to 1."""

    header: str
    confidence: float


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises BadSetting: it is no mapping; the text names the line."""
    try:
        if path.stat().st_size > _LARGEST:
            raise BadSetting("The file is too large for a mapping.", where=path.name, hint="Give the mapping file.")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting("The file cannot be read as UTF-8 text.", where=path.name, hint="Check its name.") from error
    return parse_mapping(text, where=path.name)


def parse_mapping(text: str, *, where: str, taxonomy: Taxonomy | None = None) -> Mapping:
    """Read the text of a mapping. Every scalar is taken as it is written: `no` and `1` are words here.

    Raises BadSetting: not YAML, an unknown key or column, a key twice, a category that is not ours.

    >>> mapping = parse_mapping("columns: {category: [type]}\\nvalues: {category: {SAF: C01}}", where="example")
    >>> mapping.columns, mapping.values
    ({'category': ('type',)}, {'category': {'SAF': 'C01'}})
    """
    root = _pairs(_compose(text, where), where, "mapping")
    columns: dict[str, tuple[str, ...]] = {}
    values: dict[str, dict[str, str]] = {}
    scale: tuple[float, float] | None = None
    order: str | None = None
    answers: tuple[str, ...] = ()
    for key, node in root.items():
        at = _line(node.start_mark, where)
        if key == "columns":
            for name, item in _pairs(node, where, key).items():
                columns[_column(name, _line(item.start_mark, where))] = _texts(item, where)
        elif key in ("geopoint", "district"):
            columns[key] = _texts(node, where)
        elif key == "values":
            for name, item in _pairs(node, where, key).items():
                ours = _column(name, _line(item.start_mark, where))
                words = {theirs: _text(word, where) for theirs, word in _pairs(item, where, name).items()}
                values[ours] = _checked(words, ours, where, item, taxonomy or load_taxonomy())
        elif key == "severity_scale":
            scale = _scale(_texts(node, where), at)
        elif key == "answers":
            answers = tuple(_column(name, at) for name in _texts(node, where))
        elif key == "date_order":
            order = _text(node, where).lower()
            if order not in ("dmy", "mdy"):
                raise BadSetting("The order is neither dmy nor mdy.", where=at, hint="Write date_order: dmy.")
        else:
            raise BadSetting("This key is unknown.", where=at, hint=f"Use {', '.join(_KEYS)}.")
    return Mapping(columns, values, scale, order, answers)


def suggest(columns: Iterable[str], sample: pd.DataFrame) -> dict[str, Suggestion]:
    """Suggest a header for each of our columns: by its words, by likeness to them, or by what its cells hold.

    Columns about people are never suggested.
    """
    from rapidfuzz import fuzz

    people = personal_columns(columns)
    free = [column for column in columns if column not in people]
    found = {ours: Suggestion(header, 1.0) for ours, header in find_headers(free).items()}
    for ours in TEXT_COLUMNS:
        left = [column for column in free if column not in {item.header for item in found.values()}]
        if ours in found or not left:
            continue
        scored = [(max(fuzz.ratio(fold(column), fold(word)) for word in WORDS[ours]), column) for column in left]
        score, column = max(scored)
        if score >= 80:
            found[ours] = Suggestion(column, round(score / 100 * 0.9, 2))
    for ours, header in _by_cells(
        [c for c in free if c not in {item.header for item in found.values()}], sample
    ).items():
        found.setdefault(ours, Suggestion(header, 0.5))
    return found


def _by_cells(columns: list[str], sample: pd.DataFrame) -> dict[str, str]:
    """Guess from the first cells: days, latitudes and longitudes of Iraq, categories of ours."""
    from loaders.coordinates import parse_numbers
    from loaders.dates import NO_DAY, parse_dates

    guessed: dict[str, str] = {}
    taxonomy = load_taxonomy()
    for column in columns:
        cells = to_text(sample[column].str.strip()) if column in sample else to_text(pd.Series([], dtype="str"))
        filled = [text for text in cells.to_pylist() if text]
        if not filled:
            continue
        numbers = parse_numbers(cells, degrees=True).value
        if ((numbers > 29) & (numbers < 37.4)).sum() * 10 > 9 * len(filled):
            guessed.setdefault("lat", column)
        elif ((numbers > 38.7) & (numbers < 48.7)).sum() * 10 > 9 * len(filled):
            guessed.setdefault("lon", column)
        elif (parse_dates(cells, order="dmy").day != NO_DAY).sum() * 10 > 9 * len(filled):
            guessed.setdefault("occurred_on", column)
        elif sum(taxonomy.resolve(text) is not None for text in filled) * 2 > len(filled):
            guessed.setdefault("category", column)
    return guessed


def _compose(text: str, where: str) -> yaml.Node:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise BadSetting(
                    "This is nested too deeply.", where=_line(event.start_mark, where), hint="Use two levels."
                )
            if isinstance(event, yaml.AliasEvent):
                raise BadSetting(
                    "Aliases (*) are not read.", where=_line(event.start_mark, where), hint="Write it out."
                )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        at = _line(getattr(error, "problem_mark", None), where)
        raise BadSetting("This is not YAML.", where=at, hint="Check indentation, colons and quotes.") from error
    if node is None:
        raise BadSetting("The mapping is empty.", where=where, hint="Write at least columns: or values:.")
    return node


def _line(mark: Any, where: str) -> str:
    return f"{where}, line {mark.line + 1}" if mark else where


def _pairs(node: yaml.Node, where: str, name: str) -> dict[str, yaml.Node]:
    at = _line(node.start_mark, where)
    if not isinstance(node, yaml.MappingNode):
        raise BadSetting(f"{name[:40]} is no list of keys with values.", where=at, hint="Write key: value below it.")
    pairs: dict[str, yaml.Node] = {}
    for key, value in node.value:
        word = _text(key, where)
        if word in pairs:
            raise BadSetting("The key stands twice.", where=_line(key.start_mark, where), hint="Keep one of the two.")
        pairs[word] = value
    return pairs


def _text(node: yaml.Node, where: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        at = _line(node.start_mark, where)
        raise BadSetting("A single word was expected here.", where=at, hint="Write one value, in quotes if need be.")
    return str(node.value)


def _texts(node: yaml.Node, where: str) -> tuple[str, ...]:
    if isinstance(node, yaml.SequenceNode):
        return tuple(_text(item, where) for item in node.value)
    return (_text(node, where),)


def _column(name: str, at: str) -> str:
    ours = OUR_NAMES.get(fold(name), name)
    if ours not in TEXT_COLUMNS:
        raise BadSetting(f"{name[:40]} is none of our columns.", where=at, hint=f"Use {', '.join(TEXT_COLUMNS)}.")
    return ours


def _scale(texts: tuple[str, ...], at: str) -> tuple[float, float]:
    try:
        low, high = (float(text) for text in texts)
    except ValueError as error:
        raise BadSetting("A scale is two numbers.", where=at, hint="Write severity_scale: [1, 5].") from error
    if low == high or not abs(low - high) < 1e6:
        raise BadSetting("The scale has no length.", where=at, hint="Write severity_scale: [1, 5].")
    return low, high


def _checked(words: dict[str, str], ours: str, where: str, node: yaml.Node, taxonomy: Taxonomy) -> dict[str, str]:
    for word in words.values():
        if ours in ("category", "subcategory") and word and taxonomy.resolve(word) is None:
            at = _line(node.start_mark, where)
            hint = f"Use {', '.join(taxonomy.categories)} or a sub-code like C07.2."
            raise BadSetting("A category is mapped to a code that is not ours.", where=at, hint=hint)
    return words
