"""What the whole model must do where the answer is known: exchange, trust, practice, decay and turnover by formula.

Every case runs through the model itself, on an organization loaded from files whose every gate is open, so that
a meeting is certain, a promise is kept, and nothing else moves what is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from worlds import ALL_OPEN, all_open, model, run_phase

from sim.model import OrganizationModel

WITHIN = 1e-6
WEEKS = 100
TIES = "learner,source,contact\n"
ONE_TIE = "id,department,T\na,Sales,0.1\nb,Sales,0.95\n"


def course(
    made: OrganizationModel, look: Callable[[OrganizationModel], Any], weeks: int = WEEKS
) -> NDArray[np.float64]:
    """What `look` sees at week 0 and after each week, (week, ...)."""
    seen = [np.array(look(made), np.float64)]
    for _ in range(weeks):
        made.step()
        seen.append(np.array(look(made), np.float64))
    return np.stack(seen)


def mastery(made: OrganizationModel) -> Any:
    """Mastery of the first topic by person, in the only world."""
    return made.state.expertise[0, :, 0]


def powers(base: float, weeks: int = WEEKS) -> NDArray[np.float64]:
    """base^0 to base^weeks, by repeated product."""
    return np.cumprod(np.concatenate([[1.0], np.full(weeks, base)]))


@pytest.mark.parametrize("rate", [0.01, 0.08, 0.1, 0.5, 1.0])
def test_one_tie_closes_its_gap_by_the_rate(tmp_path: Path, rate: float) -> None:
    made = all_open(tmp_path, ONE_TIE, TIES + "a,b,1\n", learning={"rate": rate})
    seen = course(made, mastery)
    np.testing.assert_allclose(seen[:, 1] - seen[:, 0], 0.85 * powers(1 - rate), atol=WITHIN)
    np.testing.assert_array_equal(seen[:, 1], seen[0, 1], "a teacher loses nothing")


@pytest.mark.parametrize("phi", [0.25, 0.5, 1.0])
def test_absorptive_capacity_gives_the_logistic_recursion(tmp_path: Path, phi: float) -> None:
    made = all_open(tmp_path, ONE_TIE, TIES + "a,b,1\n", learning={"rate": 0.2, "phi": phi})
    seen = course(made, mastery)
    gap = [0.85]
    for _ in range(WEEKS):
        gap.append(gap[-1] - 0.2 * gap[-1] * (1 - phi * gap[-1]))
    np.testing.assert_allclose(seen[:, 1] - seen[:, 0], gap, atol=WITHIN)


def test_a_chain_of_three_passes_on_last_weeks_mastery(tmp_path: Path) -> None:
    people = "id,department,T\na,Sales,0.9\nb,Sales,0.4\nc,Sales,0.1\n"
    made = all_open(tmp_path, people, TIES + "b,a,1\nc,b,1\n", learning={"rate": 0.1})
    seen = course(made, mastery)
    weeks = np.arange(WEEKS + 1)
    first, second = 0.9 - 0.4, 0.9 - 0.1
    late = powers(0.9) * second + 0.1 * weeks * np.concatenate([[0.0], powers(0.9)[:-1]]) * first
    np.testing.assert_allclose(0.9 - seen[:, 1], first * powers(0.9), atol=WITHIN)
    np.testing.assert_allclose(0.9 - seen[:, 2], late, atol=WITHIN)


@pytest.mark.parametrize(("tacitness", "safety"), [(0.4, 0.5), (1.0, 0.9), (0.7, 0.1)])
def test_tacit_knowledge_passes_as_far_as_trust_and_safety_allow(
    tmp_path: Path, tacitness: float, safety: float
) -> None:
    made = all_open(
        tmp_path,
        ONE_TIE,
        "learner,source,contact,trust\na,b,1,0.6\n",
        learning={"rate": 0.1},
        culture={"safety": safety},
        trust={"eta": 0, "delta": 0},
        topics={"T": {"tacitness": tacitness, "obsolescence": 0}},
    )
    made.plan.week.levers.base["contact"] = np.full((1, 1, 1), 1e6, np.float32)  # so that low safety bars no meeting
    made.plan.week.levers.values["contact"] = made.plan.week.levers.base["contact"]
    seen = course(made, mastery)
    passes = (1 - tacitness) + tacitness * 0.6 * min(1.0, 1.5 * safety)
    np.testing.assert_allclose(seen[:, 1] - seen[:, 0], 0.85 * powers(1 - 0.1 * passes), atol=WITHIN)


@pytest.mark.parametrize("eta", [0.05, 0.1, 0.5])
def test_trust_under_constant_keeping(tmp_path: Path, eta: float) -> None:
    made = all_open(tmp_path, ONE_TIE, "learner,source,contact,trust\na,b,1,0\n", trust={"eta": eta})
    np.testing.assert_allclose(course(made, lambda m: m.state.trust[0]), 1 - powers(1 - eta), atol=WITHIN)


def test_trust_under_constant_breaking(tmp_path: Path) -> None:
    made = all_open(tmp_path, ONE_TIE, "learner,source,contact,trust\na,b,1,0.8\n", culture={"reliability_within": 0})
    np.testing.assert_allclose(course(made, lambda m: m.state.trust[0]), 0.8 * powers(0.9), atol=WITHIN)


def test_trust_without_meetings_drifts_to_its_base(tmp_path: Path) -> None:
    made = all_open(tmp_path, ONE_TIE, "learner,source,contact,trust\na,b,0,0.2\n", trust={"delta": 0.03})
    made.state.ties.trust[made.state.live_slots()] = 0.9
    np.testing.assert_allclose(course(made, lambda m: m.state.trust[0]), 0.2 + 0.7 * powers(0.97), atol=WITHIN)


@pytest.mark.parametrize(
    ("practice", "obsolescence", "weeks", "tolerance"),
    [(0.05, 0.05, 400, 1e-6), (0.2, 0.05, 200, 1e-6), (0.05, 0.2, 200, 1e-6), (0.004, 0.001, 4000, 2e-5)],
)
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_practice_against_obsolescence_settles_at_its_fixed_point(
    tmp_path: Path, practice: float, obsolescence: float, weeks: int, tolerance: float, start: float
) -> None:
    made = all_open(
        tmp_path,
        f"id,department,T\na,Sales,{start}\n",
        TIES,
        learning={"practice": practice},
        topics={"T": {"tacitness": 0, "obsolescence": obsolescence}},
    )
    practise_alone(made, weeks)
    level = practice * (1 - obsolescence) / (practice + obsolescence - practice * obsolescence)
    assert abs(float(mastery(made)[0]) - level) < tolerance


def practise_alone(made: OrganizationModel, weeks: int) -> None:
    """Run the phase of practice alone, as often as there are weeks: thousands of whole weeks would say no more."""
    made.plan.week.sums.clear()
    for _ in range(weeks):
        run_phase(made.plan, "practice")


def test_obsolescence_alone_decays_by_its_rate(tmp_path: Path) -> None:
    made = all_open(tmp_path, ONE_TIE, TIES, topics={"T": {"tacitness": 0, "obsolescence": 0.01}})
    np.testing.assert_allclose(course(made, mastery), np.outer(powers(0.99), [0.1, 0.95]), atol=WITHIN)


def test_forgetting_spares_what_is_needed(tmp_path: Path) -> None:
    people = "id,department,T\na,Sales,0.2\nb,Sales,0.9\nc,Lab,0.5\n"
    made = all_open(tmp_path, people, TIES, learning={"forgetting": 0.02})
    seen = course(made, mastery)
    np.testing.assert_array_equal(seen[:, :2], np.tile(seen[0, :2], (WEEKS + 1, 1)), "needed in full, kept in full")
    np.testing.assert_allclose(seen[:, 2], 0.5 * powers(0.98), atol=WITHIN)


def test_forgetting_spares_a_part_need_in_part(tmp_path: Path) -> None:
    people = "id,department,T\na,Sales,0.9\nc,Lab,0.5\n"
    made = all_open(tmp_path, people, TIES + "c,a,0\n", learning={"forgetting": 0.02})
    assert made.state.structure.need[:, 0].tolist() == [0.5, 1.0], "Lab depends on Sales, whose topic it is"
    np.testing.assert_allclose(course(made, mastery)[:, 1], 0.5 * powers(1 - 0.02 * 0.5), atol=WITHIN)


def test_practice_off_the_own_topics_counts_half(tmp_path: Path) -> None:
    people = "id,department,T\na,Sales,0.9\nc,Lab,0.5\n"
    made = all_open(tmp_path, people, TIES + "c,a,0\n", learning={"practice": 0.1})
    seen = course(made, mastery)
    np.testing.assert_allclose(1 - seen[:, 0], 0.1 * powers(0.9), atol=WITHIN)
    np.testing.assert_allclose(1 - seen[:, 1], 0.5 * powers(1 - 0.1 * 0.5 * 0.5), atol=WITHIN)


def test_the_budget_alone_sets_the_pace_where_it_binds(tmp_path: Path) -> None:
    people = "id,department,T\na,Sales,0\nb,Sales,1\n"
    made = all_open(tmp_path, people, TIES + "a,b,1\n", learning={"rate": 0.5, "hours": 1.5, "pace": 0.016})
    seen = course(made, mastery, 30)
    np.testing.assert_allclose(seen[:, 0], 0.024 * np.arange(31), atol=WITHIN)


def test_culture_moves_to_its_norm_with_a_half_life_of_26_weeks(tmp_path: Path) -> None:
    made = all_open(tmp_path, ONE_TIE, TIES, culture={"drift": 0.0266, "safety": 0.6})
    made.state.safety[:] = 0.2
    seen = course(made, lambda m: m.state.safety[0, 0], 52)
    np.testing.assert_allclose(seen, 0.6 - 0.4 * powers(1 - 0.0266, 52), atol=WITHIN)
    assert seen[26] == pytest.approx(0.4, abs=0.002)


@pytest.mark.parametrize("hazard", [0.01, 0.05])
def test_turnover_replaces_as_often_as_its_hazard_says(hazard: float) -> None:
    people, weeks, worlds = 300, 40, (1, 2, 3, 4)
    sections = {**ALL_OPEN, "turnover": {"hazard": [hazard] * 4, "first_year": 1}}
    made = model({"people": people, "topics": 1, "sources": 0}, seeds=worlds, weeks=weeks, **sections)
    still = []
    for _ in range(weeks):
        made.step()
        still.append(int((made.state.generation == 0).sum()))
    for week in (1, 10, weeks):
        stay = float(powers(1 - hazard, week)[-1])
        low, high = stats.binom.interval(1 - 1e-4, people * len(worlds), stay)
        assert low <= still[week - 1] <= high


def test_the_first_year_has_its_own_hazard() -> None:
    sections = {**ALL_OPEN, "turnover": {"hazard": [0.02] * 4, "first_year": 3}}
    made = model({"people": 2000, "departments": 1, "topics": 1, "sources": 0}, weeks=1, **sections)
    fresh = made.state.tenure[0] < 52
    made.step()
    left = made.state.generation[0] == 1
    for group, chance in ((fresh, 0.06), (~fresh, 0.02)):
        low, high = stats.binom.interval(1 - 1e-4, int(group.sum()), chance)
        assert low <= int(left[group].sum()) <= high
