"""What holds in every world, whatever the parameters: 200 small random worlds, and who must not matter to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from worlds import BUSY, files

from sim.metrics import METRICS
from sim.model import OrganizationModel
from sim.scenario import Scenario

CHANNELS = (
    "ties", "sessions", "knowledge", "challenges", "pilots", "rules",
    "practice", "forgetting", "obsolescence", "turnover", "shocks",
)  # fmt: skip
SLACK = 1e-9
"""A share of sums may pass 1 by rounding."""

share = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1, width=32))
small = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 0.25, width=32))


@st.composite
def organizations(draw: DrawFn) -> dict[str, Any]:
    people = draw(st.integers(1, 24))
    raw = draw(st.lists(st.integers(1, 9), min_size=4, max_size=4))
    levels = [value / sum(raw) for value in raw]
    return {
        "kind": "synthetic",
        "people": people,
        "departments": draw(st.integers(1, min(5, people))),
        "topics": draw(st.integers(1, 13)),
        "sources": draw(st.floats(0, 8)),
        "within_share": draw(share),
        "reciprocity": draw(share),
        "dispersion": draw(share),
        "clustering": draw(share),
        "levels": levels,
        "specialization": draw(share),
    }


def shared(draw: DrawFn) -> dict[str, Any]:
    start = draw(st.integers(0, 4))
    return {
        "start_week": start,
        "end_week": draw(st.none() | st.integers(start + 1, start + 8)),
        "ramp_weeks": draw(st.integers(0, 4)),
        "coverage": draw(share),
        "intensity": draw(share),
        "renewal_weeks": draw(st.none() | st.integers(1, 5)),
        "targets": {"levels": draw(st.sampled_from([[], [0, 1], [0, 1, 2, 3], [1, 2, 3]]))},
        "hours": draw(st.floats(0, 40)),
        "money": draw(st.floats(0, 1000)),
    }


@st.composite
def policies(draw: DrawFn) -> dict[str, Any]:
    rotation = st.fixed_dictionaries(
        {
            "cadence": st.integers(1, 4),
            "stay_weeks": st.integers(1, 5),
            "permanent": st.booleans(),
            "host": st.sampled_from(["random", "next", "greatest_need"]),
            "rest_weeks": st.integers(0, 3),
            "fatigue": share,
            "pathways": st.booleans(),
            "debrief_hours": st.sampled_from([0.0, 1.0, 40.0]),
        }
    )
    incentives = st.fixed_dictionaries({"weight": share})
    mentorship = st.fixed_dictionaries(
        {
            "direction": st.sampled_from(["traditional", "reverse", "peer"]),
            "boundary": st.sampled_from(["within", "across"]),
            "matching": st.sampled_from(["random", "gap", "complementarity"]),
            "capacity": st.integers(1, 3),
            "cadence": st.integers(1, 3),
            "rematch_weeks": st.integers(1, 6),
            "mandatory": st.booleans(),
            "two_way": st.none() | share,
            "facilitation": share,
            "confidentiality": share,
            "introductions": st.integers(0, 3),
            "review": st.booleans(),
            "coordinators": st.integers(0, 2),
            "minimum_sessions": st.integers(0, 4),
            "autonomy": share,
            "rhythm_fit": share,
        }
    )
    mentorship = mentorship.map(lambda m: m if m["coordinators"] else m | {"minimum_sessions": 0})
    own = {"rotation": rotation, "incentives": incentives, "mentorship": mentorship}
    chosen = draw(st.lists(st.sampled_from(sorted(own)), max_size=4))
    return {f"{n} {kind}": {"kind": kind, **shared(draw), **draw(own[kind])} for n, kind in enumerate(chosen)}


@st.composite
def worlds(draw: DrawFn) -> dict[str, Any]:
    return {
        "organization": draw(organizations()),
        "policies": draw(policies()),
        "weeks": draw(st.integers(5, 18)),
        "learning": {
            "rate": draw(share),
            "phi": draw(share),
            "hours": draw(st.sampled_from([0.0, 1.5, 60.0])),
            "pace": draw(st.sampled_from([0.0, 0.016, 10.0])),
            "practice": draw(small),
            "practice_elsewhere": draw(share),
            "forgetting": draw(small),
            "obsolescence": draw(small),
        },
        "culture": {
            name: draw(share)
            for name in ("safety", "willingness_across", "clarity_across", "reliability_across", "engagement", "drift")
        },
        "trust": {name: draw(share) for name in ("eta", "delta", "base_within", "base_across", "newcomer")},
        "contacts": {
            **{name: draw(share) for name in ("rate", "spread", "formed", "fading", "floor")},
            "limit": draw(st.integers(1, 12)),
            "headroom": draw(st.integers(0, 3)),
        },
        "turnover": {"hazard": [draw(small) for _ in range(4)], "first_year": draw(st.floats(0, 3))},
        "start": {"spread": draw(share)},
        "sessions": {"attendance": draw(share)},
    }


@pytest.mark.science
@settings(max_examples=200)
@given(data=worlds())
def test_200_random_worlds_keep_every_invariant(data: dict[str, Any]) -> None:
    made = OrganizationModel(Scenario.from_dict(data), seeds=[4, 9])
    people, departments = data["organization"]["people"], data["organization"]["departments"]
    before = made.state.expertise.astype(np.float64).mean(axis=(1, 2))
    keys = made.state.key.copy()
    for week in range(data["weeks"]):
        made.step()
        assert made.state.violations() == []
        after = made.state.expertise.astype(np.float64).mean(axis=(1, 2))
        weekly = made.record().weekly
        entries = sum(weekly[f"from_{channel}"][:, week] for channel in CHANNELS)
        np.testing.assert_allclose(entries, after - before, rtol=0, atol=1e-9)
        before = after
        np.testing.assert_array_equal((made.state.key != keys).sum(axis=1), weekly["leavers"][:, week])
        keys = made.state.key.copy()
    assert made.state.key.shape == (2, people), "the head count is kept"
    assert made.state.home_department.max() < departments and made.state.department.max() < departments
    assert not made.state.arrays["expertise"][:, data["organization"]["topics"] :].any(), "padding stays empty"
    assert_within_ranges(made)


def assert_within_ranges(made: OrganizationModel) -> None:
    record = made.record()
    for metric in METRICS.values():
        found = [metric.value(record.weekly, 0)]
        if metric.kind != "run":
            found.append(metric.series(record.weekly).ravel())
        for values in found:
            known = values[~np.isnan(values)]
            assert np.all((known >= metric.low - SLACK) & (known <= metric.high + SLACK)), (metric.name, known)


PEOPLE = [f"p{n:02},{['Sales', 'Lab', 'Legal'][n % 3]},{n % 4}" for n in range(18)]
HEAD = "id,department,level\n"
LINKS = [f"p{n:02},p{(n * 5 + step) % 18:02}" for n in range(18) for step in (1, 2, 3, 7) if (n * 5 + step) % 18 != n]
TIES = "learner,source\n"
SELECTIVE = {label: {**policy, "targets": {"departments": ["Sales", "Lab"]}} for label, policy in BUSY.items()}


def loaded(folder: Path, people: list[str], ties: list[str], policies: dict[str, Any], **sections: Any) -> Any:
    organization = files(folder, HEAD + "\n".join(people) + "\n", TIES + "\n".join(ties) + "\n")
    turnover = {"hazard": [0.02, 0.02, 0.02, 0.02]}
    data = {"organization": organization, "weeks": 20, "policies": policies, "turnover": turnover, **sections}
    return OrganizationModel(Scenario.from_dict(data), seeds=[3, 8])


def by_person(made: OrganizationModel, seat: str) -> dict[str, list[Any]]:
    """Everything of one person in both worlds, other people named by their ids."""
    state, seats = made.state, made.state.frame.seats
    found: dict[str, list[Any]] = {}
    for world in range(2):
        row = world * len(seats) + seats.index(seat)
        for name, values in state.arrays.items():
            if len(values) == state.frame.rows:
                found.setdefault(name, []).append(values[row].tolist())
        first, last = state.ties.first[row], state.ties.first[row] + state.ties.count[row]
        found.setdefault("sources", []).append([seats[j % len(seats)] for j in state.ties.source[first:last]])
        for name in ("trust", "contact", "base_trust", "origin"):
            found.setdefault(f"tie {name}", []).append(getattr(state.ties, name)[first:last].tolist())
    return found


@pytest.mark.parametrize("newcomer", ["a first,Legal,3", "p05b,Legal,0", "zz,Legal,1"])
@pytest.mark.parametrize("labels", [(), ("rotation",), ("incentives",), ("mentorship",), tuple(BUSY)])
def test_one_more_isolated_person_outside_every_target_changes_nobody(
    tmp_path: Path, newcomer: str, labels: tuple[str, ...]
) -> None:
    policies = {label: SELECTIVE[label] for label in labels}
    few = loaded(tmp_path / "few", PEOPLE, LINKS, policies)
    more = loaded(tmp_path / "more", [*PEOPLE, newcomer], LINKS, policies)
    for _ in range(20):
        few.step(), more.step()
        for line in PEOPLE:
            seat = line.split(",")[0]
            assert by_person(few, seat) == by_person(more, seat), seat


@pytest.mark.parametrize(
    "policy",
    [*BUSY.values(), {**BUSY["rotation"], "host": "greatest_need"}, {**BUSY["rotation"], "host": "random"}],
    ids=["rotation", "incentives", "mentorship", "greatest need", "random host"],
)
def test_one_more_isolated_person_of_an_untargeted_level_changes_nobody(tmp_path: Path, policy: dict[str, Any]) -> None:
    """The newcomer shares a department with those targeted, but not their level."""
    policies = {"one": {**policy, "targets": {"levels": [0, 1, 2]}}}
    few = loaded(tmp_path / "few", PEOPLE, LINKS, policies)
    more = loaded(tmp_path / "more", [*PEOPLE, "zz,Lab,3"], LINKS, policies)
    few.run(), more.run()
    for line in PEOPLE:
        seat = line.split(",")[0]
        assert by_person(few, seat) == by_person(more, seat), seat


def test_shuffled_files_give_the_same_organization(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    straight = loaded(tmp_path / "straight", PEOPLE, LINKS, BUSY).run()
    shuffled = loaded(tmp_path / "shuffled", list(draw.permutation(PEOPLE)), list(draw.permutation(LINKS)), BUSY).run()
    assert straight.state.digest() == shuffled.state.digest()
    assert straight.series().equals(shuffled.series())


def test_the_order_of_policies_in_a_scenario_changes_nothing() -> None:
    organization = {"kind": "synthetic", "people": 20, "departments": 3, "topics": 6, "sources": 4}
    made = [
        OrganizationModel(
            Scenario.from_dict({"organization": organization, "weeks": 15, "policies": {k: BUSY[k] for k in labels}}),
            seeds=[2],
        ).run()
        for labels in (sorted(BUSY), sorted(BUSY, reverse=True))
    ]
    assert made[0].state.digest() == made[1].state.digest()
    assert made[0].series().equals(made[1].series())


@pytest.mark.parametrize("label", BUSY)
def test_before_it_starts_a_policy_changes_nothing(label: str) -> None:
    organization = {"kind": "synthetic", "people": 20, "departments": 3, "topics": 6, "sources": 4}
    late = {label: {**BUSY[label], "start_week": 6}}
    plain, treated = (
        OrganizationModel(Scenario.from_dict({"organization": organization, "weeks": 12, "policies": p}), seeds=[2])
        for p in ({}, late)
    )
    for _ in range(6):
        plain.step(), treated.step()
        assert plain.state.digest() == treated.state.digest()
    plain.run(), treated.run()
    assert plain.state.digest() != treated.state.digest()
