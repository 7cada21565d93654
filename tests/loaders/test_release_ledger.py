"""What releases counted, kept without the reports' own names."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from loaders.release_ledger import ReleaseLedger, keys

names = st.tuples(st.sampled_from(["kobo", "odk"]), st.text("ab1", min_size=1, max_size=3))


def drawn(*reports: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(reports, columns=["report_key", "case_key"], dtype="str")


def test_a_new_ledger_has_counted_and_published_nothing(tmp_path):
    ledger = ReleaseLedger(tmp_path)
    assert ledger.counted([]).empty
    assert ledger.published == []
    assert not ledger.has("2024Q1")


def test_only_named_releases_count(tmp_path):
    ledger = ReleaseLedger(tmp_path)
    ledger.write_draft("2024Q1", drawn(("r1", "h1"), ("r2", None)))
    ledger.write_draft("2024Q2", drawn(("r3", "h1")))
    assert ledger.counted(["2024Q1"])["report_key"].to_list() == ["r1", "r2"]
    both = ledger.counted(["2024Q1", "2024Q2"])
    assert both["case_key"].value_counts().to_dict() == {"h1": 2}
    ledger.mark_published(["2024Q1"])
    assert ReleaseLedger(tmp_path).published == ["2024Q1"]


@given(st.lists(names, max_size=8))
def test_the_same_report_has_the_same_key_and_others_have_others(pairs):
    given_keys = keys(pd.Series([p[0] for p in pairs], dtype="str"), pd.Series([p[1] for p in pairs], dtype="str"))
    assert len(set(given_keys)) == len(set(pairs))
    assert dict(zip(pairs, given_keys, strict=True)) == {pair: given_keys[pairs.index(pair)] for pair in pairs}


def test_no_key_holds_the_name_and_no_name_has_no_key():
    given_keys = keys(pd.Series(["kobo", "kobo", "kobo"]), pd.Series(["CPF-NIN-07", "", None]))
    assert "NIN" not in given_keys[0]
    assert given_keys.isna().to_list() == [False, True, True]
