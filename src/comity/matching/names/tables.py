"""List how each script spells sounds: general correspondences of writing systems, no names.

One line holds pairs `spelling=sounds`; `_` is silence. Sources: ICAO Doc 9303-3 (section 6), the official
romanisations of Russian, Ukrainian, Belarusian, Bulgarian, Greek and Hebrew passports, DIN 31635 and common
newspaper usage for Arabic and Persian.
"""

# ruff: noqa: E501  # letters of other scripts are the matter of this module; tables read best in long lines
from __future__ import annotations

from typing import Final

_LATIN: Final = """
schtsch=S shtsh=S shch=S tsch=C tsh=C dsch=J dsh=J tch=C dzh=J dj=J dzj=J dž=J tsj=C tj=C sj=S sch=S sh=S ch=H zh=Z zs=Z
kh=x gh=Y ph=f th=T dh=D ck=k cz=C sz=6 qu=k tz=c ts=c tsi=!i tse=!e tsy=!y dz=9 mc=mk
ou=u oo=u ee=i ie=i eu=oi ue=u oe=o ae=a aa=a uu=u ii=i aw=aw ew=ew uw=u iy=i yi=i ij=i yy=i
ss=s tt=t ll=l mm=m nn=n pp=p rr=r bb=b dd=d ff=f gg=g kk=k zz=c cc=k
ce=7e ci=7i cy=7i sce=se sci=si gu=gu ge=8e gi=8i gy=8i
a=a b=b c=k d=d e=e f=f g=g h=h i=i j=j k=k l=l m=m n=n o=o p=p q=q r=r s=s t=t u=u v=v w=W x=X y=y z=z
č=& ć=& š=5 ş=5 ș=5 ś=5 ŝ=S ž=5 ź=5 ż=5 ţ=c ț=c ç=& ĉ=C ğ=Y ĵ=J ǧ=J ł=l đ=d ð=D þ=T ı=i ø=o å=o æ=a œ=o ß=s ə=a ŋ=n ħ=h
ñ=n ģ=g ķ=k ļ=l ņ=n ň=n ř=r ť=t ď=d ḩ=h ḥ=h ẖ=x ḫ=x ẓ=z ẕ=z ṣ=s ṭ=t ḍ=d ḑ=d ġ=G ḡ=G ṯ=T ḏ=D ä=a ö=o ü=u
"""

_CYRILLIC: Final = """
дж=J дз=9 кс=ks тс=c тц=c тч=C тш=C ий=i ый=i ай=ai ей=ei ой=oi ия=ia ие=ie ые=ie ье=ie ья=ia ью=iu йо=io ьо=io
а=a б=b в=V г=3 ґ=g д=d е=e ё=e ж=Z з=z и=i і=i ї=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ў=w ф=f х=Q ц=! ч=C ш=S
щ=S ъ=a ы=i ь=_ э=e ю=iu я=ia є=e ј=i љ=l њ=n ћ=C ђ=J џ=J ѕ=z ќ=k ѓ=g ә=a ө=o ү=u ұ=u қ=q ғ=G ң=n һ=h ҡ=q ҙ=D ҫ=s ҳ=h
ҷ=J ѐ=e ѝ=i ҕ=G ӣ=i ӯ=u бб=b лл=l мм=m нн=n сс=s тт=t рр=r фф=f кк=k пп=p дд=d зз=z гг=g
"""

_ARABIC: Final = """
تش=C دج=J تس=c کس=ks كس=ks ڤ=v ا=a آ=a أ=a إ=i ٱ=a ب=b پ=p ت=t ث=T ج=A چ=C ح=h خ=x د=d ذ=D ر=r ز=z ژ=Z س=s ش=S ص=s
ض=0 ط=t ظ=z ع=E غ=G ف=f ق=q ک=k ك=k گ=g ل=l م=m ن=n ه=h و=w ي=I ی=I ى=a ة=a ء=_ ئ=I ؤ=w ٹ=t ڈ=d ڑ=r ں=n ھ=h ہ=h ۂ=a
ے=e ۓ=e ە=e ێ=e ۆ=o ڵ=l ڕ=r ې=e ۍ=i ڼ=n ځ=J څ=c ټ=t ډ=d ړ=r ږ=Z ښ=S ګ=g ۇ=u ۈ=u ۋ=v ڭ=n ڥ=v ڨ=g ڽ=n ۀ=a ۃ=a ﷲ=alh
"""

_GREEK: Final = """
ντζ=J τζ=J μπ=2 ντ=1 γκ=4 γγ=4 τσ=C ου=u αι=e ει=i οι=i υι=i αυ=av ευ=ev ηυ=iv γι=@i σσ=% λλ=l μμ=m νν=n ρρ=r ττ=t κκ=k ππ=p
ββ=v α=a β=v γ=g δ=d ε=e ζ=z η=i θ=T ι=i κ=k λ=l μ=m ν=n ξ=ks ο=o π=p ρ=r σ=% ς=% τ=t υ=i φ=f χ=Q ψ=ps ω=o
"""

_HEBREW: Final = """
ג'=J ז'=Z צ'=C ץ'=C ת'=T ד'=D וו=W יי=I א=a ב=B ג=g ד=d ה=h ו=w ז=z ח=Q ט=t י=I כ=k ך=x ל=l מ=m ם=m נ=n ן=n ס=s ע=E
פ=P ף=f צ=c ץ=c ק=k ר=r ש=5 ת=t װ=W ױ=I ײ=I
"""


def _read(text: str) -> tuple[dict[str, str], int]:
    table: dict[str, str] = {}
    for pair in text.split():
        spelling, _, sound = pair.partition("=")
        table[spelling] = sound.replace("_", "")
    return table, max(map(len, table))


TABLES: Final = {
    "L": _read(_LATIN),
    "C": _read(_CYRILLIC),
    "G": _read(_GREEK),
    "H": _read(_HEBREW),
    "A": _read(_ARABIC),
}
"""For each script the spellings with their sounds, and the length of the longest spelling."""
