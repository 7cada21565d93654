"""Named refusals: a bad file or a bad setting, in words that say what, where and what to do next."""

from __future__ import annotations


class DataError(ValueError):
    """A refused file or setting. It is shown and logged, so it never carries a value from a report.

    >>> print(BadBoundaries("The file states no coordinate system.", where="a.gpkg", hint="Export it with one."))
    a.gpkg: The file states no coordinate system. Export it with one.
    """

    def __init__(self, what: str, *, where: str, hint: str, code: str = "") -> None:
        super().__init__(f"{where}: {what} {hint}".strip())
        self.what, self.where, self.hint, self.code = what, where, hint, code


class UnreadableFile(DataError):
    """The bytes are not what they claim to be, or exceed a limit; `code` is a `FileReason`."""


class UnknownFormat(DataError):
    """The file was read, but no known layout fits its columns."""


class MissingColumns(DataError):
    """A required column is absent; the text lists what was found instead."""


class BadBoundaries(DataError):
    """A districts file without a usable coordinate system, code or shape."""


class BadSetting(DataError):
    """An option, a mapping file or an address in the wrong form."""


class StoreError(DataError):
    """The store cannot be opened, written or read as asked."""


class AccessDenied(DataError):
    """The viewer may not see this; the text names the rule."""
