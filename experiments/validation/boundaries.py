"""Facts on boundaries: what crosses them, and what rotation and mentoring make of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.validation.fact import (
    CALIBRATED,
    EMERGENT,
    Fact,
    Finding,
    Records,
    Sample,
    interval,
    metric,
    p_above,
    p_below,
    verdict,
    worst,
)

HIGHEST_RATIO = 0.4


def _across(records: Records) -> Finding:
    ratio = metric(records["across"], "across_over_within")
    p = worst(p_above(ratio), p_below(ratio, HIGHEST_RATIO))
    return Finding(interval(ratio), p, verdict(p), "learning per tie-week, across over within", (Sample("", ratio),))


ACROSS = Fact(
    name="across_over_within",
    title="A tie across departments carries less than half of one inside",
    kind=CALIBRATED,
    source="Darr, Argote and Epple 1995; Kim 2005",
    expected=f"learning per across-tie-week is 0 to {HIGHEST_RATIO} of that per within-tie-week",
    setting="the default organization without policies, three years",
    arms={"across": {}},
    judge=_across,
)

OWN = ("need_met_own", "need_met", "need_met_other", "need_met_enterprise", "need_met_emerging")


def _mandatory(records: Records) -> Finding:
    """Own topics decide; the other needs stand beside them."""
    gains = {
        name: 100 * (metric(records["mentoring: mandatory"], name) - metric(records["mentoring: voluntary"], name))
        for name in OWN
    }
    p = p_above(gains["need_met_own"])
    beside = ", ".join(f"{name.removeprefix('need_met_')} {values.mean():+.2f}" for name, values in gains.items())
    found = (
        f"own topics {interval(gains['need_met_own'], 2)} points; beside it: {beside.replace('need_met', 'all needs')}"
    )
    labels = {"need_met_own": "own topics", "need_met": "all needs", "need_met_other": "other departments'"}
    labels |= {"need_met_enterprise": "enterprise", "need_met_emerging": "emerging"}
    samples = tuple(Sample(labels[name], values) for name, values in gains.items())
    return Finding(found, p, verdict(p), "need met, mandatory less voluntary, points", samples)


def _mentoring(mandatory: bool) -> dict[str, Any]:
    return {"mentorship": {"kind": "mentorship", "boundary": "within", "coverage": 0.3, "mandatory": mandatory}}


MANDATORY = Fact(
    name="mandatory_mentoring",
    title="Mandatory mentoring beats voluntary at equal head count",
    kind=EMERGENT,
    source="Sandvik et al., NBER 29148",
    expected="need met on own topics is higher where mentees are drawn than where those with most initiative volunteer",
    setting="mentoring inside departments for 30 % of the people, three years",
    arms={
        "mentoring: mandatory": {"policies": _mentoring(True)},
        "mentoring: voluntary": {"policies": _mentoring(False)},
    },
    judge=_mandatory,
)

IDENTITIES = {
    "shared identity": {"culture": {"willingness_across": 0.8}, "stays": {"willingness": 0.2}},
    "no shared identity": {"culture": {"willingness_across": 0.1}, "stays": {"willingness": 0.0}},
}
SUPERIOR, INFERIOR = "superior routine", "no superior routine"
COMMON = 0.2
ROUTINES = {SUPERIOR: 0.78, INFERIOR: COMMON}
"""Mastery of a department in its own topics: far above what others know of them, or no better."""
ROUTINE_WORLD: dict[str, Any] = {
    "weeks": 52,
    "organization": {"people": 240, "departments": 4, "topics": 4},
    "learning": {"practice": 0},
    "turnover": {"hazard": [0] * 4},
}
STAYING = {"rotation": {"kind": "rotation", "coverage": 0.5, "start_week": 0}}


def _identity_arms() -> dict[str, dict[str, Any]]:
    arms = {}
    for identity, sections in IDENTITIES.items():
        for routine, own in ROUTINES.items():
            start = {"own": [own] * 4, "other": COMMON / 0.5, "unneeded": COMMON, "spread": 0}
            world = {"start": start, **ROUTINE_WORLD, **sections}
            arms[f"{identity}, {routine}: none"] = world
            arms[f"{identity}, {routine}: rotation"] = {**world, "policies": STAYING}
    return arms


def _identity(records: Records) -> Finding:
    """What rotation adds to learning across departments, in each of the four conditions."""
    transfer = {}
    for identity in IDENTITIES:
        for routine in ROUTINES:
            key = f"{identity}, {routine}"
            learned = [
                records[f"{key}: {arm}"].weekly["learned_across"].sum(axis=1)
                / records[f"{key}: {arm}"].weekly["person_years"].sum(axis=1)
                for arm in ("rotation", "none")
            ]
            transfer[identity, routine] = learned[0] - learned[1]
    both = transfer["shared identity", SUPERIOR]
    others = [values for key, values in transfer.items() if key != ("shared identity", SUPERIOR)]
    p = worst(p_above(both), *(p_above(both / 3 - values) for values in others))
    shares = ", ".join(
        f"{float(values.mean() / both.mean()):.2f} with {key[0]} and {key[1]}"
        for key, values in transfer.items()
        if values is not both
    )
    found = f"of the transfer with both, {shares}"
    samples = tuple(Sample(f"{identity},\n{routine}", values) for (identity, routine), values in transfer.items())
    measure = "mastery a person-year from other departments, added by rotation"
    return Finding(found, p, verdict(p), measure, samples)


IDENTITY = Fact(
    name="rotation_identity",
    title="Rotation transfers with shared identity and a superior routine, hardly otherwise",
    kind=EMERGENT,
    source="Kane, Argote and Levine 2005",
    expected="what rotation adds to learning across departments is at most a third where either is missing",
    setting="four departments with a routine each, half of the people rotate for a year; willingness across them "
    f"0.8 or 0.1 (none added by a stay); a department masters its routine to 0.78, or to {COMMON:g} like everybody "
    "else; without practice and turnover",
    arms=_identity_arms(),
    judge=_identity,
)

START = 13
DOSES = ((0.05, 13), (0.4, 13), (1.0, 13), (1.0, 10), (1.0, 8), (1.0, 6), (1.0, 5))
"""Coverage and cadence of rotation, from rare to ceaseless stays, without rest."""


def _dose(coverage: float, cadence: int) -> dict[str, Any]:
    rotation = {"kind": "rotation", "coverage": coverage, "cadence": cadence, "rest_weeks": 0, "start_week": START}
    return {"policies": {"rotation": rotation}}


def _name(dose: tuple[float, int]) -> str:
    return f"rotation {dose[0]:g} every {dose[1]}"


def _optimum(records: Records) -> Finding:
    """The dose with the largest gain lies between the ends, and above both."""
    plain = metric(records["rotation: none"], "need_met", START)
    gains = [100 * (metric(records[_name(dose)], "need_met", START) - plain) for dose in DOSES]
    hours = [float(metric(records[_name(dose)], "hours", START).mean()) for dose in DOSES]
    best = int(np.argmax([gain.mean() for gain in gains]))
    inside = 0 < best < len(DOSES) - 1
    p = worst(p_above(gains[best] - gains[0]), p_above(gains[best] - gains[-1])) if inside else 1.0
    found = f"the largest gain, {gains[best].mean():.2f} points, at {hours[best]:.1f} hours a person-week"
    reason = "" if inside else "the largest gain is at an end of the range"
    samples = tuple(Sample(f"{spent:.1f} h", gain) for spent, gain in zip(hours, gains, strict=True))
    rising = bool(np.all(np.diff(hours) > 0))
    return Finding(
        found, p, verdict(p, rising), "gain in need met, points, by hours a person-week", samples, reason=reason
    )


OPTIMUM = Fact(
    name="rotation_optimum",
    title="More rotation helps until absence costs more than it brings",
    kind=EMERGENT,
    source="source C",
    expected="the gain in need met over hours of rotation is largest at neither end of its range",
    setting="coverage 0.05 to 1, cadence 13 to 5 weeks, without rest; 4-week stays; three years",
    arms={"rotation: none": {}, **{_name(dose): _dose(*dose) for dose in DOSES}},
    judge=_optimum,
)
