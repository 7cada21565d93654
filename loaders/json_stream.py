"""A JSON document read record by record, so that memory holds one record and not the file.

Only the list of records is streamed: the top-level list, or the list under one of LIST_KEYS in a top-level object.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from concerns.schema import FileReason
from loaders.limits import MB, Limits
from loaders.sniff import bom_encoding, refuse

LIST_KEYS = ("features", "results", "result", "data")  # GeoJSON, Kobo, IOM DTM, ACLED
_PART = 1 << 18
_MEMBERS = 1000
_SPACE = " \t\r\n"
_NUMBER_GOES_ON = ("", *"0123456789.eE+-")
_HINT = "Export the file again; it may have been cut or edited by hand."


class Number(str):
    """A number as it is written in the file."""


class _DuplicateKeyError(ValueError):
    pass


class _LongNumberError(ValueError):
    pass


class JsonStream:
    """One pass over a document. After `records` is through: `members` holds the other top-level members,
    `list_key` where the records stood ("" for a top-level list, None where there was no such list).
    """

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self.path, self.name, self.limits = path, name, limits
        self.members: dict[str, Any] = {}
        self.list_key: str | None = None
        self.scalar: Any = None
        self._text, self._position, self._is_whole = "", 0, False
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=self._number,
            parse_int=self._number,
            parse_constant=self._constant,
        )

    def records(self) -> Iterator[Any]:
        """Yield the elements of the list of records; objects as dict, numbers as `Number`.

        Raises UnreadableFile: JSON_INVALID, JSON_DUPLICATE_KEY, LIMIT (a record too large or too deep, a long number).
        """
        with self.path.open("rb") as file:
            marked = bom_encoding(file.read(4))
            encoding = marked or "utf-8"
            file.seek(3 if marked == "utf-8" else 0)
            self._file = file
            # a byte that is no UTF-8 becomes a lone surrogate: inside a text it refuses its record, elsewhere the file
            self._bytes = codecs.getincrementaldecoder(encoding)("surrogateescape" if encoding == "utf-8" else "strict")
            first = self._peek()
            if first == "[":
                self.list_key = ""
                yield from self._elements()
            elif first == "{":
                yield from self._object_members()
            else:
                self.scalar = self._value()
            if self._peek():
                self._invalid("There is more text after the end of the document.")

    def _object_members(self) -> Iterator[Any]:
        self._take("{")
        seen: set[str] = set()
        while self._peek() != "}":
            if seen:
                self._take(",")
            if self._peek() != '"':
                self._invalid("A name in quotes is missing.")
            key = self._value()
            self._take(":")
            if key in seen:
                self._duplicate()
            seen.add(key)
            if len(seen) > _MEMBERS:
                self._limit(f"The outer object has more than {_MEMBERS} members.")
            if key in LIST_KEYS and self._peek() == "[" and self.list_key is None:
                self.list_key = key
                yield from self._elements()
            else:
                self.members[key] = self._value()
        self._take("}")

    def _elements(self) -> Iterator[Any]:
        self._take("[")
        is_first = True
        while self._peek() != "]":
            if not is_first:
                self._take(",")
            yield self._value()
            is_first = False
        self._take("]")

    def _fill(self) -> None:
        part = self._file.read(max(_PART, len(self._text) - self._position))
        try:
            more = self._bytes.decode(part, final=not part)
        except UnicodeDecodeError:
            self._invalid("The text is broken.")
        self._is_whole = not part
        self._text = self._text[self._position :] + more
        self._position = 0

    def _peek(self) -> str:
        """The next character that is no space; "" at the end of the file."""
        while True:
            while self._position < len(self._text):
                if self._text[self._position] not in _SPACE:
                    return self._text[self._position]
                self._position += 1
            if self._is_whole:
                return ""
            self._fill()

    def _take(self, character: str) -> None:
        if self._peek() != character:
            self._invalid(f"A {character!r} is missing.")
        self._position += 1

    def _value(self) -> Any:
        """Read one value, with more text as long as it is not complete."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                is_open = error.msg.startswith("Unterminated") or error.pos > len(self._text) - 16
                if self._is_whole or not is_open:
                    self._invalid("The text is no JSON, or it ends too early.")
            except RecursionError:
                self._limit(f"Lists and objects are nested more than {self.limits.json_depth} deep.")
            except _DuplicateKeyError:
                self._duplicate()
            except _LongNumberError:
                self._limit(f"A number has more than {self.limits.json_number_characters} characters.")
            else:
                if end - self._position > self.limits.json_record_mb * MB:
                    self._limit(f"One record is larger than {self.limits.json_record_mb} MB.")
                is_open = isinstance(value, Number) and self._text[end : end + 1] in _NUMBER_GOES_ON
                if self._is_whole or not is_open:
                    self._position = end
                    self._check_depth(value)
                    return value
            if len(self._text) - self._position > self.limits.json_record_mb * MB:
                self._limit(f"One record is larger than {self.limits.json_record_mb} MB.")
            self._fill()

    def _check_depth(self, value: Any) -> None:
        level, inside = 0, [value]
        while inside:
            level += 1
            if level > self.limits.json_depth:
                self._limit(f"Lists and objects are nested more than {self.limits.json_depth} deep.")
            inside = [
                child
                for parent in inside
                if isinstance(parent, (dict, list))
                for child in (parent.values() if isinstance(parent, dict) else parent)
                if isinstance(child, (dict, list))
            ]

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _DuplicateKeyError
        return found

    def _number(self, text: str) -> Number:
        if len(text) > self.limits.json_number_characters:
            raise _LongNumberError
        return Number(text)

    def _constant(self, text: str) -> NoReturn:
        self._invalid(f"{text} is no number in JSON.")

    def _invalid(self, what: str) -> NoReturn:
        raise refuse(FileReason.JSON_INVALID, self.name, what, _HINT)

    def _duplicate(self) -> NoReturn:
        what = "An object holds the same name twice, so it is not certain which value is meant."
        raise refuse(FileReason.JSON_DUPLICATE_KEY, self.name, what, "Correct the export, so that names are unique.")

    def _limit(self, what: str) -> NoReturn:
        raise refuse(FileReason.LIMIT, self.name, what, "Check that the file is an export of reports or districts.")
