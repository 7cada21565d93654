"""An XLSForm: what the questions and answers of a Kobo or ODK export are called, in every language of the form.

An export bears the form's XML names, or its labels in any one language, with or without the groups before them. The
form tells all of these apart, so one mapping reads them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from concerns.errors import UnreadableFile
from concerns.schema import FileReason
from loaders.categories import load_taxonomy
from loaders.cells import fold
from loaders.header import INVISIBLE
from loaders.headings import TEXT_COLUMNS, find_headers
from loaders.limits import Limits
from loaders.mapping import Mapping
from loaders.people import is_contact
from loaders.rules_concern import ANSWERS, SEVERITY_WORDS
from loaders.sources import kobo
from loaders.workbook import open_workbook

_LABEL = re.compile(r"(?:label|caption)(?:\s*::?\s*(?P<language>.+))?", re.IGNORECASE)
_PCODE = re.compile(r"IQG\d\d(?:Q\d\d(?:N\d\d)?)?", re.IGNORECASE)
_SHAPES = ("geopoint", "geotrace", "geoshape", "note")
_PLACES = ("governorate", "district", "place_name")


@dataclass(frozen=True)
class Question:
    """One question. kind: its type, as `text`. names: every header under which an export may hold it, the XML names
    first. answers: name of its list of choices, "" for an open question."""

    kind: str
    name: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    answers: str = ""


@dataclass(frozen=True)
class XlsForm:
    """A form. choices: name of a list → name of a choice → its labels in the form's languages."""

    form_id: str
    version: str
    questions: tuple[Question, ...]
    choices: Table[str, Table[str, tuple[str, ...]]]


def read_form(path: Path, *, name: str, limits: Limits) -> XlsForm:
    """Read the sheets survey, choices and settings of an XLSForm.

    Raises UnreadableFile: it is no workbook, or it holds no questions with a type and a name.
    """
    survey = _sheet(path, "survey", name, limits)
    if survey is None or not {"type", "name"} <= set(survey.columns):
        raise UnreadableFile(
            "This workbook is no XLSForm: it has no sheet `survey` with the columns type and name.",
            where=name,
            hint="Download the form itself (XLS) from the server, not its data.",
            code=FileReason.HEADER_MISSING,
        )
    choices = _sheet(path, "choices", name, limits)
    settings = _sheet(path, "settings", name, limits)
    first = {} if settings is None or settings.empty else settings.iloc[0].to_dict()
    form_id = first.get("form_id") or first.get("id_string") or first.get("form_title") or ""
    return XlsForm(str(form_id), str(first.get("version", "")), _questions(survey), _choices(choices))


def form_mapping(form: XlsForm, *, over: Mapping | None = None) -> Mapping:
    """Say which questions of a form hold our columns, and what their answers mean.

    over: a user's mapping, which may use the form's XML names for columns and values; it goes before what is found by
    words. An answer that means none of our categories is left as it stands, to be named by such a mapping.
    """
    over = over or Mapping()
    by_name = {fold(name): question for question in reversed(form.questions) for name in reversed(question.names)}
    chosen = {
        ours: by_name[fold(name)] for ours, names in over.columns.items() for name in names if fold(name) in by_name
    }
    found = find_headers(_by_words(form.questions, chosen.values()), wanted=[c for c in _WANTED if c not in chosen])
    named = {question.name: question for question in form.questions}
    asked = {ours: named[name] for ours, name in found.items()} | chosen
    columns = {ours: question.names for ours, question in asked.items()}
    columns |= {ours: (*names, *columns.get(ours, ())) for ours, names in over.columns.items()}
    values = {
        ours: _meanings(ours, form.choices[question.answers], over.values.get(ours, {}))
        for ours, question in asked.items()
        if question.answers in form.choices
    }
    both = {ours: {**values.get(ours, {}), **over.values.get(ours, {})} for ours in {**values, **over.values}}
    return Mapping(columns, both, over.severity_scale, over.date_order, tuple(found))


_WANTED = tuple(name for name in TEXT_COLUMNS if name not in ("report_id", "submitted_at", "validation", "lat", "lon",
                                                              "geopoint", "accuracy_m"))  # fmt: skip


def _by_words(questions: Iterable[Question], taken: Iterable[Question]) -> dict[str, str]:
    """Every name and label of a question without its groups → the question's name; the first question wins.

    A geopoint is found in an export by its parts, and never is the name of a place.
    """
    left_out = {question.name for question in taken}
    words: dict[str, str] = {}
    for question in questions:
        if question.kind not in _SHAPES and question.name not in left_out and not is_contact(question.name):
            for word in (question.name, *question.labels):
                words.setdefault(word, question.name)
    return words


def _meanings(ours: str, choices: Table[str, tuple[str, ...]], words: Table[str, str]) -> dict[str, str]:
    """Each name and label of a list of choices → our text."""
    theirs = {fold(name): text for name, text in words.items()}
    meanings: dict[str, str] = {}
    for name, labels in choices.items():
        stated = next((theirs[fold(text)] for text in (name, *labels) if fold(text) in theirs), None)
        meaning = stated if stated is not None else _meaning(ours, name, labels)
        if meaning is not None:
            meanings |= dict.fromkeys((name, *labels), meaning)
    return meanings


def _meaning(ours: str, name: str, labels: tuple[str, ...]) -> str | None:
    """Our text for one choice: a code, a word of a closed list of ours, or a place by its code or its label.

    None: it means no category of ours.
    """
    if ours in ("category", "subcategory"):
        taxonomy = load_taxonomy()
        for text in (name, *labels):
            code = kobo.CATEGORY.get(fold(text), text)
            if code and (pair := taxonomy.resolve(code)) is not None:
                return pair[1] or pair[0]
        return None
    if ours == "severity":
        return next((str(SEVERITY_WORDS[fold(text)]) for text in (name, *labels) if fold(text) in SEVERITY_WORDS), name)
    if ours in ANSWERS:
        allowed, _other = ANSWERS[ours]
        plain = (text.casefold().replace(" ", "_") for text in (name, *labels))
        return next((text for text in plain if text in allowed), name)
    if ours in _PLACES and not _PCODE.fullmatch(name):
        return next(iter(labels), name)
    return name


def _sheet(path: Path, sheet: str, name: str, limits: Limits) -> pd.DataFrame | None:
    """The cells of one sheet, trimmed, its headers in lower case; None where there is no such sheet or it is empty."""
    try:
        raw = open_workbook(path, name=name, limits=limits, sheet=sheet)
    except UnreadableFile as error:
        if error.code in (FileReason.SHEET_AMBIGUOUS, FileReason.EMPTY, FileReason.HEADER_MISSING):
            return None
        raise
    table = pd.concat([chunk.table for chunk in raw.chunks()])
    return table.apply(lambda column: column.str.strip(INVISIBLE)).rename(columns=lambda header: header.strip().lower())


def _labels(table: pd.DataFrame) -> list[str]:
    return [column for column in table.columns if _LABEL.fullmatch(column)]


def _questions(survey: pd.DataFrame) -> tuple[Question, ...]:
    """Every question with the headers that an export may give it; groups and repeats stand before it."""
    languages = _labels(survey)
    groups: list[tuple[str, ...]] = []  # of each open group: its XML name, and its label in each language
    found = []
    for row in survey.to_dict("records"):
        kind, _space, answers = str(row["type"]).replace("begin ", "begin_").replace("end ", "end_").partition(" ")
        spoken = (row["name"], *(row[language] or row["name"] for language in languages))
        if kind in ("begin_group", "begin_repeat"):
            groups.append(spoken)
        elif kind in ("end_group", "end_repeat"):
            groups = groups[:-1]
        elif row["name"]:
            paths = ["/".join([*parents, own]) for *parents, own in zip(*groups, spoken, strict=True)]
            labels = tuple(dict.fromkeys(text for text in spoken[1:] if text))
            is_choice = kind in ("select_one", "select_multiple")
            names = tuple(dict.fromkeys([*paths, *spoken]))
            found.append(Question(kind, row["name"], labels, names, answers.split(" ")[0] if is_choice else ""))
    return tuple(found)


def _choices(choices: pd.DataFrame | None) -> dict[str, dict[str, tuple[str, ...]]]:
    if choices is None:
        return {}
    languages = _labels(choices)
    listed = next((name for name in ("list_name", "list name") if name in choices), None)
    key = next((name for name in ("name", "value") if name in choices), None)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in choices.to_dict("records") if listed and key else ():
        if row[listed] and row[key]:
            found.setdefault(row[listed], {})[row[key]] = tuple(row[name] for name in languages if row[name])
    return found
