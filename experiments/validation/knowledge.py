"""Facts on what passes between people: tacit knowledge, safety, what is kept and what is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.validation.fact import (
    BUILT_IN,
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

TOPICS = 24
YEARS = 104
TACIT, EXPLICIT = 0.8, 0.1


def _topics(tacitness: float) -> dict[str, Any]:
    """All topics of the default organization, equally tacit."""
    from sim.structure import topic_names

    return {name: {"tacitness": tacitness} for name in topic_names(TOPICS)}


def _crossed(of: str, weak: Mapping[str, Any], strong: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Weak and strong, each with explicit and with tacit topics."""
    return {
        f"{of}: {force}, {kind}": {"weeks": YEARS, "topics": _topics(share), **sections}
        for kind, share in (("explicit", EXPLICIT), ("tacit", TACIT))
        for force, sections in (("weak", weak), ("strong", strong))
    }


def _interaction(records: Records, of: str) -> Finding:
    """How much more the strong condition brings where topics are tacit, as a ratio of ratios."""
    learned = {
        (force, kind): metric(records[f"{of}: {force}, {kind}"], "from_ties")
        for kind in ("explicit", "tacit")
        for force in ("weak", "strong")
    }
    gain = {kind: np.log(learned["strong", kind]) - np.log(learned["weak", kind]) for kind in ("explicit", "tacit")}
    p = p_above(gain["tacit"] - gain["explicit"])
    times = {kind: float(np.exp(values.mean())) for kind, values in gain.items()}
    found = f"times {times['tacit']:.2f} on tacit topics, times {times['explicit']:.2f} on explicit ones"
    samples = tuple(Sample(f"{kind} topics", np.exp(values)) for kind, values in gain.items())
    return Finding(found, p, verdict(p), "learned over ties, strong over weak", samples)


def _strength(base: float) -> dict[str, Any]:
    """Ties of one trust that stays."""
    return {"trust": {"base_within": base, "base_across": base, "eta": 0, "delta": 0, "newcomer": 1}}


TIE_STRENGTH = Fact(
    name="tie_strength",
    title="Tie strength matters more the more tacit the knowledge",
    kind=EMERGENT,
    source="Hansen 1999; Levin and Cross 2004",
    expected="strong ties over weak ones bring a larger ratio of learning on tacit topics than on explicit ones",
    setting=f"all ties of trust 0.2 or 0.8 that stays, with the same chance of a meeting (equal hours); all topics of "
    f"tacitness {EXPLICIT} or {TACIT}",
    arms=_crossed("tie strength", _strength(0.2), _strength(0.8)),
    judge=lambda records: _interaction(records, "tie strength"),
)


def _safety(level: float) -> dict[str, Any]:
    return {"culture": {"safety": level}}


SAFETY = Fact(
    name="psychological_safety",
    title="Psychological safety matters more for tacit topics",
    kind=EMERGENT,
    source="Sanner and Bunderson 2015",
    expected="high safety over low brings a larger ratio of learning on tacit topics than on explicit ones",
    setting=f"safety 0.3 or 0.65 in every department; all topics of tacitness {EXPLICIT} or {TACIT}",
    arms=_crossed("safety", _safety(0.3), _safety(0.65)),
    judge=lambda records: _interaction(records, "safety"),
)

MONTH = 52 / 12
RETENTIONS = (0.75, 0.96, 0.987, 1.0)
"""Kept in a month: the stress case, the lowest of the sweep, the measured value, and no forgetting."""


def _weekly_loss(monthly: float) -> float:
    return float(1.0 - monthly ** (1.0 / MONTH))


def _retention(records: Records) -> Finding:
    """Compare mean mastery of unneeded knowledge after a year with what the monthly rate says."""
    curves, worst_error = [], 0.0
    for monthly in RETENTIONS:
        course = series(records[f"retention {monthly:g}"], "mean_expertise")
        after = np.arange(1, course.shape[1] + 1)
        kept = course / course[:, :1] * (1.0 - _weekly_loss(monthly))
        worst_error = max(worst_error, float(np.abs(kept - (1.0 - _weekly_loss(monthly)) ** after).max()))
        curves.append(Curve(f"{monthly:g} a month", 100.0 * kept))
    found = f"every week of a year within {worst_error:.0e} of the rate's own curve"
    return Finding(found, float("nan"), worst_error < 1e-4, "unused mastery kept, %", curves=tuple(curves))


RETENTION = Fact(
    name="retention",
    title="Unused knowledge is lost by 1.3 % a month",
    kind=BUILT_IN,
    source="Argote et al. 1990; Thompson 2007",
    expected="monthly retention of unused knowledge 0.987, swept from 0.96 to 1.00, with 0.75 as a stress case",
    setting="people know only what their work does not need, meet nobody and stay; nothing goes out of date",
    arms={
        f"retention {monthly:g}": {
            "weeks": 52,
            "organization": {"people": 80, "departments": 4, "topics": 4, "sources": 0},
            "learning": {"forgetting": _weekly_loss(monthly), "practice": 0, "obsolescence": 0},
            "start": {"own": [0] * 4, "other": 0, "unneeded": 0.8, "spread": 0},
            "turnover": {"hazard": [0] * 4},
        }
        for monthly in RETENTIONS
    },
    judge=_retention,
)

STILL, TURBULENT = "turnover: none", "turnover: as usual"


def _turnover(records: Records) -> Finding:
    """What leaving costs, and what newcomers bring on emerging topics when the frontier moves fast."""
    costs = metric(records[STILL], "adequacy") - metric(records[TURBULENT], "adequacy")
    fresh: Floats = metric(records[f"{TURBULENT}, turbulent"], "need_met_emerging") - metric(
        records[f"{STILL}, turbulent"], "need_met_emerging"
    )
    p = worst(p_above(costs), p_above(fresh))
    found = (
        f"adequacy falls by {interval(100 * costs, 2)} points; in the turbulent market need met on emerging topics "
        f"rises by {interval(100 * fresh, 2)} points"
    )
    samples = (Sample("adequacy", -100 * costs), Sample("emerging need met,\nturbulent market", 100 * fresh))
    return Finding(found, p, verdict(p), "turnover less none, points", samples)


TURNOVER = Fact(
    name="turnover",
    title="Turnover costs adequacy, but renews emerging knowledge when the market moves fast",
    kind=EMERGENT,
    source="March 1991; Hancock et al. 2013",
    expected="adequacy is lower with turnover; where emerging topics go out of date fast, need met on them is higher",
    setting="the usual chance to leave against none, for three years; turbulent: emerging topics lose 2 % a week",
    arms={
        STILL: {"turnover": {"hazard": [0, 0, 0, 0]}},
        TURBULENT: {},
        f"{STILL}, turbulent": {"turnover": {"hazard": [0, 0, 0, 0]}, "learning": {"obsolescence_emerging": 0.02}},
        f"{TURBULENT}, turbulent": {"learning": {"obsolescence_emerging": 0.02}},
    },
    judge=_turnover,
)

END, LATER, SPAN = 65, 20, 4
"""The week in which both policies end, how many weeks later they are looked at again, and over how many weeks."""


def _persistence(records: Records) -> Finding:
    """What is left of the effect on performance 20 weeks after the end."""
    plain = series(records["persistence: none"], "performance")
    left, samples = {}, []
    for name in ("peer meetings", "incentives"):
        effect = 100 * (series(records[f"persistence: {name}"], "performance") - plain)
        before = effect[:, END - SPAN : END].mean(axis=1)
        after = effect[:, END + LATER - SPAN : END + LATER].mean(axis=1)
        left[name] = before, after
        samples += [Sample(f"{name},\nat the end", before), Sample(f"{name},\n20 weeks later", after)]
    peers, rewards = left["peer meetings"], left["incentives"]
    p = worst(
        p_above(peers[0]),
        p_above(rewards[0]),
        p_above(peers[1] - 0.6 * peers[0]),
        p_above(0.25 * rewards[0] - rewards[1]),
    )
    shares = {name: float(after.mean() / before.mean()) for name, (before, after) in left.items()}
    found = (
        f"{shares['peer meetings']:.2f} of the effect of peer meetings is left, {shares['incentives']:.2f} of that of "
        "incentives"
    )
    return Finding(found, p, verdict(p), "effect on performance, points", tuple(samples))


PERSISTENCE = Fact(
    name="persistence",
    title="What peers teach each other stays; what incentives move goes with them",
    kind=EMERGENT,
    source="Sandvik et al. 2020",
    expected="20 weeks after the end at least 0.6 of the effect of peer meetings on performance is left, and at most "
    "0.25 of that of incentives",
    setting="peer mentoring of everybody, matched by chance in the own department, or incentives at full weight, from "
    f"week 13 to {END}",
    arms={
        "persistence: none": {"weeks": END + LATER},
        "persistence: peer meetings": {
            "weeks": END + LATER,
            "policies": {
                "mentorship": {
                    "kind": "mentorship",
                    "direction": "peer",
                    "boundary": "within",
                    "matching": "random",
                    "coverage": 1,
                    "capacity": 1,
                    "cadence": 1,
                    "end_week": END,
                }
            },
        },
        "persistence: incentives": {
            "weeks": END + LATER,
            "policies": {"incentives": {"kind": "incentives", "weight": 1, "end_week": END}},
        },
    },
    judge=_persistence,
)
