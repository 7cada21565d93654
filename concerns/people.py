"""Columns that look like names of people, so that a load can be refused before anything of it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

from concerns.programme_schema import PROGRAMME_TABLES
from concerns.schema import REPORT_COLUMNS
from concerns.taxonomy import label_key

_NAME = "name names named surname firstname lastname fullname forename nickname username displayname nav navê paşnav"
_NAME += " اسم أسماء اسماء لقب كنية الاسم اللقب الكنية الأسماء ناو ناوی ناوي نێو نازناو ناوەکان ناوەکانی"
_NAME += " alias mr mrs ms"
_CONTACT = "phone phones telephone tel mobile whatsapp email mail passport signature fingerprint photo selfie"
_CONTACT += " هاتف موبايل جوال تلفون تليفون إيميل ايميل بريد جواز توقيع بصمة هوية بطاقة"
_CONTACT += " dob birth birthdate address telefon telefonê عنوان ميلاد صورة"
_CONTACT += " مۆبایل تەلەفۆن ئیمەیل پاسپۆرت واژوو واژۆ ناسنامە پێناس ناونیشان لەدایکبوون"
_PERSON = "person people beneficiary beneficiaries victim survivor complainant witness suspect perpetrator applicant"
_PERSON += " respondent reporter interviewee participant student child father mother husband wife caseworker officer"
_PERSON += " enumerator contact individual submitter author mukhtar focal owner guardian patient"
_PERSON += " attendee trainer facilitator interviewer chairperson chairman client coordinator leader"
_PERSON += " worker"
_PERSON += " مسؤول مدرب مدربة ميسر ميسرة منسق منسقة"
_PERSON += " شخص مستفيد مستفيدة ضحية ناجية ناجي مشتكي مشتكية شاهد متهم مبلغ مبلغة طالب أب اب أم ام والد والدة زوج زوجة"
_PERSON += " مختار مشارك باحث كەس سوودمەند قوربانی سکاڵاکار شایەت تۆمەتبار باوک دایک خوێندکار بەشداربوو کەس"
_THING = "forum place village town city camp site station district subdistrict governorate province area location"
_THING += " school hospital organisation organization organisations agency office body institution department donor"
_THING += " project activity item equipment category indicator file sheet column form survey source sector settlement"
_THING += " training event course workshop unit gund gundê forumê bajar bajarê navçe navçeyê dibistan"
_THING += " تدريب دورة ورشة فعالية وحدة ڕاهێنان وۆرکشۆپ"
_THING += " منتدى مكان قرية مدينة مخيم موقع مركز قضاء ناحية محافظة منطقة حي مدرسة مستشفى منظمة وكالة دائرة جهة مؤسسة"
_THING += " مشروع نشاط مادة فئة مؤشر ملف استبيان مصدر قطاع مانح"
_THING += (
    " مەکۆ کۆڕ شوێن گوند شار کەمپ قەزا ناحیە پارێزگا ناوچە گەڕەک قوتابخانە نەخۆشخانە ڕێکخراو دامەزراوە پڕۆژە چالاکی"
)
_FILLER = "the of full first last second 1 2 3 4 5 6 7 8 9 10 a and or id point police case responsible referred"
_DOERS = "attendees participants trainees beneficiaries victims survivors members witnesses people persons"
_DONE = "submitted prepared signed received reported entered created approved recorded collected filled transitioned"
_PAPERS = "id no number card national civil personal identity"


def _keys(words: str) -> frozenset[str]:
    return frozenset(label_key(word) for word in words.split())


NAME_WORDS, CONTACT_WORDS, PERSON_WORDS, THING_WORDS = _keys(_NAME), _keys(_CONTACT), _keys(_PERSON), _keys(_THING)
FILLERS, DOERS, DONE, PAPERS = _keys(_FILLER), _keys(_DOERS), _keys(_DONE), _keys(_PAPERS)
OURS = frozenset(REPORT_COLUMNS).union(*PROGRAMME_TABLES.values()) | {"name_en", "name_ar", "name_ckb"}


def person_columns(columns: Iterable[str]) -> list[str]:
    """Return the columns whose header looks like a person's name, contact or papers, in their order.

    Headers in English, Arabic or Kurdish, in any case, joined by spaces, `_`, `/`, `-` or capitals. Columns of our own
    templates pass. A name is taken for a person's unless the header says what else is named (forum, place, item …);
    a lone word for a person ("Victim") is taken for a name, a count of people ("n_victims", "beneficiaries_total") not.

    >>> person_columns(["forum_id", "place_name", "Forum name", "Victim name", "fullName", "n_victims", "الاسم الثلاثي",
    ...                 "اسم المنتدى", "ناوی سوودمەند", "ناوی گوند", "Phone number", "Beneficiary"])
    ['Victim name', 'fullName', 'الاسم الثلاثي', 'ناوی سوودمەند', 'Phone number', 'Beneficiary']
    """
    return [column for column in columns if column not in OURS and _is_person(_words(column))]


def _words(column: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])", " ", column)
    words = label_key(re.sub(r"[\W_]+", " ", spaced)).split()
    return [word for raw in words for word in (_stem(raw),) if word]


def _stem(word: str) -> str:
    """Take off the Arabic article and the Kurdish ezafe and article, where a known word is left."""
    known = NAME_WORDS | CONTACT_WORDS | PERSON_WORDS | THING_WORDS
    endings = ("", "ي", "كان", "كاني", "هكان", "هكاني", "هكه", "ات", "ين", "ون", "ه")
    for start in ("", "ال", "لل", "وال", "بال"):
        for end in endings:
            if word.startswith(start) and word.endswith(end):
                bare = word[len(start) : len(word) - len(end)]
                if bare in known:
                    return bare
    return word


def _is_person(words: list[str]) -> bool:
    found = set(words)
    is_thing, is_person = bool(found & THING_WORDS), bool(found & PERSON_WORDS)
    if found & NAME_WORDS and (is_person or not is_thing):
        return True
    if ({"list", "roster"} & found and found & (DOERS | PERSON_WORDS)) or words[:2] == ["head", "of"]:
        return True
    if len(found) > 1 and found <= PAPERS and found & {"id", "card"}:  # national id, id card; not report_id
        return True
    if "by" in found and found & DONE:
        return not is_thing
    if found & CONTACT_WORDS:
        return not is_thing or is_person
    return is_person and found <= PERSON_WORDS | FILLERS
