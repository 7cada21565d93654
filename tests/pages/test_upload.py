"""An uploaded file in the browser: looked at, mapped, corrected, confirmed; in English and in Arabic."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from loaders.shelf import Shelf
from loaders.store import open_store
from tests.loaders.test_xlsform import IN_KURDISH, KURDISH, export, form_file

STRANGE = "Tag;Ort N;Ort E;Sorte\n2026-03-05;36.10567;42.95456;Drogen\n2026-03-06;36.10567;42.95456;Krach\n"
SWAPPED = "date,lat,lon,category\n2026-03-05,42.95456,36.10567,C07\n2026-03-06,42.95456,36.10567,C08\n"
EQUAL = "date,lat,lon,category\n" + "2026-03-05,36.10567,42.95456,C07\n" * 3
NAMES = "report_id,occurred_on,district,category\na,2026-03-05,Qxzthaniya,C07\nb,2026-03-05,Sinjar,C07\n"


def offer(page: AppTest, text: str, name: str = "reports.csv") -> AppTest:
    page.file_uploader(key="upload").set_value((name, text.encode(), "text/csv")).run()
    assert not page.exception, [one.message for one in page.exception]
    return page


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception, [one.message for one in page.exception]
    return page


def numbers(page: AppTest) -> list[str]:
    return [metric.value for metric in page.metric[:4]]


def toggles(page: AppTest) -> list:
    """The choices for a whole file that are offered."""
    return [one for one in page.toggle if one.key.startswith(("swap_coordinates-", "keep_equal_rows-"))]


def box(page: AppTest, label: str):
    return next(one for one in page.selectbox if one.label == label)


@pytest.fixture
def page(open_page, empty_store) -> AppTest:
    return open_page("data", empty_store)


def test_a_strange_file_is_mapped_saved_by_name_and_read_the_next_time(page, empty_store):
    offer(page, STRANGE)
    assert any("Tag" in error.value for error in page.error)
    for label, header in (("Day of the concern", "Tag"), ("Latitude", "Ort N"), ("Longitude", "Ort E"),
                          ("Category of the concern", "Sorte")):  # fmt: skip
        box(page, label).set_value(header)
    next(one for one in page.text_input if one.label == "Save this mapping as").set_value("Field office")
    press(page, "Use this mapping")
    assert numbers(page) == ["2", "0", "0", "2"]
    box(page, "Drogen (1)").set_value("C07")
    box(page, "Krach (1)").set_value("C11.3")
    next(one for one in page.text_input if one.key == "words-name").set_value("Field office")
    press(page, "Use these meanings")
    assert numbers(page) == ["2", "2", "0", "0"]
    press(page, "Load these rows")
    assert open_store(empty_store).read("reports").num_rows == 2
    assert any("loaded before" in one.value for one in page.markdown)
    saved = Shelf(empty_store).mappings()["Field office"]
    assert saved.columns["lat"] == ("Ort N",) and saved.values["category"] == {"Drogen": "C07", "Krach": "C11.3"}
    offer(page, STRANGE.replace("2026-03-05", "2026-03-07"), "next.csv")
    box(page, "Saved mapping").set_value("Field office").run()
    press(page, "Use this mapping")
    assert numbers(page) == ["2", "1", "1", "0"]


def test_a_mapping_is_for_its_file_alone(page):
    offer(page, STRANGE)
    box(page, "Day of the concern").set_value("Tag")
    press(page, "Use this mapping")
    offer(page, NAMES, "names.csv")
    assert numbers(page) == ["2", "1", "0", "1"]


def test_a_file_that_is_swapped_throughout_is_swapped_back_as_one_choice(page):
    offer(page, SWAPPED)
    assert numbers(page)[1] == "0"
    toggles(page)[0].set_value(True).run()
    assert numbers(page)[1] == "2"
    offer(page, SWAPPED.replace("42.95456,36.10567,C08", "36.10567,42.95456,C08"), "half.csv")
    assert numbers(page)[1] == "1"
    assert not toggles(page)  # one swapped row of two is a row to mend, no choice for the file


def test_equal_rows_without_ids_are_kept_when_the_reader_says_so(page):
    offer(page, EQUAL)
    assert numbers(page) == ["3", "1", "2", "0"]
    toggles(page)[0].set_value(True).run()
    assert numbers(page) == ["3", "3", "0", "0"]


def test_a_place_name_is_corrected_to_any_district_and_remembered(page, empty_store):
    offer(page, NAMES)
    box(page, "Name as stated").set_value("Qxzthaniya").run()
    box(page, "It means").set_value("IQG15Q05").run()
    press(page, "Remember this spelling")
    assert numbers(page) == ["2", "2", "0", "0"]
    assert Shelf(empty_store).aliases()["pcode"].to_list() == ["IQG15Q05"]


def test_a_file_that_cannot_be_read_is_refused_under_its_own_name(page):
    offer(page, "", "تقرير آذار.csv")
    assert any("تقرير آذار" in error.value for error in page.error)
    assert "Saved mapping" not in [one.label for one in page.selectbox]


def test_an_export_is_read_by_its_form_which_is_kept(page, empty_store, tmp_path):
    offer(page, export(tmp_path, KURDISH, *IN_KURDISH).read_text(encoding="utf-8"), "export.csv")
    assert numbers(page) == ["2", "1", "0", "1"]  # دزی is a label of ours; the other answer is known to the form alone
    form = form_file(tmp_path).read_bytes()
    page.file_uploader(key="xlsform").set_value(("form.xlsx", form, "application/octet-stream")).run()
    assert not page.exception, [one.message for one in page.exception]
    box(page, "مۆسیقای بەرز (1)").set_value("C11.3")
    press(page, "Use these meanings")
    assert numbers(page) == ["2", "2", "0", "0"]
    assert Shelf(empty_store).form_for(["v1"])[0] == "cpf v1"


def test_the_steps_are_there_in_arabic(open_page, empty_store):
    page = open_page("data", empty_store, lang="ar")
    offer(page, STRANGE)
    assert "خط العرض" in [one.label for one in page.selectbox]
    offer(page, NAMES, "names.csv")
    assert numbers(page) == ["٢", "١", "٠", "١"]
