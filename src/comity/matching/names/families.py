"""Know the spellings of very common names: a fact of each language, written by hand, no list of persons.

Two tables. FAMILIES gives names of Arabic, Persian, Turkic and Slavic use a pattern over *folded* sounds, so that all scripts
and romanisations of Muhammad fall together and stay apart from Ahmad and Mahmud, whose coarse skeletons are the same.
SHORT_FORMS joins short forms to their full names (Bob, Robert). Each family has a weight in bits: how much it says that two
persons share it; the commoner, the less.
"""

# ruff: noqa: E501  # a table reads best in long lines
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from comity.matching.names.scripts import ABJADS, Script, sounds

# Folding leaves b f v t d s z S j k g h m n l r and the vowels a i u; `~` in a pattern is any run of vowels.
_FOLDED: Final = str.maketrans(
    {
        **dict.fromkeys("pBP", "b"),
        **dict.fromkeys("VW", "v"),
        "T": "t",
        **dict.fromkeys("D0", "d"),
        **dict.fromkeys("c!", "s"),
        "q": "k",
        "X": "ks",
        **dict.fromkeys("xQH", "h"),
        "%": "s",
        **dict.fromkeys("CS56&", "S"),
        **dict.fromkeys("JZA", "j"),
        **dict.fromkeys("eE", "a"),
        **dict.fromkeys("yI", "i"),
        **dict.fromkeys("ow", "u"),
        **dict.fromkeys("GY38", "g"),
        "1": "d",
        "2": "mb",
        "4": "ng",
        "@": "g",
        "7": "s",
        "9": "z",
    }
)

_FAMILIES: Final = """
muhammad 3 m~h[ai]?m[ai]*[td]|mhd|muhd|m[ua]+mad|maksamad
ahmad 3 [ij]?ah+i?m[ai]?[td]|ahimad|aksmad
mahmud 5 m[ai]*h?hm[u]+[td]|mahmu+d
hamid 5 h[ai]*mi+d|hamad|hamd
hammad 6 ham+[ai]+d
mahdi 5 mi?[ai]?h[ai]?di+
ali 3 ali+
husain 3 h[ui]*s+[ai]*i+n|husn|husain
hasan 3 ha?s+a*n|asan
umar 4 um[ai]?r|amr
uthman 5 k?~[ut][tsz]m[ai]+n|atman|aSman
ibrahim 4 ~br[ai]*h[ia]*m|~br[ai]+m|bahim
ismail 5 [ia]*s+m[ai]+[aiu]*l
yusuf 4 [ij][uia]*[sz][aiu]*[fb]h?|[ij][u]+[sz][ai]*[fb]h?[aiu]?|huseb|giusebb[ai]|i[u]s[ai]bh?
musa 5 mu+s[ai]|muiSi
isa 5 [ai]is+a|aisi
+daud 5 da[aui]*[dt]
sulaiman 5 s[uai]*l[aiu]*m[ai]*n
khalid 5 ha?l+i?[ai]*d
khalil 5 h[ai]*l+[aiu]+l|hlil
khalifa 6 h?ali?f[aih]*|hlif[ah]*
jamal 5 [dS]?[jg][aui]*ma+l|[dS]?jiml|jaml
jamil 6 [jg][ai]m[ia]+l
abdullah 4 k?am?bn?d[aiu]*l+[aiu]*h?i?|abd~l+[ai]*h?
rahman 4 r[ai]*hm[ai]*n
rahim 5 r[ai]*h[ia]+m
karim 5 k[ai]*r[ia]+m
aziz 5 a?z[ia]+z
latif 6 lat[ia]+f
salam 6 s[ai]*la+m
salim 5 s[ai]*l[i]+m|salm
salih 5 sal[aiu]*h
qadir 5 [kg][ai]*d[ia]+r|ktir
majid 6 m[ai][jg][ia]+d
hakim 6 hak[ia]+m|hkim
nasir 5 n[ai]s+[ia]*r
+nasr 6 nasr
mustafa 4 m[u]?st[ai]*f[aih]*|mustaba
mukhtar 6 mu?ht[ai]+r
mansur 6 m[ai]ns[ui]+r
masud 6 masa?[u]+d
said 4 sa+[i]+[di]+d?|sa[ai]i+d
sad 6 saa?d
salman 6 s[ai]lm[ai]+n
sultan 6 s[ui]lt[ai]+n
faisal 6 f[ai]+s[ai]*l
fahd 6 f[ai]hd?a?d
farid 6 f[ai]r[ia]+d
faruq 6 f[ai]r[u]+k
fathi 6 f[ai]thi+
walid 5 [vuf]+[ai]*l[ia]+d
tariq 6 t[ai]r[aiu]*k
bashir 6 b[ai]S[ia]+r
bakr 5 b[ai]k[aiu]*r
habib 6 h[ai]b[ia]+b
hadi 6 hadi+
hashim 6 h[ai]S[ia]*m
haidar 6 h[ai]+d[ai]*r
hamza 5 hamz[aih]*
jabir 6 [jg][ai]b[iau]*r
jafar 5 [jg][ai]+f[aiu]*r
javad 6 [jgS][ai]*[vu][ai]*d
kamal 5 k[ai]*m[ai]*l
kazim 6 k[ai][zd][aiu]*m
qasim 5 [kg][ai]+s+[iau]*m
riza 5 r[ai]*[zd][ai]+
rashid 5 r[ai]S[ia]+d
riyad 6 ri+[ai]*[d]
samir 6 s[ai]m[ia]+r
amir 5 a+m[ia]+r|aamr
amin 5 am[ia]+n
anwar 6 an[vu]+[ai]*r
akbar 5 akb[ai]r
asad 5 as+[ai]d
abbas 5 ab+[ai]+s
adil 6 ad[aiu]*l
adnan 6 adn[ai]+n
ayman 6 aim[ai]*n
aziza 7 azizah?
bilal 6 b[ia]l[ai]+l
ghazi 6 gazi+
idris 6 [ia]dr[ia]+s
ilyas 6 [ai]l[ia]+s
imad 6 [ai]+m[ai]+d
iqbal 6 [ai]kb[ai]+l
jalal 6 [jg][ai]l[ai]+l
murad 6 m[u]+r[ai]+[dt]
mubarak 6 mub?[ai]*r[ai]*k|mbark
muslim 6 musl[aiu]*m
najib 6 n[ai][jgSd]+[ia]+b
nur 5 nu+r
omran 7 [aiu]mr[ai]+n
osama 6 [uai]s[ai]+m[aih]*
rauf 6 ra[iu]+f
sabir 6 s[ai]b[aiu]*r
sharif 5 S[ai]r[ia]+f
+shah 5 S[ai]+h
shafiq 6 S[ai]f[ia]+k
tahir 6 t[ai]h[aiu]*r
taha 6 t[ai]+h[ai]*
yahya 5 i[ai]hi[ai]+|iahia
yasin 6 i[ai]s[ia]+n
yasir 6 i[ai]s+[iau]*r
yunus 6 [ij][u]+n[aiu]*s
yaqub 6 [ij][ai]+k[u]+b
zaid 6 z[ai]*i[ai]?d
zahir 6 z[ai]h[aiu]*r
zakaria 6 z[ai]k[ai]r[ia]+h?
zubair 6 z[u]+b[ai]i[ai]*r
fatima 5 f[ai]tm?[aiu]*m?[aih]*
+khan 3 h[ai]+n
+jan 5 j[ai]+n
gul 5 gu*l
agha 5 ag[aih]*
akhund 5 a*hu*nd[ai]*
hossaini 5 h[ui]*s+[ai]*i+n[ia]+
ahmadi 5 ahm[ai]*di+
mohammadi 5 muh[ai]m+[ai]di+|mhmdi
hashimi 6 h[ai]S[ia]*mi+
haqqani 5 h[ai]k+[ai]+ni+|hkani
karimi 6 k[ai]r[ia]+mi+
zadah 5 z[ai]+d[aih]+
tikriti 5 t[iau]kr[ia]+t[ia]+
gholam 6 [gk][uai]*l[ai]+m
ghulam 6 gulam
vladimir 4 [vu]+[uai]*l[ua]+[dz]+[iz]*m+[iua]+r|vlad
aleksandr 3 [aiu]*l[iau]*(ks|kS|gz|S)[aiu]*n?[ds]*[aiu]*[dnt]+r[aiu]*|saSa|[aiu]*s?kandar|[ai]l[ai]kand[ai]r
alexei 4 [aiu]+l[ia]+[k]s[ai]*i*
sergei 4 s[ai]*[ia]*r[gjhz][aiu]*|siarhai|sarhii
dmitri 4 [dz][zi]*m[ia]*[td]+[z]*r[iu]*
nikolai 4 [nm][ia]k[aiu]*l[ai]*i
mikhail 4 m[iu]*[kh][aiu]*[ai]*[ij]l[aiu]*|mihail[aiu]*
andrei 4 and+r[aiu]*[aiuSsjzg]*|ind+r[ai]i
ivan 4 [ia]+v[aiu]n[aiu]*|ivan[aiu]*s
igor 5 [ia]+[gh][aiu]r
oleg 5 [au]+l[ai]+[hg]
evgeni 5 [ia]*[aiu]+v[gjh][ai]*n+[iau]*|iavgan[ia]+|iaughan|iaugan|iauhan|iavhan|avhan|augan[iau]*
elena 5 [ia]*[ai]l[ia]+n[ai]|h?alina
yuri 5 iu+r[iai]*|iur|i?ur[iy]+
pavel 6 b[au]+v[ai]?l[aiu]*|b[au]+vlu?
petr 5 b[ia]+t+[ai]*r[au]?|b[iu]+[au]tr
konstantin 6 k[aiu]n?st[ai]n+[ts]+[iau]*n[aius]*
natalia 5 n[ai]t[ai]l+[ia]+
svetlana 6 sv[ai]+tl[ai]n[ai]
tatiana 6 t[ai]+[zts]*[ia]*[ij]an[ai]
ekaterina 6 [jia]*k[ai]+[ts]+[ai]*r[ia]+n[ai]
anatoli 5 an[ai]t[aiu]*l[ia]*
viktor 5 v[ia]k+t[aiu]*r[aiu]?
vyacheslav 6 [vu][iaju]*[Shjst]*[ai]*sl[ai]+[vu]
valeri 6 v[ai]l+[ai]+r[ia]+
vitali 6 v[ia]+t[ai]+l[ia]+
vasili 6 [vb][ai]+s+[ia]+l[iau]*s?
grigori 6 [gh]*r[ia]+[gh][aiu]+r[aiu]*|ruhur
gennadi 6 [ghj]+[ai]+n+[ai]+[dz]+[iaz]*
leonid 6 l[iau]+n[ia]+[dt]
maxim 6 m[ai]ks*[ia]m
oksana 6 [aiu]ks+[ai]n[ai]
stepan 5 s[tcs]+[i]*[ai]*[bf]+[aiu]+n|aStif[aiu]*n|aStf[aiu]n|Stafan|Stifan
bogdan 6 b[au]g?h?dan
boris 5 b[au]ris
roman 5 r[au]man
anton 5 ant[ua]*n[iu]*u?
denis 6 d[zi]*[ai]+n+[ia]s
artem 6 art?s?[ij]*[aiu]*m
kirill 6 kiril+u?|kirila
georgi 5 [jg][aiu]+r[gj][aiu]*|h[ai]+rhi+
dimitar 5 dim[ia]t[ai]+r|d[ia]m[ia]tr[iau]+s?|m[ia]t+r[iau]
todor 6 t[aiu]*d[aiu]+r
ivanov 5 ivan[au][vu]a?
petrov 6 b[ia]*[ai]tr[au][vu]a?
"""

_SHORT_FORMS: Final = """
william bill billy will willy vilim guillermo wilhelm
robert bob bobby rob robbie roberto
richard dick rick ricky ricardo riccardo
james jim jimmy jamie jeyms
michael mike mick mikey maykl maik majkl
edward ted teddy ed eddie eduard eduardo edvard eduar
thomas tom tommy
anthony tony antony antonio antoni
benjamin ben benny
daniel dan danny
samuel sam sammy
timothy tim timmy
steven steve stephen stivn stefn stiv stiven styven
patrick pat paddy
christopher chris kris christoph christophe kristofer
gregory greg gregor
jeffrey jeff geoffrey geoff
kenneth ken kenny kennet
lawrence larry laurence lourens
nicholas nick nicky
philip phil fil
ronald ron ronnie
donald don donnie
gerald jerry gerard gerry
charles charlie chuck charli charlz chak chaarlz
joseph joe josef jozef dzhozef
john jack johnny jon dzhon djon jan
katherine kate kathy cathy katie catherine
elizabeth liz betty beth elisabeth
margaret maggie peggy meg
barbara barb
susan sue susie
deborah debbie
patricia patty pat
andrew andy endryu
alexander alex sasha sandy
frederick fred freddy
leonard len leo
raymond ray
matthew matt
peter pete
david dave devid deyvid
francis frank
harold hal harry
henry hank harry
victoria vicky
zachary zach
gabriel gabe
nathaniel nathan nate
theodore ted
"""

_SHORT_FORM_BITS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Family:
    """Name one family of spellings; `extra` families (marked `+`) add a skeleton, the others replace them."""

    code: str
    bits: float
    extra: bool


def _read_families() -> tuple[list[Family], re.Pattern[str]]:
    # One pattern of many alternatives, tried in the order of the table: a part is matched once, not 150 times.
    families: list[Family] = []
    patterns: list[str] = []
    for line in _FAMILIES.strip().splitlines():
        code, bits, pattern = line.split(" ", 2)
        families.append(Family(code.removeprefix("+"), float(bits), extra=code.startswith("+")))
        patterns.append("(" + pattern.replace("~", "[aiu]*").replace("(", "(?:") + ")")
    return families, re.compile("|".join(patterns))


def _without_vowels(folded: str) -> str:
    return re.sub("[aiu]", "", folded)


_TABLE, _PATTERN = _read_families()


def fold(spelled: str) -> str:
    """Fold sounds to the small alphabet of the tables."""
    return spelled.translate(_FOLDED)


def _fold_ch(spelled: str) -> str:
    # Short forms are English above all, where ch is the sound of Charles.
    return fold(spelled.replace("H", "C"))


def _short(folded: str) -> str:
    return re.sub("([aiu])[aiu]+", r"\1", folded)


def _read_short_forms() -> tuple[dict[str, Family], dict[str, list[tuple[str, Family]]]]:
    whole: dict[str, Family] = {}
    bare: dict[str, list[tuple[str, Family]]] = {}
    for line in _SHORT_FORMS.strip().splitlines():
        words = line.split()
        named = _family_in_table(fold(sounds(words[0], Script.LATIN)))
        family = Family(named.code if named else "*" + words[0], _SHORT_FORM_BITS, extra=True)
        for word in words:
            folded = _short(_fold_ch(sounds(word, Script.LATIN)))
            whole.setdefault(folded, family)
            bare.setdefault(_without_vowels(folded), []).append((folded, family))
    return whole, bare


def _family_in_table(folded: str) -> Family | None:
    found = _PATTERN.fullmatch(folded)
    return _TABLE[found.lastindex - 1] if found and found.lastindex else None


def family_of(spelled: str, script: Script) -> Family | None:
    """Return the family of common spellings that a part belongs to, or None."""
    found = _family_in_table(fold(spelled))
    if found is None and "1" in spelled:  # Greek nt is d or nt
        found = _family_in_table(fold(spelled.replace("1", "nt")))
    if found is not None:
        return found
    short = _short(_fold_ch(spelled))
    found = _WHOLE.get(short)
    if found is None and script in ABJADS:
        found = _family_of_bare(short)
    return found


def _family_of_bare(short: str) -> Family | None:
    """Find a short form whose vowels an abjad may have left out: those it writes must be there, in order."""
    consonants = _without_vowels(short)
    if len(consonants) < 2:
        return None
    for folded, family in _BARE.get(consonants, []):
        signs = iter(folded)
        if folded[0] == short[0] and all(sign in signs for sign in short):
            return family
    return None


_WHOLE, _BARE = _read_short_forms()
