from __future__ import annotations

import pytest

from loaders.people import is_contact, last_part, personal_columns


@pytest.mark.parametrize(
    "header",
    [
        "deviceid", "DeviceID", "subscriberid", "simserial", "simid", "phonenumber", "Phone number", "contact_phone",
        "username", "email", "E-mail", "_submitted_by", "SubmitterName", "SubmitterID", "meta/deviceid", "رقم الهاتف",
        "تەلەفۆن", "National ID", "ip_address", "transitioned_by",
    ],
)  # fmt: skip
def test_ways_to_reach_a_person_or_a_device_are_never_kept(header):
    assert is_contact(header)
    assert personal_columns([header], kept=[header]) == {header}


@pytest.mark.parametrize(
    "header",
    ["name", "Name", "names", "Full name", "group/first_name", "Name of the victim", "reporter_name", "Mukhtar name",
    "_attachments", "picture", "signature", "الاسم", "الاسم الكامل", "اسم المبلغ", "ناو",
    "children[1]/childs_name", "DOB"],
)  # fmt: skip
def test_names_and_pictures_are_dropped_unless_a_mapping_calls_them_something_else(header):
    assert personal_columns([header]) == {header}
    assert personal_columns([header], kept=[header]) == frozenset()


@pytest.mark.parametrize(
    "header",
    ["place_name", "Location name", "adm2_name", "District", "Date", "category", "description", "lat",
    "n_affected", "_uuid",
    "Arabic name of district", "site_name", "forum_id", "reporter_sex", "reporter_group", "telafar", "المحافظة",
    "name_en"],
)  # fmt: skip
def test_places_and_answers_are_no_people(header):
    assert personal_columns([header]) == frozenset()


def test_groups_do_not_hide_a_name():
    assert last_part("a/b/Name") == "Name"
    assert personal_columns(["a/b/Name"]) == {"a/b/Name"}
