"""What was drawn and has not gone out yet. It is private until it is whole, and then it goes out as it is.

Drawing again after an interruption would publish a second sample of the same noise to whoever copied the folder in
between, and averaging over both tells more than the budget allows. So cells are first written beside the ledger; the
manifest closes them; whoever publishes next sends out what is closed and draws nothing in its place.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from loaders.release import MANIFEST
from loaders.whole_file import replace_file


class Seal:
    """The sealed release of a ledger's folder, if there is one."""

    def __init__(self, ledger_dir: Path) -> None:
        self.folder = ledger_dir / "sealed"

    @property
    def is_closed(self) -> bool:
        """Whether a whole release waits here."""
        return (self.folder / MANIFEST).exists()

    def begin(self) -> Path:
        """Give an empty folder to write files into; what was never closed is forgotten, for nobody saw it."""
        self.remove()
        self.folder.mkdir(parents=True)
        return self.folder

    def close(self, manifest: dict[str, Any]) -> None:
        """Make what was written the release that goes out next."""
        replace_file(self.folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())

    def send_out(self, out_dir: Path) -> dict[str, Any]:
        """Copy the release to where everybody reads it, the manifest last; give the manifest."""
        out_dir.mkdir(parents=True, exist_ok=True)
        paths = sorted(self.folder.glob("*.parquet"))
        for path in [*paths, self.folder / MANIFEST]:
            replace_file(out_dir / path.name, path.read_bytes())
        return dict(json.loads((self.folder / MANIFEST).read_bytes()))

    def remove(self) -> None:
        """Forget it: it went out."""
        shutil.rmtree(self.folder, ignore_errors=True)
