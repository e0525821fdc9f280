"""How numbers of a strategy study are written: shares as whole percents, changes with sign, unit and interval."""

from __future__ import annotations

import math

from experiments.analysis.resampling import Estimate
from experiments.statistics import Paired
from experiments.wording import DASH, decimals, hours_number, interval, number, significant, with_unit

POINTS = "points"
MOST_PLACES = 2


def share(value: float) -> str:
    """A share as a percentage; one that is nearly none or all does not read as none or all."""
    if not math.isfinite(value):
        return DASH
    if 0.0 < value <= 0.005:
        return "< 1 %"
    if 0.995 <= value < 1.0:
        return "> 99 %"
    return f"{number(100.0 * value, 0)} %"


def shares(low: float, high: float) -> str:
    """An interval of shares: `70 to 93 %`."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    return f"{number(100.0 * low, 0)} to {number(100.0 * high, 0)} %"


def share_with(estimate: Estimate) -> str:
    """A share with its interval: `83 % (67 to 97)`."""
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return share(estimate.value)
    return f"{share(estimate.value)} ({shares(estimate.low, estimate.high).removesuffix(' %')})"


def change(result: Paired, unit: str) -> str:
    """A paired difference: `+6.0 points (+5.6 to +6.4)`; alone where it has no interval."""
    return amount(result.difference, result.low, result.high, unit, sign=True)


def estimate(found: Estimate, unit: str, *, sign: bool = False) -> str:
    """An estimate with its interval."""
    return amount(found.value, found.low, found.high, unit, sign=sign)


def amount(value: float, low: float, high: float, unit: str, *, sign: bool = False) -> str:
    """A value with unit and interval."""
    if not math.isfinite(value):
        return DASH
    if not (math.isfinite(low) and math.isfinite(high)):
        return with_unit(number(value, digits(value, unit), sign=sign), unit)
    shown = places(low, high, unit) if high > low else digits(value, unit)
    return f"{with_unit(number(value, shown, sign=sign), unit)} ({interval(low, high, shown, sign=sign)})"


def bounds(low: float, high: float, unit: str, *, sign: bool = True) -> str:
    """An interval alone; a dash where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    return interval(low, high, places(low, high, unit) if high > low else digits(low, unit), sign=sign)


def places(low: float, high: float, unit: str) -> int:
    """Decimals that an interval supports; of points and hours at most two, where that does not make it read as zero."""
    supported = decimals(low, high, unit)
    reads_as_zero = low * high > 0.0 and round(min(abs(low), abs(high)), MOST_PLACES) == 0.0
    return min(supported, MOST_PLACES) if unit in (POINTS, "hours") and not reads_as_zero else supported


def level(value: float, unit: str) -> str:
    """A level of an outcome: points are percents."""
    if not math.isfinite(value):
        return DASH
    if unit == POINTS:
        return f"{number(value, 1)} %"
    return with_unit(number(value), unit)


def plain(value: float, unit: str = "") -> str:
    """A number that was given, in as few digits as say it."""
    text = f"{value:,.6g}".replace("-", "\u2212") if math.isfinite(value) else DASH
    return with_unit(text, unit)


def hours(value: float, limit: float | None = None) -> str:
    """`1.2 hours`, `1 hour`, `no hours`; `1.51 hours` where the limit is 1.5."""
    if not math.isfinite(value):
        return DASH
    text = hours_number(value, limit)
    if float(text.replace(",", "").replace("\u2212", "-")) == 0.0:
        return "no hours"
    return "1 hour" if text in ("1", "1.0") else f"{text} hours"


def money(value: float) -> str:
    """`12.0 in money`."""
    return "no money" if value == 0.0 else f"{number(value)} in money" if math.isfinite(value) else DASH


def weeks(value: float) -> str:
    """`31 weeks`."""
    text = number(value, 0)
    return f"{text} week" if text == "1" else f"{text} weeks"


def digits(value: float, unit: str) -> int:
    """Decimals where no interval tells how many: one for points, else three significant figures."""
    return 1 if unit == POINTS else significant(value)
