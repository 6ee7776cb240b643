"""List the words that stand in names without naming anyone: articles, particles, kinship words, titles."""

# ruff: noqa: E501  # letters of other scripts are the matter of this module; tables read best in long lines
from __future__ import annotations

from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTICLES: Final = _set(
    """al el ul as ash at ar az an ad bin ibn ben bint bte binti binte von van der den de del della di da dos das do du la le
    los las y e und zu zum of the ould wld walad oghlu oglu ogly oğlu oghli uly kyzy kizi qizi af av o d l ó ua ní nic
    ال بن ابن بنت ولد اوغلو أوغلو اوغلی اغلو هبن بي כץ де да фон ван дер бин бен ибн бинт аль эль оглы оглу кызы ал ел фырт
    βαν ντε φον μπιν בן בת אל ואן דה פון de-la"""
)
"""Left out of keys: they come and go between spellings."""

FILIATION: Final = _set("bin ibn ben bint بن ابن بنت бен бин בן בת")
"""Particles between two parts; at either end they are names (Ben, Bennet)."""

SERVANT: Final = _set(
    """abd abdul abdel abdol abdal abdoul abdur abdu abdoel abid abed abdus abdud abdun abdush abdal abdil عبد абд абдул абду
    абдель אבד עבד"""
)
"""`Servant of`: belongs to the part that follows (Abd al-Rahman, Abdurrahman)."""

FATHER: Final = _set("abu abou abo aboo abul abil aboul ابو أبو ابی أبي абу אבו")
"""`Father of`: opens a kunya together with the part that follows."""

GOD: Final = _set("allah ullah ollah alla ulla olla elah ilah alah lillah الله اللہ ﷲ لله الاه")
FAITH: Final = _set("din deen dine eddin eddine uddin aldin aldeen addin eldin eldeen oddin دين دین الدين الدین")
"""Second halves of compound names (Habib Ullah, Saif al-Din): joined to the part before."""

TITLES: Final = _set(
    """dr mr mrs ms miss hon sir lord lady dame baron baroness baronesse senator shri sri smt sh mullah mulla maulavi mawlawi
    maulvi moulvi mawlana maulana hafiz haji hajji hajj alhaji hadji sheikh shaykh shaikh sheik cheikh sheekh qari sayyid
    sayed sayyed seyed seyyed syed prof professor eng ing lt col gen brig rtd retd capt captain maj major general colonel
    jr sr iii ii iv rev rt datuk dato datin tan tun tengku encik puan qazi mp mla aka nee née gov ambassador minister
    herr frau dipl mag hrh sultan's mufti ustad ustaz doctor comandante lieutenant brigadier commander chief
    شیخ الشيخ شيخ د دکتر دكتور الدكتور سید سيد السيد ملا مولوی مولوي الحاج حاج حاجی حاجي قاري قاری حافظ مفتی سردار
    др проф мулла шейх хаджи младши старши молодший младший ד"ר גב מר"""
)
"""Ranks, offices, honours and marks of generation."""
