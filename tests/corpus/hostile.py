"""Hostile and broken files of reports, and what must become of each. Built when asked for; none is stored."""

from __future__ import annotations

from tests.corpus.documents import JSON
from tests.corpus.layers import VECTOR, ZIP
from tests.corpus.tables import CSV, NAMES
from tests.corpus.workbooks import XLSX

CASES = (*CSV, *NAMES, *JSON, *XLSX, *ZIP, *VECTOR)
