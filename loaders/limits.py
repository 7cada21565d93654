"""What a file may be at most, from `data/limits.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

MB = 1_000_000
_FILE = Path(__file__).resolve().parents[1] / "data" / "limits.yaml"
_SETTING: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Limits:
    """The limits of one load; each field is explained in `data/limits.yaml`, where its value comes from.

    >>> Limits().upload_mb, Limits.for_command_line().upload_mb
    (50, 2000)
    """

    upload_mb: int = _SETTING["upload_mb"]
    expanded_mb: int = _SETTING["expanded_mb"]
    expanded_ratio: int = _SETTING["expanded_ratio"]
    expanded_ratio_from_mb: int = _SETTING["expanded_ratio_from_mb"]
    zip_files: int = _SETTING["zip_files"]
    workbook_parts: int = _SETTING["workbook_parts"]
    rows: int = _SETTING["rows"]
    columns: int = _SETTING["columns"]
    field_characters: int = _SETTING["field_characters"]
    record_mb: int = _SETTING["record_mb"]
    json_depth: int = _SETTING["json_depth"]
    json_number_characters: int = _SETTING["json_number_characters"]
    json_record_mb: int = _SETTING["json_record_mb"]
    filename_characters: int = _SETTING["filename_characters"]
    child_memory_mb: int = _SETTING["child_memory_mb"]
    child_seconds: int = _SETTING["child_seconds"]
    corners: int = _SETTING["corners"]
    shapes_memory_mb: int = _SETTING["shapes_memory_mb"]
    shapes_seconds: int = _SETTING["shapes_seconds"]

    @classmethod
    def for_command_line(cls) -> Limits:
        """The limits of a load that the owner of the machine starts: only the size of the file differs."""
        return replace(cls(), upload_mb=_SETTING["command_line_mb"])

    def for_shapes(self) -> Limits:
        """The limits of the process that cuts borders against each other."""
        return replace(self, child_memory_mb=self.shapes_memory_mb, child_seconds=self.shapes_seconds)
