"""Which font can draw which character, how wide it is, and what to write where no font can."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

BASE = "DejaVu Sans"
"""Comes with matplotlib, so it is there everywhere."""

_PREFERRED = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB",
    "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Arial Unicode MS", "Noto Sans CJK JP", "Yu Gothic",
    "Malgun Gothic", "Apple SD Gothic Neo", "Noto Emoji", "Segoe UI Emoji", "Symbola",
)  # fmt: skip
"""Families with many characters, tried before all others."""

_UNUSABLE = (BASE, "Color", "Last Resort")
"""The base font itself, fonts of coloured pictures, and matplotlib's own, which draws a box for every character."""

_OVERRIDES = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Marks that reverse the text around them."""

_INVISIBLE = {"\u200d", "\ufe0e", "\ufe0f"}
"""Joiners and variation selectors: they need no glyph of their own."""


def clean(name: str) -> str:
    """A user's name for one line of a chart: without control characters and marks that reverse text."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in name
        if c not in _OVERRIDES and unicodedata.category(c) != "Cs"
    )  # fmt: skip
    return " ".join(kept.split()) or "(no name)"


@lru_cache(maxsize=2)
def _base(bold: bool = False) -> Any:
    return _open(_path(BASE, bold))


def _path(family: str, bold: bool) -> str:
    from matplotlib import font_manager

    wanted = font_manager.FontProperties(family=[family], weight="bold" if bold else "normal")
    return str(font_manager.findfont(wanted))


def _open(path: str) -> Any:
    from matplotlib import font_manager

    font = font_manager.get_font(path)
    font.set_size(100.0, 72.0)
    return font


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> float:
    """Width of a character, in units of the font's size."""
    if character in _INVISIBLE or unicodedata.combining(character):
        return 0.0
    font = _base(bold)
    if font.get_char_index(ord(character)):
        return float(font.load_char(ord(character)).linearHoriAdvance) / 65536.0 / 100.0
    return 1.3 if ord(character) >= 0x1F000 else 1.0


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text in inches.

    Characters that the base font lacks count as full-width: a browser draws them so, whatever this machine can do.
    """
    return sum(_advance(character, bold) for character in text) * size / 72.0


def missing(texts: Iterable[str]) -> set[str]:
    """Characters of these texts that the base font cannot draw."""
    wanted = {c for text in texts for c in text} - _INVISIBLE
    return {c for c in wanted if not c.isspace() and not _base().get_char_index(ord(c))}


def fallbacks(characters: Iterable[str]) -> tuple[list[str], set[str]]:
    """Families of this machine that can draw these characters, and the characters that none can."""
    from matplotlib import font_manager

    left = set(characters)
    families: list[str] = []
    if not left:
        return families, left
    rank = {family: place for place, family in enumerate(_PREFERRED)}
    entries = sorted(font_manager.fontManager.ttflist, key=lambda e: (rank.get(e.name, len(rank)), e.name, e.fname))
    seen: set[str] = set()
    for entry in entries:
        if not left:
            break
        if entry.name in seen or entry.style != "normal" or any(word in entry.name for word in _UNUSABLE):
            continue
        seen.add(entry.name)
        drawn = _covered(entry.fname, left)
        if drawn:
            families.append(entry.name)
            left -= drawn
    return families, left


def _covered(path: str, characters: set[str]) -> set[str]:
    """The characters that a font file can draw."""
    try:
        font = _open(path)
    except (OSError, RuntimeError, ValueError):  # bitmap fonts, damaged files: matplotlib cannot use them either
        return set()
    return {c for c in characters if font.get_char_index(ord(c))}


def substitutes(names: Mapping[str, str], undrawable: set[str]) -> dict[str, str]:
    """For each name that contains a character no font has, what to write instead (`names`: name -> stand-in)."""
    return {name: stand_in for name, stand_in in names.items() if undrawable & set(name)}
