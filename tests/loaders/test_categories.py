from __future__ import annotations

import pytest

from concerns.errors import BadSetting
from loaders.categories import load_taxonomy


def test_a_file_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("code,label\nC01,Armed\n", encoding="utf-8")
    with pytest.raises(BadSetting, match=r"mine\.csv: .*label_en"):
        load_taxonomy(path)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "mine.csv"
    header = "code,subcode,label_en,label_ar,label_ckb,sensitive,iccs"
    path.write_text(f"{header}\nC01,,Armed,م,چ,no,09;01\n", encoding="utf-8-sig")
    assert load_taxonomy(path).iccs("C01") == ("09", "01")
