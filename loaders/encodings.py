"""How the letters of a text file are encoded, and the same text as UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from concerns.schema import BadSetting, FileReason
from loaders.sniff import bom_encoding, refuse

ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1256", "cp1252", "iso-8859-6", "iso-8859-1")
BAD_BYTE = b"\xff"  # what stands in our UTF-8 copy for a character that could not be decoded
_BLOCK = 1 << 20
_WORDS = 20_000
_SEQUENCE = re.compile(
    rb"(?P<good>[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})"
    rb"|[\x80-\xff]"
)
_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_SIGNS = frozenset("\u200c\u200d\u200e\u200f \u00a0«»‘’“”–—…•°·£§©®±¼½¾¹²³´`¨¯¸ˆ˜™‹›‚„†‡‰¬¦¤\u00adªº¶µ،؛؟")
_ARABIC = frozenset(chr(code) for code in range(0x621, 0x653)) | frozenset("پچژگکڤیہ")
_LATIN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜàáâãäåæçèéêëìíîïñòóôõöøùúûüßœŒšŠžŽ")
# UTF-8 that was read as Windows-1252, with Latin-1 for the five bytes that 1252 leaves undefined.
_MIXED = {bytes([code]).decode("cp1252", "ignore") or chr(code): code for code in range(256)}


@dataclass(frozen=True)
class Decoding:
    """encoding: a name from ENCODINGS. n_skip: bytes of the mark at the start. has_errors: some bytes fit nothing.
    is_twice: the text was encoded as UTF-8 twice; `as_utf8` undoes one of them line by line."""

    encoding: str
    n_skip: int = 0
    has_errors: bool = False
    is_twice: bool = False


def _mark_bad(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error("mark_bad", _mark_bad)


def detect(path: Path, name: str, *, override: str | None = None) -> Decoding:
    """Settle the encoding: the mark at the start, then strict UTF-8, then the content decides.

    A file that is UTF-8 but for a few bytes stays UTF-8; otherwise Windows-1256 or Windows-1252 is taken when the
    words that it gives are words.
    Raises UnreadableFile: ENCODING_UNDETERMINED. BadSetting: the override is no known encoding.
    """
    if override is not None:
        return _overridden(path, name, override)
    with path.open("rb") as file:
        marked = bom_encoding(file.read(4))
    if marked is not None:
        skip = 3 if marked == "utf-8" else 0
        is_sound = _decodes(path, marked)
        return Decoding(marked, skip, not is_sound, marked == "utf-8" and is_sound and _is_twice(path))
    if _decodes(path, "utf-8"):
        return Decoding("utf-8", is_twice=_is_twice(path))
    return _by_content(path, name)


def _overridden(path: Path, name: str, override: str) -> Decoding:
    try:
        encoding = codecs.lookup(override).name
    except (LookupError, ValueError):
        encoding = ""
    known = {codecs.lookup(allowed).name: allowed for allowed in ENCODINGS}
    if encoding not in known:
        hint = f"Use one of {', '.join(ENCODINGS)}."
        raise BadSetting("The encoding that was asked for is not known.", where=name, hint=hint)
    with path.open("rb") as file:
        skip = 3 if known[encoding] == "utf-8" and bom_encoding(file.read(4)) == "utf-8" else 0
    return Decoding(known[encoding], skip, has_errors=not _decodes(path, encoding))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _is_twice(path: Path) -> bool:
    """Whether every line with letters beyond ASCII is UTF-8 that was read as Windows-1252 and saved as UTF-8 again."""
    with path.open("rb") as file:
        file.seek(3 if bom_encoding(file.read(4)) == "utf-8" else 0)
        lines = [line for line in islice(iter(lambda: file.readline(_BLOCK), b""), _WORDS) if not line.isascii()]
    texts = [line.decode("utf-8", "ignore") for line in lines]
    return bool(texts) and all(restore_mojibake(text) != text for text in texts)


def _by_content(path: Path, name: str) -> Decoding:
    n_good = n_bad = n_lines = n_bad_lines = 0
    words: list[bytes] = []
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(_BLOCK), b""):
            n_lines += 1
            if line.isascii():
                continue
            bad = 0
            for found in _SEQUENCE.finditer(line):
                if found.lastgroup:
                    n_good += 1
                else:
                    bad += 1
            n_bad += bad
            n_bad_lines += bad > 0
            if len(words) < _WORDS and bad:
                words += (found.group() for found in islice(_WORD.finditer(line), _WORDS))
    if n_good >= n_bad:
        return Decoding("utf-8", has_errors=True)
    arabic, latin = _share(words, "cp1256"), _share(words, "cp1252")
    if max(arabic, latin) >= 0.75:
        return Decoding("cp1252" if latin >= arabic else "cp1256")
    if n_bad_lines * 2 < n_lines:  # the header is a line too
        return Decoding("utf-8", has_errors=True)
    what = "The encoding of the letters cannot be told: neither UTF-8 nor Windows-1256 nor Windows-1252 gives words."
    raise refuse(FileReason.ENCODING_UNDETERMINED, name, what, "Save it as UTF-8, or name its encoding.")


def _share(words: list[bytes], encoding: str) -> float:
    """The share of the words with letters beyond ASCII that are plausible in an encoding; 1 when there are none."""
    n_words = n_plausible = 0
    for word in words:
        text = word.decode(encoding, "replace")
        letters = [c for c in text if c not in _SIGNS]
        high = [c for c in letters if c > "\x7f"]
        if not high:
            continue
        n_words += 1
        n_ascii = len(letters) - len(high)
        if all(c in _ARABIC for c in high):
            n_plausible += n_ascii == 0 and len(high) > 1
        elif all(c in _LATIN for c in high):
            is_one_case = not any(b > "\x7f" and b.isupper() and a.islower() for a, b in pairwise(letters))
            n_plausible += is_one_case and (len(high) <= n_ascii or text in ("à", "é", "À", "É"))
    return n_plausible / n_words if n_words else 1.0


def as_utf8(path: Path, decoding: Decoding) -> Iterator[bytes]:
    """Give the file's text as UTF-8, in parts, without a mark at the start; what cannot be decoded is BAD_BYTE."""
    if decoding.is_twice:
        with path.open("rb") as file:
            file.seek(decoding.n_skip)
            yield from (restore_mojibake(line.decode("utf-8")).encode("utf-8") for line in file)
        return
    decoder = codecs.getincrementaldecoder(decoding.encoding)("mark_bad")
    is_first = True
    with path.open("rb") as file:
        file.seek(decoding.n_skip)
        while True:
            block = file.read(_BLOCK)
            text = decoder.decode(block, final=not block)
            if is_first and text:
                text, is_first = text.removeprefix("\ufeff"), False
            if text:
                yield text.encode("utf-8", "surrogateescape")
            if not block:
                return


def restore_mojibake(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252; any other text comes back as it is.

    >>> restore_mojibake("Ø§Ø¨ÙŠ"), restore_mojibake("Qaḑā’"), restore_mojibake("café")
    ('ابي', 'Qaḑā’', 'café')
    """
    if text.isascii():
        return text
    try:
        return bytes(_MIXED[c] for c in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return text
