"""The private half of a release: which reports it counted, and that it went out. It lies with the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from loaders.whole_file import read_parquet, replace_file, write_parquet


class ReleaseLedger:
    """A folder with one file a release: the keys of the reports it counted, and of their cases.

    A key is a hash of source and id, the same for the same report or case, and tells nothing by itself.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, release: str) -> bool:
        """Tell whether it is known what a release counted."""
        return self._counted(release).exists()

    def counted(self, releases: Sequence[str]) -> pd.DataFrame:
        """What these releases counted: report_key and case_key. The draft of an interrupted one is passed over."""
        parts = [read_parquet(self._counted(name).read_bytes()) for name in releases]
        empty = pd.DataFrame({"report_key": pd.Series(dtype="str"), "case_key": pd.Series(dtype="str")})
        return pd.concat([empty, *parts], ignore_index=True)

    def write_draft(self, release: str, reports: pd.DataFrame) -> None:
        """Keep report_key and case_key of what a release is about to count; it holds once the manifest names it."""
        write_parquet(self._counted(release), reports[["report_key", "case_key"]])

    @property
    def published(self) -> list[str]:
        """The releases that went out."""
        path = self.folder / "published.json"
        return list(json.loads(path.read_bytes())) if path.exists() else []

    def mark_published(self, releases: Sequence[str]) -> None:
        """Note that these releases went out, for the day when their folder is gone."""
        replace_file(self.folder / "published.json", json.dumps(list(releases)).encode())

    def _counted(self, release: str) -> Path:
        return self.folder / f"counted-{release}.parquet"


def keys(source: pd.Series, name: pd.Series) -> pd.Series:
    """Give one key for each (source, name); missing where there is no name.

    >>> pair = keys(pd.Series(["kobo", "kobo"]), pd.Series(["r1", None]))
    >>> len(pair[0]), pair.isna().to_list()
    (32, [False, True])
    """
    pairs = zip(source, name, strict=True)
    hashed = [None if pd.isna(text) or text == "" else _key(f"{origin}\x1f{text}") for origin, text in pairs]
    return pd.Series(hashed, index=name.index, dtype="str")


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
