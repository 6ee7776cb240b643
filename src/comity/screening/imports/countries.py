"""Give the three-letter code of a state for the ways in which lists write it: ISO 3166-1 codes and English names.

Keys with a state in them meet only where both sides write it alike; `comity.matching` asks for three letters.
Sources: ISO 3166-1; ICAO Doc 9303-3, section 5 (D, RKS, XXA ...); the names of the UN, EU and OFAC lists.
"""

# ruff: noqa: E501  # a table reads best in long lines
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from comity.matching.states import is_known_state

# Two letters, three letters, then every English name that a list was seen to use.
_TABLE: Final = """
AD AND Andorra; AE ARE United Arab Emirates/UAE; AF AFG Afghanistan; AG ATG Antigua and Barbuda; AI AIA Anguilla;
AL ALB Albania; AM ARM Armenia; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina; AS ASM American Samoa; AT AUT Austria;
AU AUS Australia; AW ABW Aruba; AX ALA Aland Islands; AZ AZE Azerbaijan; BA BIH Bosnia and Herzegovina/Bosnia;
BB BRB Barbados; BD BGD Bangladesh; BE BEL Belgium; BF BFA Burkina Faso; BG BGR Bulgaria; BH BHR Bahrain; BI BDI Burundi;
BJ BEN Benin; BL BLM Saint Barthelemy; BM BMU Bermuda; BN BRN Brunei Darussalam/Brunei; BO BOL Bolivia/Plurinational State of Bolivia;
BQ BES Bonaire, Sint Eustatius and Saba; BR BRA Brazil; BS BHS Bahamas; BT BTN Bhutan; BV BVT Bouvet Island; BW BWA Botswana;
BY BLR Belarus; BZ BLZ Belize; CA CAN Canada; CC CCK Cocos (Keeling) Islands; CD COD Democratic Republic of the Congo/Congo-Kinshasa/DR Congo/DRC;
CF CAF Central African Republic; CG COG Congo/Republic of the Congo/Congo-Brazzaville; CH CHE Switzerland; CI CIV Cote d'Ivoire/Ivory Coast;
CK COK Cook Islands; CL CHL Chile; CM CMR Cameroon; CN CHN China/People's Republic of China; CO COL Colombia; CR CRI Costa Rica;
CU CUB Cuba; CV CPV Cabo Verde/Cape Verde; CW CUW Curacao; CX CXR Christmas Island; CY CYP Cyprus; CZ CZE Czechia/Czech Republic;
DE DEU Germany/Federal Republic of Germany; DJ DJI Djibouti; DK DNK Denmark; DM DMA Dominica; DO DOM Dominican Republic; DZ DZA Algeria;
EC ECU Ecuador; EE EST Estonia; EG EGY Egypt; EH ESH Western Sahara; ER ERI Eritrea; ES ESP Spain; ET ETH Ethiopia; FI FIN Finland;
FJ FJI Fiji; FK FLK Falkland Islands (Malvinas)/Falkland Islands; FM FSM Micronesia/Federated States of Micronesia; FO FRO Faroe Islands;
FR FRA France; GA GAB Gabon; GB GBR United Kingdom/United Kingdom of Great Britain and Northern Ireland/Great Britain/UK; GD GRD Grenada;
GE GEO Georgia; GF GUF French Guiana; GG GGY Guernsey; GH GHA Ghana; GI GIB Gibraltar; GL GRL Greenland; GM GMB Gambia; GN GIN Guinea;
GP GLP Guadeloupe; GQ GNQ Equatorial Guinea; GR GRC Greece; GS SGS South Georgia and the South Sandwich Islands; GT GTM Guatemala;
GU GUM Guam; GW GNB Guinea-Bissau; GY GUY Guyana; HK HKG Hong Kong; HM HMD Heard Island and McDonald Islands; HN HND Honduras;
HR HRV Croatia; HT HTI Haiti; HU HUN Hungary; ID IDN Indonesia; IE IRL Ireland; IL ISR Israel; IM IMN Isle of Man; IN IND India;
IO IOT British Indian Ocean Territory; IQ IRQ Iraq; IR IRN Iran/Islamic Republic of Iran; IS ISL Iceland; IT ITA Italy; JE JEY Jersey;
JM JAM Jamaica; JO JOR Jordan; JP JPN Japan; KE KEN Kenya; KG KGZ Kyrgyzstan/Kyrgyz Republic; KH KHM Cambodia; KI KIR Kiribati;
KM COM Comoros; KN KNA Saint Kitts and Nevis/St. Kitts and Nevis; KP PRK Democratic People's Republic of Korea/North Korea/DPRK;
KR KOR Republic of Korea/South Korea; KW KWT Kuwait; KY CYM Cayman Islands; KZ KAZ Kazakhstan; LA LAO Laos/Lao People's Democratic Republic;
LB LBN Lebanon; LC LCA Saint Lucia/St. Lucia; LI LIE Liechtenstein; LK LKA Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU Lithuania;
LU LUX Luxembourg; LV LVA Latvia; LY LBY Libya/Libyan Arab Jamahiriya/State of Libya; MA MAR Morocco; MC MCO Monaco; MD MDA Moldova/Republic of Moldova;
ME MNE Montenegro; MF MAF Saint Martin; MG MDG Madagascar; MH MHL Marshall Islands; MK MKD North Macedonia/Macedonia/The Former Yugoslav Republic of Macedonia;
ML MLI Mali; MM MMR Myanmar/Burma; MN MNG Mongolia; MO MAC Macao/Macau; MP MNP Northern Mariana Islands; MQ MTQ Martinique; MR MRT Mauritania;
MS MSR Montserrat; MT MLT Malta; MU MUS Mauritius; MV MDV Maldives; MW MWI Malawi; MX MEX Mexico; MY MYS Malaysia; MZ MOZ Mozambique;
NA NAM Namibia; NC NCL New Caledonia; NE NER Niger; NF NFK Norfolk Island; NG NGA Nigeria; NI NIC Nicaragua; NL NLD Netherlands/Kingdom of the Netherlands;
NO NOR Norway; NP NPL Nepal; NR NRU Nauru; NU NIU Niue; NZ NZL New Zealand; OM OMN Oman; PA PAN Panama; PE PER Peru; PF PYF French Polynesia;
PG PNG Papua New Guinea; PH PHL Philippines; PK PAK Pakistan; PL POL Poland; PM SPM Saint Pierre and Miquelon; PN PCN Pitcairn; PR PRI Puerto Rico;
PS PSE State of Palestine/Palestine/Palestinian/Palestinian Territory, Occupied/Occupied Palestinian Territory/West Bank/Gaza; PT PRT Portugal; PW PLW Palau;
PY PRY Paraguay; QA QAT Qatar/State of Qatar; RE REU Reunion; RO ROU Romania; RS SRB Serbia; RU RUS Russia/Russian Federation; RW RWA Rwanda;
SA SAU Saudi Arabia/Kingdom of Saudi Arabia; SB SLB Solomon Islands; SC SYC Seychelles; SD SDN Sudan; SE SWE Sweden; SG SGP Singapore;
SH SHN Saint Helena, Ascension and Tristan da Cunha/Saint Helena; SI SVN Slovenia; SJ SJM Svalbard and Jan Mayen; SK SVK Slovakia/Slovak Republic;
SL SLE Sierra Leone; SM SMR San Marino; SN SEN Senegal; SO SOM Somalia; SR SUR Suriname; SS SSD South Sudan; ST STP Sao Tome and Principe;
SV SLV El Salvador; SX SXM Sint Maarten; SY SYR Syria/Syrian Arab Republic; SZ SWZ Eswatini/Swaziland; TC TCA Turks and Caicos Islands;
TD TCD Chad; TF ATF French Southern Territories; TG TGO Togo; TH THA Thailand; TJ TJK Tajikistan; TK TKL Tokelau; TL TLS Timor-Leste/East Timor;
TM TKM Turkmenistan; TN TUN Tunisia; TO TON Tonga; TR TUR Turkey/Turkiye; TT TTO Trinidad and Tobago; TV TUV Tuvalu; TW TWN Taiwan/Taiwan, Province of China;
TZ TZA Tanzania/United Republic of Tanzania; UA UKR Ukraine; UG UGA Uganda; UM UMI United States Minor Outlying Islands;
US USA United States/United States of America; UY URY Uruguay; UZ UZB Uzbekistan; VA VAT Holy See/Vatican City/Vatican; VC VCT Saint Vincent and the Grenadines/St. Vincent and the Grenadines;
VE VEN Venezuela/Bolivarian Republic of Venezuela; VG VGB British Virgin Islands/Virgin Islands, British; VI VIR United States Virgin Islands/Virgin Islands, U.S.;
VN VNM Viet Nam/Vietnam; VU VUT Vanuatu; WF WLF Wallis and Futuna; WS WSM Samoa; XK RKS Kosovo; YE YEM Yemen/Republic of Yemen; YT MYT Mayotte;
ZA ZAF South Africa; ZM ZMB Zambia; ZW ZWE Zimbabwe
"""
_MOST_CHARACTERS: Final = 100
"""The longest name of a state in the table has 58."""
_WORDS: Final = re.compile(r"[a-z]+")
_IDLE: Final = frozenset({"the", "of", "and", "region", "s", "d"})
_STYLE: Final = frozenset(
    {
        "republic", "kingdom", "state", "islamic", "democratic", "people", "peoples", "federal", "arab", "principality",
        "commonwealth", "sultanate", "socialist", "federative", "hashemite", "independent", "union", "former",
    }
)  # fmt: skip
"""Words of official names that may be missing or added where the rest is one state's name."""
_NEED_THEIR_STYLE: Final[tuple[frozenset[str], ...]] = (
    frozenset({"congo"}),
    frozenset({"china"}),
    frozenset({"korea"}),
    frozenset(),
)
"""Names that are several states' until those words are read."""
_NOT_STATED: Final = frozenset({"", "00", "na", "unknown", "undetermined", "none", "not stated"})


def state_code(text: str) -> str | None:
    """Return the three-letter code for a code or an English name in any order of words, or None if it is not known."""
    if len(text) > _MOST_CHARACTERS:
        return None
    plain = text.strip()
    code = plain.upper()
    if code in _TWO_LETTERS:
        return _TWO_LETTERS[code]
    if code == "D":  # Doc 9303-3 writes Germany with one letter; ISO 3166-1 with three
        return "DEU"
    if len(code) == 3 and is_known_state(code):
        return code
    words = _key(plain)
    bare = words - _STYLE
    return _NAMES.get(words) or (None if bare in _NEED_THEIR_STYLE else _NAMES.get(bare))


def is_stated(text: str) -> bool:
    """Return whether a field of a list says anything of a state; the EU writes `00` where it does not know."""
    return text.strip().lower() not in _NOT_STATED


@lru_cache(maxsize=2_048)
def _key(name: str) -> frozenset[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    return frozenset(_WORDS.findall(plain)) - _IDLE


def _rows() -> Iterator[tuple[str, str, list[str]]]:
    for row in _TABLE.split(";"):
        two, three, names = row.strip().replace("\n", " ").split(" ", 2)
        yield two, three, names.split("/")


_TWO_LETTERS: Final = {two: three for two, three, _ in _rows()}
_NAMES: Final = {_key(name): three for _, three, names in _rows() for name in names}
