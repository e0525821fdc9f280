"""Lines of text that fit: wrapping, shortening without making two names equal, and labels that keep apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.charts.fonts import width

ELLIPSIS = "…"


def wrap(text: str, inches: float, size: float, *, bold: bool = False, lines: int = 2) -> list[str]:
    """Break a text into at most so many lines that fit; what is left over ends in an ellipsis."""
    found: list[str] = []
    for word in _pieces(text, inches, size, bold):
        joined = f"{found[-1]}{word}" if found else word
        if found and width(joined.rstrip(), size, bold=bold) <= inches:
            found[-1] = joined
        else:
            found.append(word)
    found = [line.strip() for line in found]
    if len(found) > lines:
        found = [*found[: lines - 1], shorten(" ".join(found[lines - 1 :]), inches, size, bold=bold)]
    return found


def balanced(text: str, inches: float, size: float, *, bold: bool = False, lines: int = 3) -> list[str]:
    """Wrap a text so that its lines are about equally long, in as few lines as it needs."""
    found = wrap(text, inches, size, bold=bold, lines=lines)
    if found and found[-1].endswith(ELLIPSIS):
        return found
    narrow = inches
    while narrow > inches / 2.0:
        narrow -= 0.1
        tried = wrap(text, narrow, size, bold=bold, lines=lines + 1)
        if len(tried) > len(found):
            break
        found = tried
    return found


def _pieces(text: str, inches: float, size: float, bold: bool) -> list[str]:
    """Words with the space after them; a word wider than the line is cut into pieces that fit.

    A no-break space does not end a word.
    """
    pieces: list[str] = []
    for word in " ".join(text.splitlines()).split(" "):
        if not word:
            continue
        piece = ""
        for character in word:
            if piece and width(piece + character, size, bold=bold) > inches:
                pieces.append(piece)
                piece = ""
            piece += character
        pieces.append(piece + " ")
    return pieces


def shorten(text: str, inches: float, size: float, *, bold: bool = False) -> str:
    """A text that fits on one line, cut with an ellipsis where it is too long."""
    if width(text, size, bold=bold) <= inches:
        return text
    kept = text
    while kept and width(kept.rstrip() + ELLIPSIS, size, bold=bold) > inches:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def shorten_all(names: Sequence[str], inches: float, size: float, *, bold: bool = False) -> list[str]:
    """Names that fit; those that would become equal are cut in the middle, and numbered if that is not enough."""
    short = [shorten(name, inches, size, bold=bold) for name in names]
    doubled = {s for s in short if short.count(s) > 1}
    short = [_cut_middle(n, inches, size, bold) if s in doubled else s for n, s in zip(names, short, strict=True)]
    doubled = {s for s in short if short.count(s) > 1}
    return [f"{place} {shorten(s, 0.8 * inches, size, bold=bold)}" if s in doubled else s
            for place, s in enumerate(short, start=1)]  # fmt: skip


def on_two_lines(names: Sequence[str], inches: float, size: float, *, bold: bool = False) -> list[str]:
    """Names that fit on one line or, broken between words, on two; shortened as by `shorten_all` where they do not."""
    found = []
    for name, short in zip(names, shorten_all(names, inches, size, bold=bold), strict=True):
        lines = wrap(name, inches, size, bold=bold) if short != name else [name]
        whole = not any(line.endswith(ELLIPSIS) for line in lines) and " ".join(lines) == " ".join(name.split())
        found.append("\n".join(lines) if whole else short)
    return found


def lines_of(texts: Sequence[str]) -> int:
    """The most lines that any of some texts has."""
    return max((text.count("\n") + 1 for text in texts), default=1)


def widest(texts: Sequence[str], size: float, *, bold: bool = False) -> float:
    """Width of the widest line of some texts in inches."""
    return max((width(line, size, bold=bold) for text in texts for line in text.split("\n")), default=0.0)


def _cut_middle(text: str, inches: float, size: float, bold: bool) -> str:
    """Keep the beginning and the end, where names that begin alike differ."""
    if width(text, size, bold=bold) <= inches:
        return text
    for kept in range(len(text) - 1, 1, -1):
        head, tail = (kept + 1) // 2, kept // 2
        cut = text[:head].rstrip() + ELLIPSIS + text[len(text) - tail :].lstrip()
        if width(cut, size, bold=bold) <= inches:
            return cut
    return ELLIPSIS


def keep_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near as possible (least squares) to the wanted ones, at least `gap` apart, within [low, high].

    Where they cannot all fit, they are spread evenly over the range. The order of the wanted positions is kept, equal
    ones in the order given.
    """
    count = len(wanted)
    if count == 0:
        return []
    gap = min(gap, (high - low) / (count - 1)) if count > 1 else gap
    order = sorted(range(count), key=lambda i: (wanted[i], i))
    steps = gap * np.arange(count)
    fitted = _rising(np.array([wanted[i] for i in order], dtype=np.float64) - steps)
    placed = np.clip(fitted, low, high - steps[-1]) + steps
    found = [0.0] * count
    for place, i in enumerate(order):
        found[i] = float(placed[place])
    return found


def _rising(values: np.ndarray) -> np.ndarray:
    """The non-decreasing sequence nearest to the values (pool adjacent violators)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, n), (b, m) = blocks[-2:]
            blocks[-2:] = [((a * n + b * m) / (n + m), n + m)]
    return np.concatenate([np.full(n, value) for value, n in blocks])
