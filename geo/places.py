"""Place names to p-codes, in English, Arabic and Kurdish spellings, with a confidence and never by a guess."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace

import pandas as pd

from concerns.schema import GeoPrecision
from geo.place_keys import is_arabic, keys, visible

FUZZY_SCORE = 85.0  # least likeness of two keys (0-100) …
FUZZY_MARGIN = 5.0  # … and least lead over the second best
CONFIDENCE = {"pcode": 1.0, "exact": 1.0, "key": 0.95, "alias": 0.95, "stem": 0.9}
ALIAS_COLUMNS = ("name", "level", "pcode", "note")  # level 1, 2 or 3; note: why a name lands in another unit
_CODE = re.compile(r"[A-Za-z]{2,3}[A-Za-z0-9]*\d[A-Za-z0-9]*")


@dataclass(frozen=True)
class PlaceMatch:
    """What a stated place means. `how`: pcode, exact, key, alias, stem, fuzzy, ambiguous, unknown; none: not stated.

    `adm2_pcode` is "" when only the governorate is known; `candidates` are (p-code, name, likeness 0-100), best first.
    """

    how: str
    confidence: float = 0.0
    adm1_pcode: str = ""
    adm2_pcode: str = ""
    adm3_pcode: str = ""
    geo_precision: int = 0
    note: str = ""
    candidates: tuple[tuple[str, str, float], ...] = ()

    @property
    def is_resolved(self) -> bool:
        """True when at least the governorate is certain."""
        return bool(self.adm1_pcode)


NOTHING = PlaceMatch("none")


class Places:
    """The names of one set of districts, their governorates and sub-districts, ready to be asked.

    >>> districts = pd.DataFrame({"adm2_pcode": ["IQG15Q05", "IQG15Q07"], "adm2_name": ["Al-Mosul", "Sinjar"],
    ...     "adm2_name_ar": ["الموصل", "سنجار"], "adm1_pcode": "IQG15", "adm1_name": "Ninewa", "adm1_name_ar": "نينوى"})
    >>> places = Places.build(districts)
    >>> [places.resolve(district=name).adm2_pcode for name in ("Mosul", "قضاء سنجار", "iqg15q07", "Basrah")]
    ['IQG15Q05', 'IQG15Q07', 'IQG15Q07', '']
    >>> places.resolve(district="Sinjaar").how, places.resolve(district="Sinjaar", governorate="Ninewa").how
    ('unknown', 'fuzzy')
    """

    def __init__(
        self, names: dict[int, dict[str, list[str]]], *, parents: dict[str, str], aliases: pd.DataFrame | None
    ) -> None:
        self._names, self._parents = names, parents
        self._exact: dict[int, dict[str, set[str]]] = {}
        self._keys: dict[int, tuple[dict[str, set[str]], dict[str, set[str]]]] = {}
        self._spelled: dict[int, tuple[list[tuple[str, str]], list[str]]] = {}
        self._codes = {code.casefold(): code for level in names.values() for code in level}
        for level, units in names.items():
            self._exact[level], self._keys[level] = _index(units)
            spelled = [(keys(name), code) for code, names in units.items() for name in names]
            self._spelled[level] = ([pair for pair, _ in spelled], [code for _, code in spelled])
        self._alias: dict[int, dict[str, set[str]]] = {level: defaultdict(set) for level in names}
        self._notes: dict[tuple[int, str, str], str] = {}
        if aliases is not None:
            for name, level, pcode, note in aliases[list(ALIAS_COLUMNS)].astype(str).itertuples(index=False):
                self._add_alias(int(level), name, pcode, note)

    @classmethod
    def build(
        cls,
        districts: pd.DataFrame,
        *,
        subdistricts: pd.DataFrame | None = None,
        aliases: pd.DataFrame | None = None,
    ) -> Places:
        """Index the names of the districts in use.

        districts: one row a district; adm2_pcode, adm2_name, adm1_pcode, and as far as there adm2_name_ar,
        adm2_name_ckb, adm1_name, adm1_name_ar, adm1_name_ckb. subdistricts: adm3_pcode, adm2_pcode, adm3_name, and
        as far as there adm3_name_ar, adm3_name_ckb. aliases: ALIAS_COLUMNS. Sub-districts and aliases of districts
        that are not in use are left out, so one table of each serves several sets of boundaries.
        """
        names = {
            1: _spellings(districts.drop_duplicates("adm1_pcode"), "adm1"),
            2: _spellings(districts, "adm2"),
            3: {},
        }
        parents = dict(zip(districts["adm2_pcode"], districts["adm1_pcode"], strict=True))
        if subdistricts is not None:
            inside = subdistricts[subdistricts["adm2_pcode"].isin(set(parents))]
            names[3] = _spellings(inside, "adm3")
            parents |= dict(zip(inside["adm3_pcode"], inside["adm2_pcode"], strict=True))
        return cls(names, parents=parents, aliases=aliases)

    def resolve(
        self,
        *,
        pcode: str = "",
        governorate: str = "",
        district: str = "",
        place_name: str = "",
    ) -> PlaceMatch:
        """Return what a stated place means; the finest statement decides, the coarser ones confirm it.

        pcode: a code of any level. governorate, district: names or codes of that level. place_name: of no stated level.
        A district and a governorate that disagree still give the district: contested districts are known by name.
        """
        if not visible(pcode + governorate + district + place_name):
            return NOTHING
        if visible(pcode):
            return self._by_code(visible(pcode), level=2) or PlaceMatch("unknown")
        adm1 = self._governorate(governorate)
        if visible(district):
            match = self._level(2, district, within=adm1.adm1_pcode)
            if (
                match.how == "unknown"
                and self._level(3, district, within=adm1.adm1_pcode).confidence >= CONFIDENCE["key"]
            ):
                match = replace(
                    self._level(3, district, within=adm1.adm1_pcode), note="A sub-district stated as a district."
                )
            return self._refine(match, place_name) if match.is_resolved else match
        if visible(place_name):
            match = self._without_level(place_name, within=adm1.adm1_pcode)
            if match.is_resolved or not adm1.is_resolved:
                return match
        return adm1

    def governorate_of(self, adm2_pcode: str) -> str:
        """Return the code of a district's governorate. Raises KeyError: the district is not in use."""
        return self._parents[adm2_pcode]

    def names_of(self, pcode: str) -> list[str]:
        """Return the known spellings of one unit, the official ones first; none for an unknown code."""
        return next((units[pcode] for units in self._names.values() if pcode in units), [])

    def likeness(self, name: str, pcode: str) -> float:
        """Return how alike (0-100) a spelling is to the names of one unit."""
        return max((_ratio(name, other) for other in self.names_of(pcode)), default=0.0)

    def _governorate(self, name: str) -> PlaceMatch:
        if not visible(name):
            return NOTHING
        match = self._level(1, name, within="")
        return match if match.how != "fuzzy" else replace(match, adm1_pcode="", how="unknown")

    def _without_level(self, name: str, *, within: str) -> PlaceMatch:
        """Resolve a name of no stated level: certain only where one unit bears it, or a district and its own centre."""
        levels = [self._level(level, name, within=within) for level in (3, 2, 1)]
        certain = [match for match in levels if match.confidence >= CONFIDENCE["stem"]]
        if within and len(certain) > 1:
            certain = [match for match in certain if match.adm2_pcode]
        if not certain:
            fuzzy = max(levels[:2], key=lambda match: match.confidence)
            return (
                fuzzy
                if fuzzy.is_resolved
                else replace(levels[1], candidates=levels[1].candidates or levels[0].candidates)
            )
        coarsest = certain[-1]
        if any(match.adm2_pcode != coarsest.adm2_pcode for match in certain):
            codes = [match.adm3_pcode or match.adm2_pcode or match.adm1_pcode for match in reversed(certain)]
            return PlaceMatch("ambiguous", candidates=tuple((code, self.names_of(code)[0], 100.0) for code in codes))
        return coarsest

    def _refine(self, match: PlaceMatch, place_name: str) -> PlaceMatch:
        """A district is known: a sub-district of it that bears the place's name makes the match finer."""
        if not match.adm2_pcode or not visible(place_name):
            return match
        finer = self._level(3, place_name, within=match.adm2_pcode, is_exact=True)
        if finer.confidence >= CONFIDENCE["stem"] and finer.adm2_pcode == match.adm2_pcode:
            return replace(match, adm3_pcode=finer.adm3_pcode, geo_precision=int(GeoPrecision.SUBDISTRICT))
        return match

    def _by_code(self, text: str, *, level: int) -> PlaceMatch | None:
        """Find a code; one that a district shares with its governorate is of the level that is asked for."""
        code = self._codes.get(text.casefold())
        if code is None and _CODE.fullmatch(
            text
        ):  # a sub-district of a set without sub-districts: parent is the prefix
            parent = next((c for c in self._names[2] if text.upper().startswith(c) and len(text) > len(c)), "")
            return self._match(3, text.upper(), "pcode", parent=parent) if parent else None
        if code is None:
            return None
        found = next(one for one in (level, *self._names) if code in self._names[one])
        return self._match(found, code, "pcode")

    def _level(self, level: int, text: str, *, within: str, is_exact: bool = False) -> PlaceMatch:
        """Find one name at one level; `within` is the parent's code, which settles ties and allows fuzzy matches."""
        shown = visible(text)
        coded = self._by_code(shown, level=level)
        if coded is not None:
            return coded
        first, second = keys(shown)
        tried = [
            ("exact", self._exact[level].get(shown.casefold(), set())),
            ("key", self._keys[level][0].get(first, set())),
            ("alias", self._alias[level].get(first, set())),
            ("stem", self._keys[level][1].get(second, set())),
            ("alias", self._alias[level].get(second, set())),
        ]
        for how, codes in tried:
            inside = {code for code in codes if self._is_in(code, within)} if within else set()
            chosen = inside or codes
            if len(chosen) == 1:
                code = next(iter(chosen))
                notes = (self._notes.get((level, key, code), "") for key in (first, second))
                note = next(filter(None, notes), "") if how == "alias" else ""
                return replace(self._match(level, code, how), note=note)
            if len(chosen) > 1:
                return PlaceMatch(
                    "ambiguous", candidates=tuple((c, self._names[level][c][0], 100.0) for c in sorted(chosen))
                )
        return PlaceMatch("unknown") if is_exact else self._fuzzy(level, shown, within=within)

    def _fuzzy(self, level: int, text: str, *, within: str) -> PlaceMatch:
        scores: dict[str, float] = dict.fromkeys(self._names[level], 0.0)
        for score, code in self._scores(level, text):
            scores[code] = max(scores[code], score)
        scored = sorted(((score, code) for code, score in scores.items()), key=lambda pair: (-pair[0], pair[1]))
        candidates = tuple((code, self._names[level][code][0], round(score, 1)) for score, code in scored[:3] if score)
        inside = [(score, code) for score, code in scored if self._is_in(code, within)] if within else []
        if inside and inside[0][0] >= FUZZY_SCORE and (len(inside) == 1 or inside[0][0] - inside[1][0] >= FUZZY_MARGIN):
            score, code = inside[0]
            return replace(
                self._match(level, code, "fuzzy"), confidence=round(0.9 * score / 100, 3), candidates=candidates
            )
        return PlaceMatch("unknown", candidates=candidates)

    def _scores(self, level: int, text: str) -> list[tuple[float, str]]:
        """Score every spelling of a level against a text, key against key; other scripts score 0."""
        from rapidfuzz import fuzz, process

        pairs, codes = self._spelled[level]
        found = []
        for position, key in enumerate(keys(text)):
            if key:
                choices = [pair[position] for pair in pairs]
                found += [
                    (score, codes[at]) for _, score, at in process.extract(key, choices, scorer=fuzz.ratio, limit=20)
                ]
        return found

    def _is_in(self, code: str, unit: str) -> bool:
        parent = self._parents.get(code, "")
        return unit in (code, parent, self._parents.get(parent, ""))

    def _match(self, level: int, code: str, how: str, *, parent: str = "") -> PlaceMatch:
        adm2 = {1: "", 2: code, 3: parent or self._parents.get(code, "")}[level]
        adm1 = code if level == 1 else self._parents[adm2]
        precision = {1: GeoPrecision.GOVERNORATE, 2: GeoPrecision.DISTRICT, 3: GeoPrecision.SUBDISTRICT}[level]
        return PlaceMatch(how, CONFIDENCE.get(how, 0.0), adm1, adm2, code if level == 3 else "", int(precision))

    def _add_alias(self, level: int, name: str, pcode: str, note: str) -> None:
        if level not in self._alias or pcode not in self._names[level]:
            return
        key = keys(name)[0]
        if key:
            self._alias[level][key].add(pcode)
            self._notes[(level, key, pcode)] = note


def _spellings(table: pd.DataFrame, level: str) -> dict[str, list[str]]:
    columns = [f"{level}_name{suffix}" for suffix in ("", "_ar", "_ckb") if f"{level}_name{suffix}" in table]
    names: dict[str, list[str]] = {}
    for code, *spellings in table[[f"{level}_pcode", *columns]].itertuples(index=False):
        names[str(code)] = [visible(name) for name in spellings if isinstance(name, str) and visible(name)]
    return names


def _index(units: dict[str, list[str]]) -> tuple[dict[str, set[str]], tuple[dict[str, set[str]], dict[str, set[str]]]]:
    exact: dict[str, set[str]] = defaultdict(set)
    first: dict[str, set[str]] = defaultdict(set)
    second: dict[str, set[str]] = defaultdict(set)
    for code, names in units.items():
        for name in names:
            exact[name.casefold()].add(code)
            for index, key in zip((first, second), keys(name), strict=True):
                if key:
                    index[key].add(code)
    return exact, (first, second)


def _ratio(left: str, right: str) -> float:
    from rapidfuzz import fuzz

    if is_arabic(left) != is_arabic(right):
        return 0.0
    pairs = zip(keys(left), keys(right), strict=False)
    return max((fuzz.ratio(one, other) for one, other in pairs), default=0.0)
