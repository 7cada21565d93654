"""Columns that name or reach a person or a device: they are left out at reading and stored nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from loaders.cells import fold

# Ways to reach a person or a device: never a column of ours, whatever a mapping says.
_CONTACT = re.compile(
    r"device_?id|subscriber_?id|sim_?(?:serial|id)\w*|imei|(?:mac|ip)_?address|user_?agent|"
    r"\w*(?:phone|mobile|telephone|whatsapp|e-?mail)\w*|(?:cell|tel)_?(?:no|number)?|"
    r"_?submitted_?by|submitter(?:id|name)?|transitioned_(?:by|to)|username|user_name|"
    r"national_?id\w*|passport\w*|id_?card\w*|iban|رقم الهوية|رقم البطاقة|"
    r".*(?:هاتف|موبايل|جوال|البريد|ايميل|مۆبایل|تەلەفۆن|ئیمەیڵ).*",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"name|names|(?:full|first|last|family|given|middle|mother|father|child|childs|nick)_?s?_?names?|"
    r"(?:reporter|respondent|interviewee|interviewer|enumerator|beneficiary|victim|survivor|witness|complainant|suspect|"
    r"perpetrator|caller|contact|mukhtar|officer|focal_?point|facilitator|person)(?:_?s)?_?(?:full_?)?names?|"
    r"name_of_(?:the_)?(?:reporter|respondent|victim|survivor|witness|person|interviewer|enumerator|complainant)|"
    r"signature|picture|pictures|photo|photos|image|selfie|audio|video|recording|_?attachments?(?:present|expected)?|"
    r"(?:date_of_)?birth_?(?:date|day)?|dob|home_address|address|"
    r"الاسم|اسم|(?:ال)?اسم (?:الكامل|الثلاثي|الاول|المبلغ|الضحية|الشاهد|الباحث|الشخص|الام)|"
    r"اسم .*(?:المبلغ|الضحية|الشاهد|الباحث)|الصورة|صورة|التوقيع|العنوان|عنوان|ناو|ناوی .*|وێنە",
    re.IGNORECASE,
)


def last_part(header: str) -> str:
    """Return the name of a question without its groups: after the last slash, without a repeat's number.

    >>> last_part("children[1]/childs_name"), last_part("Date")
    ('childs_name', 'Date')
    """
    return header.rsplit("/", 1)[-1].strip()


def is_contact(header: str) -> bool:
    """Tell whether a column reaches a person or a device; no mapping may keep it."""
    return _matches(_CONTACT, header)


def personal_columns(headers: Iterable[str], *, kept: Iterable[str] = ()) -> frozenset[str]:
    """Return the headers that name or reach people. `kept`: headers that a mapping calls something else, a place say.

    >>> sorted(personal_columns(["deviceid", "Date", "group/Full name", "place_name"]))
    ['deviceid', 'group/Full name']
    """
    allowed = frozenset(kept)
    return frozenset(
        header for header in headers if is_contact(header) or (header not in allowed and _matches(_PERSON, header))
    )


def _matches(pattern: re.Pattern[str], header: str) -> bool:
    name = last_part(header)
    spaced = re.sub(r"[\s_]+", "_", name).strip("_")
    return any(pattern.fullmatch(form) for form in {name, spaced, spaced.replace("_", " "), fold(name)})
