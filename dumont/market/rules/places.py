"""Places as people write them: countries and continents, as sets of two-letter country codes."""

from collections.abc import Iterable
from functools import cache

_CONTINENTS = {
    "africa": "DZ AO BJ BW BF BI CV CM CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MG MW ML MR MU "
    "YT MA MZ NA NE NG RE RW SH ST SN SC SL SO ZA SS SD TZ TG TN UG EH ZM ZW",
    "antarctica": "AQ BV TF HM GS",
    "asia": "AF AM AZ BH BD BT BN KH CN GE HK IN ID IR IQ IL JP JO KZ KW KG LA LB MO MY MV MN MM NP KP OM PK PS PH "
    "QA SA SG KR LK SY TW TJ TH TL TR TM AE UZ VN YE CY",
    "europe": "AX AL AD AT BY BE BA BG HR CY CZ DK EE FO FI FR DE GI GR GG HU IS IE IM IT JE LV LI LT LU MT MD MC ME "
    "NL MK NO PL PT RO RU SM RS SK SI ES SJ SE CH UA GB VA XK",
    "north america": "AI AG AW BS BB BZ BM BQ CA KY CR CU CW DM DO SV GL GD GP GT HT HN JM MQ MX MS NI PA PR BL KN LC "
    "MF PM VC SX TT TC US VG VI",
    "oceania": "AS AU CK FJ PF GU KI MH FM NR NC NZ NU NF MP PW PG PN WS SB TK TO TV UM VU WF",
    "south america": "AR BO BR CL CO EC FK GF GY PY PE SR UY VE",
    "european union": "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE",
    "middle east": "AE BH CY EG IL IQ IR JO KW LB OM PS QA SA SY TR YE",
    "nordics": "DK FI IS NO SE FO GL AX",
    "apac": "AU BD BN CN FJ HK ID IN JP KH KR LA LK MM MN MO MY NP NZ PG PH PK SG TH TL TW VN",
}
_ALSO = {
    "eu": "europe",
    "eur": "europe",
    "emea": "europe",
    "na": "north america",
    "northamerica": "north america",
    "northern america": "north america",
    "southamerica": "south america",
    "latam": "south america",
    "middleeast": "middle east",
    "asia pacific": "apac",
}
"""`EU` is what renters write for Europe; Switzerland and Norway are as near to them as Austria and Sweden. `NA` is
never Namibia here."""
_NAMES = """
AR Argentina|AM Armenia|AU Australia|AT Austria|AZ Azerbaijan|BH Bahrain|BD Bangladesh|BY Belarus|BE Belgium|BO Bolivia
BA Bosnia and Herzegovina|BR Brazil|BG Bulgaria|KH Cambodia|CA Canada|CL Chile|CN China|CO Colombia|CR Costa Rica
HR Croatia|CY Cyprus|CZ Czechia|CZ Czech Republic|DK Denmark|DO Dominican Republic|EC Ecuador|EG Egypt|EE Estonia
FI Finland|FR France|GE Georgia|DE Germany|GH Ghana|GR Greece|GT Guatemala|HK Hong Kong|HU Hungary|IS Iceland|IN India
ID Indonesia|IR Iran|IQ Iraq|IE Ireland|IL Israel|IT Italy|JP Japan|JO Jordan|KZ Kazakhstan|KE Kenya|KR South Korea
KR Korea|KW Kuwait|KG Kyrgyzstan|LV Latvia|LB Lebanon|LI Liechtenstein|LT Lithuania|LU Luxembourg|MY Malaysia|MT Malta
MX Mexico|MD Moldova|MC Monaco|MN Mongolia|ME Montenegro|MA Morocco|NL Netherlands|NL The Netherlands|NL Holland
NZ New Zealand|NG Nigeria|MK North Macedonia|NO Norway|OM Oman|PK Pakistan|PA Panama|PY Paraguay|PE Peru|PH Philippines
PL Poland|PT Portugal|PR Puerto Rico|QA Qatar|RO Romania|RU Russia|SA Saudi Arabia|RS Serbia|SG Singapore|SK Slovakia
SI Slovenia|ZA South Africa|ES Spain|LK Sri Lanka|SE Sweden|CH Switzerland|TW Taiwan|TH Thailand|TN Tunisia|TR Turkey
TR Türkiye|UA Ukraine|AE United Arab Emirates|AE UAE|GB United Kingdom|GB UK|GB Great Britain|GB England
US United States|US USA|US United States of America|US America|UY Uruguay|UZ Uzbekistan|VE Venezuela|VN Vietnam
"""


def countries(text: str) -> frozenset[str]:
    """The codes that a word means: `EU`, `Germany`, `de`; nothing for a word that is no place."""
    return _known().get(_plain(text), frozenset())


def is_country(text: str) -> bool:
    """Whether it is a code: `NA` is Namibia where a code is asked for, and North America where a word is."""
    return len(text) == 2 and any(text.upper() in codes.split() for codes in _CONTINENTS.values())


def longest() -> int:
    """Of how many words the longest name of a place is."""
    return max(len(name.split()) for name in _known())


def begins(region: str, starts: tuple[str, ...]) -> bool:
    """Whether a region begins with one of these, whole words of it: `us-east` begins `us-east-1`, `u` does not."""
    text = region.casefold()
    return any(
        text.startswith(start)
        and (len(text) == len(start) or not text[len(start)].isalpha() or not start[-1].isalpha())
        for start in starts
        if start
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


@cache
def _known() -> dict[str, frozenset[str]]:
    known = {code.casefold(): frozenset([code]) for codes in _CONTINENTS.values() for code in codes.split()}
    known |= {name: frozenset(codes.split()) for name, codes in _CONTINENTS.items()}
    known |= {also: known[name] for also, name in _ALSO.items()}
    return known | dict(_named())


def _named() -> Iterable[tuple[str, frozenset[str]]]:
    for entry in _NAMES.replace("\n", "|").strip("|").split("|"):
        code, name = entry.split(" ", 1)
        yield _plain(name), frozenset([code])
