"""Which headers are taken for people's names, contacts and papers."""

from __future__ import annotations

import pytest

from concerns.people import person_columns
from concerns.programme import PROGRAMME_TABLES
from concerns.schema import REPORT_COLUMNS

PEOPLE = [
    "name",
    "Name",
    "full name",
    "FullName",
    "first_name",
    "Last Name",
    "surname",
    "victim_name",
    "Name of beneficiary",
    "Beneficiary",
    "complainant",
    "meeting/participant_name",
    "person/name",
    "SubmitterName",
    "contact person",
    "Phone",
    "phone number",
    "mobile_no",
    "e-mail",
    "Email address",
    "passport no",
    "student name (school)",
    "Witness 1",
    "national_id",
    "ID number",
    "id card",
    "submitted_by",
    "received by",
    "Participants list",
    "police officer",
    "focal point",
    "attendee",
    "Trainer",
    "head of forum",
    "name1",
    "person1",
    "DOB",
    "date of birth",
    "home_address",
    "Mr/Mrs",
    "responsible person",
    "client",
    "المدرب",
    "تاريخ الميلاد",
    "عنوان السكن",
    "الشخص المسؤول",
    "صورة",
    "واژۆ",
    "navê qurbanî",
    "hejmara telefonê",
    "الاسم",
    "الاسم الثلاثي",
    "اسم المستفيد",
    "اسم الضحية",
    "لقب العائلة",
    "رقم الهاتف",
    "المشتكي",
    "رقم الهوية",
    "أسماء الحاضرين",
    "ناو",
    "ناوی سیانی",
    "ناوی قوربانی",
    "ناوی سوودمەند",
    "ژمارەی مۆبایل",
    "ژمارەی ناسنامە",
    "سکاڵاکار",
]
OTHERS = [
    "place_name",
    "Forum name",
    "training name",
    "event name",
    "unit_name",
    "address of the forum",
    "received_by_agency",
    "n_participants",
    "participants_women",
    "report_id",
    "referral id",
    "navê gund",
    "navê forumê",
    "عدد المشاركين",
    "اسم الدورة",
    "name_en",
    "name_ar",
    "name_ckb",
    "Name of the village",
    "station name",
    "district_name",
    "organisation name",
    "item name",
    "n_victims",
    "beneficiaries_total",
    "number of participants",
    "women participants",
    "persons trained",
    "reporter_group",
    "receiving_body",
    "donor",
    "notes",
    "date",
    "identity check date",
    "emailed on",
    "اسم المنتدى",
    "اسم القضاء",
    "اسم القرية",
    "عدد المستفيدين",
    "الجهة المانحة",
    "التاريخ",
    "عدد الضحايا",
    "اسم الناحية",
    "ناوی گوند",
    "ناوی قەزا",
    "ناوی مەکۆ",
    "ژمارەی سوودمەندان",
    "بەروار",
    "ناوی ناحیە",
]


@pytest.mark.parametrize("header", PEOPLE)
def test_a_name_a_contact_or_a_paper_is_found(header):
    assert person_columns([header]) == [header]


@pytest.mark.parametrize("header", OTHERS)
def test_places_things_and_counts_of_people_pass(header):
    assert person_columns([header]) == []


def test_our_own_templates_pass():
    assert person_columns(REPORT_COLUMNS) == []
    assert all(person_columns(columns) == [] for columns in PROGRAMME_TABLES.values())


def test_the_order_of_the_file_is_kept():
    assert person_columns(["b name", "place_name", "a name"]) == ["b name", "a name"]
    assert person_columns([]) == []
