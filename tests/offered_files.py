"""Files that a page offers, caught without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def catch(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Callable[[], bytes]]]:
    """A list that grows by (file name, maker) with each file that a page offers from now on."""
    caught: list[tuple[str, Callable[[], bytes]]] = []
    button = DeltaGenerator.download_button

    def offered(self: DeltaGenerator, label: str, data: object, *arguments: object, **named: object) -> bool:
        caught.append((str(named.get("file_name")), data if callable(data) else lambda: bytes(data)))  # type: ignore[call-overload]
        return button(self, label, data, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(DeltaGenerator, "download_button", offered)
    monkeypatch.setattr(st, "download_button", lambda label, data, **named: offered(st._main, label, data, **named))
    return caught
