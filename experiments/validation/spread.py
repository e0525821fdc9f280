"""Facts on how practices spread from person to person and team to team, and on who finds whom."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.validation.fact import (
    EMERGENT,
    Curve,
    Fact,
    Finding,
    Floats,
    Records,
    Sample,
    interval,
    metric,
    p_above,
    series,
    verdict,
    worst,
)

DEPARTMENTS = (4, 8, 16, 32)
PEOPLE, OWN_TOPICS = 60, 2


def _mapped(departments: int, *, with_map: bool) -> dict[str, Any]:
    """Departments of 60 people with two topics of their own; a sixth of all topics each is enterprise and emerging."""
    organization = {
        "people": PEOPLE * departments,
        "departments": departments,
        "topics": 3 * departments,
        "sources": 10,
    }
    policies = {"expertise_map": {"kind": "expertise_map", "start_week": 0}} if with_map else {}
    return {"organization": organization, "policies": policies, "weeks": 104}


def _map_name(departments: int, *, with_map: bool) -> str:
    return f"map: {departments} departments, {'with' if with_map else 'without'}"


def _time_saved(records: Records) -> Finding:
    """Weeks saved in finding a source, and how they rise with every doubling of the number of departments."""
    saved = [
        metric(records[_map_name(number, with_map=False)], "source_weeks")
        - metric(records[_map_name(number, with_map=True)], "source_weeks")
        for number in DEPARTMENTS
    ]
    doublings = np.log2(DEPARTMENTS) - np.log2(DEPARTMENTS).mean()
    slope: Floats = (np.stack(saved, axis=1) * doublings).sum(axis=1) / (doublings**2).sum()
    p = worst(p_above(slope), p_above(saved[0]))
    found = f"{interval(slope, 2)} weeks more are saved with every doubling of the number of departments"
    samples = tuple(Sample(f"{number} departments", weeks) for number, weeks in zip(DEPARTMENTS, saved, strict=True))
    return Finding(found, p, verdict(p), "weeks saved in finding a source", samples)


EXPERTISE_MAP = Fact(
    name="expertise_map",
    title="An expertise map saves more time the more departments there are",
    kind=EMERGENT,
    source="Ren, Carley and Argote 2006",
    expected="a map saves weeks in finding a source, and more with every doubling of the number of departments",
    setting=f"4, 8, 16 and 32 departments of {PEOPLE} people with {OWN_TOPICS} own topics each, and 10 contacts "
    "a person; two years",
    arms={
        _map_name(number, with_map=with_map): _mapped(number, with_map=with_map)
        for number in DEPARTMENTS
        for with_map in (False, True)
    },
    judge=_time_saved,
)

QUARTERS = (0.25, 0.75, 0.95)
"""Shares of the adopters in the end at which the pace of a practice changes."""


def _in_use(record: Any) -> Floats:
    """Share of the teams that use the practice, week by week, (world, week)."""
    return series(record, "practices_in_use")


def _pace(course: Floats) -> Floats:
    """Adopters a week, of all in the end: in the first quarter, the middle half and the last fifth, (world, part)."""
    whole = course[:, -1:]
    weeks = [np.zeros(len(course))]
    weeks += [1.0 + (course >= share * whole).argmax(axis=1) for share in QUARTERS]
    steps = np.maximum(1.0, np.diff(np.stack(weeks, axis=1), axis=1))
    return np.diff([0.0, *QUARTERS]) / steps


def _s_curve(records: Records) -> Finding:
    """The middle half of the adopters follow faster than the first quarter and than the last fifth."""
    course = _in_use(records["practice: one"])
    pace = _pace(course)
    most = course[:, -1]
    p = worst(p_above(pace[:, 1] - pace[:, 0]), p_above(pace[:, 1] - pace[:, 2]), p_above(most, 0.5))
    mean = 100.0 * pace.mean(axis=0)
    found = (
        f"{mean[0]:.1f} % of the adopters a week in the first quarter, {mean[1]:.1f} % in the middle half, "
        f"{mean[2]:.1f} % in the last fifth; {100 * most.mean():.0f} % use it in the end"
    )
    curve = Curve("in use", 100.0 * course)
    return Finding(found, p, verdict(p), "teams that use the practice, %", curves=(curve,))


S_CURVE = Fact(
    name="s_curve",
    title="A new practice spreads along an S-curve",
    kind=EMERGENT,
    source="Bass 1969",
    expected="adoption is faster in its middle half than in its first quarter and its last fifth, and most adopt",
    setting="the default organization; two neighbouring teams begin to use a practice that everybody needs; a year",
    arms={"practice: one": {"adoption": {"seeded": 2}, "weeks": 52}},
    judge=_s_curve,
)

NORMAL = 2.326
"""The standard normal variable that 1 % lie above."""
CLUSTERED, LONG = "clustered", "long ties"
CLUSTERING = {CLUSTERED: 0.6, LONG: 0.0}
"""Share of the ties that close a triangle; as many ties, within and across departments, in both."""
CONTAGIONS = {"complex": 2, "simple": 1}
"""Adopters that a person must know."""


def _contagion_arms() -> dict[str, dict[str, Any]]:
    return {
        f"{contagion}, {network}": {
            "organization": {"clustering": clustering},
            "adoption": {"seeded": 5, "team": 1, "ties": 1, "threshold": threshold},
            "weeks": 52,
        }
        for contagion, threshold in CONTAGIONS.items()
        for network, clustering in CLUSTERING.items()
    }


def _contagion(records: Records) -> Finding:
    """Mean share of adopters over the year: the sooner they follow the larger."""
    mean = {name: 100.0 * _in_use(records[name]).mean(axis=1) for name in _contagion_arms()}
    complex_gain = mean[f"complex, {CLUSTERED}"] - mean[f"complex, {LONG}"]
    simple_gain = mean[f"simple, {LONG}"] - mean[f"simple, {CLUSTERED}"]
    p = worst(p_above(complex_gain), p_above(simple_gain))
    found = (
        f"clustering adds {interval(complex_gain, 2)} points to the mean share of adopters of what needs two contacts; "
        f"long ties add {interval(simple_gain, 2)} points to that of what needs one"
    )
    samples = tuple(Sample(name, values) for name, values in mean.items())
    reason = "" if verdict(p) else _left_to_chance(complex_gain, simple_gain)
    return Finding(found, p, verdict(p), "mean share of adopters over the year, %", samples, reason=reason)


def _left_to_chance(*gains: Floats) -> str:
    """Why a difference that points the expected way is not told from zero: how many worlds it would take."""
    if any(len(gain) < 2 or gain.mean() <= 0 for gain in gains):
        return "a difference points the other way"
    gain = max(gains, key=lambda values: float(values.std(ddof=1) / values.mean()))
    deviation = float(gain.std(ddof=1))
    worlds = int(np.ceil((NORMAL * deviation / gain.mean()) ** 2))
    return (
        f"both differences point the expected way, but when a practice takes off, and in some worlds whether it does, "
        f"is left to chance: the difference of {gain.mean():.1f} points varies by {deviation:.0f} points (standard "
        f"deviation) from world to world, and {worlds} worlds would be needed to tell it from zero at this level"
    )


CONTAGION = Fact(
    name="contagion",
    title="Clustering speeds complex adoption, long ties simple spread",
    kind=EMERGENT,
    source="Centola and Macy 2007",
    expected="where two adopting contacts are needed, more adopt sooner in a clustered network; where one is, in one "
    "of long ties",
    setting="people adopt one by one, from five neighbours on; 60 % of the ties close a triangle or none are made to; "
    "as many ties in both",
    arms=_contagion_arms(),
    judge=_contagion,
)
