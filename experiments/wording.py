"""Numbers and units as people read them: as many digits as the interval supports, and a real minus sign."""

from __future__ import annotations

import math

MOST_DECIMALS = 7
MINUS, DASH = "\u2212", "\u2013"
"""A real minus sign, and what stands where there is no number."""
COUNTED = frozenset({"adoptions", "challenges", "hours", "lookups", "meetings", "pilots", "points", "practices", "ties",
                     "topics", "weeks"})  # fmt: skip
"""Units, and first words of units, that lose their s after 1."""


def decimals(low: float, high: float, unit: str = "") -> int:
    """Digits after the point that an interval supports; points get at least one.

    An interval that leaves out zero gets enough of them that neither end reads as zero.
    """
    reach = abs(high - low) / 2.0
    if not math.isfinite(reach):
        return 1
    digits = _first_digit(reach) if reach > 0.0 else 2
    digits = max(digits, 1 if unit == "points" else 0)
    nearest = min(abs(low), abs(high))
    if low * high > 0.0 and round(nearest, digits) == 0.0:
        digits = min(_first_digit(nearest), digits + 3)
    return min(max(digits, 0), MOST_DECIMALS)


def _first_digit(value: float) -> int:
    """Position after the point of the first digit that is not zero (0.03 -> 2, 4.2 -> 0)."""
    return max(0, -math.floor(math.log10(value)))


def number(value: float, digits: int | None = None, *, sign: bool = False) -> str:
    """A number for people; three significant digits unless told how many after the point, a dash where undefined."""
    if not math.isfinite(value):
        return DASH
    if digits is None:
        digits = significant(value)
    rounded = round(value, digits)
    text = f"{abs(rounded):,.{digits}f}"
    if rounded < 0.0:
        return f"{MINUS}{text}"
    return f"+{text}" if sign and rounded > 0.0 else text


def significant(value: float, figures: int = 3) -> int:
    """Digits after the point that show so many significant figures."""
    if value == 0.0 or not math.isfinite(value):
        return 0
    return min(MOST_DECIMALS, max(0, figures - 1 - math.floor(math.log10(abs(value)))))


def hours_number(hours: float, limit: float | None = None) -> str:
    """Hours a person-week as a bare number; in so many digits that it reads as beyond a limit only where it is."""
    digits = 0 if hours == 0.0 else 1 if abs(hours) >= 0.95 else 2 if abs(hours) >= 0.0095 else 4
    while limit is not None and (round(hours, digits) > limit) != (hours > limit) and digits < MOST_DECIMALS:
        digits += 1
    return number(hours, digits)


def interval(low: float, high: float, digits: int, *, sign: bool = False) -> str:
    """An interval for people: `2.6 to 3.6`."""
    return f"{number(low, digits, sign=sign)} to {number(high, digits, sign=sign)}"


def with_unit(text: str, unit: str) -> str:
    """A number with its unit behind it."""
    counted, _, rest = unit.partition(" ")
    if counted in COUNTED and text.lstrip(f"+{MINUS}") == "1":
        unit = f"{counted.removesuffix('s')} {rest}".rstrip()
    return f"{text} {unit}" if unit else text


def p_value(p: float) -> str:
    """A p value for people."""
    if not math.isfinite(p):
        return DASH
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: `1 world`, `32 worlds`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listing(items: list[str]) -> str:
    """Items as a phrase: `a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
