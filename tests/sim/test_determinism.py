"""One seed is one world: the same bits whatever runs it, beside what, in which order, on how many threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import worlds

from sim import OrganizationModel, Scenario
from sim.recorder import Record

START = 40
LATE: dict[str, dict[str, Any]] = {label: fields | {"start_week": START} for label, fields in worlds.BUSY.items()}

SERIAL_ROWS = 4096


@pytest.fixture(autouse=True)
def threads_for_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small organizations share out their rows too."""
    for least in ("SERIAL_ROWS", "SERIAL_TIES"):
        monkeypatch.setattr(f"sim.week.{least}", SERIAL_ROWS)


def busy(**sections: Any) -> Scenario:
    """A small lively world: three policies, and turnover enough to matter."""
    given: dict[str, Any] = {"policies": worlds.BUSY, "turnover": {"hazard": [0.02] * 4}, "weeks": 14}
    return worlds.scenario(**(given | sections))


def digests(scenario: Scenario, *seeds: int, threads: int = 1) -> dict[int, str]:
    """Digest of each seed's world at the horizon."""
    model = OrganizationModel(scenario, seeds=seeds, threads=threads).run()
    model.close()
    return dict(zip(seeds, model.state.digest(), strict=True))


def same(first: Record, second: Record, weeks: slice = slice(None)) -> None:
    """Two records agree to the last bit in some weeks, in what both measure."""
    shared = first.weekly.keys() & second.weekly.keys()
    assert len(shared) > 40
    for name in shared:
        np.testing.assert_array_equal(first.weekly[name][:, weeks], second.weekly[name][:, weeks], err_msg=name)


def test_the_same_seed_is_the_same_world_and_another_is_another() -> None:
    assert digests(busy(), 3) == digests(busy(), 3)
    assert len(set(digests(busy(), 1, 2, 3, 4).values())) == 4


def test_seeds_alone_together_and_in_any_order_are_the_same() -> None:
    together = digests(busy(), 1, 2, 3)
    assert digests(busy(), 3, 1, 2) == together
    assert digests(busy(), 1) | digests(busy(), 2) | digests(busy(), 3) == together


def test_measures_of_a_world_are_the_same_alone_and_together() -> None:
    together = OrganizationModel(busy(), seeds=[1, 2]).run()
    alone = [OrganizationModel(busy(), seed=seed).run() for seed in (1, 2)]
    same(together.record(), Record.join([model.record() for model in alone]))
    assert np.array_equal(together.record().flow, np.concatenate([model.record().flow for model in alone]))


def test_one_organization_for_all_seeds_is_the_same_alone_and_together() -> None:
    fixed = busy(organization={"seed": 11})
    assert digests(fixed, 1, 2) == digests(fixed, 1) | digests(fixed, 2)
    start = OrganizationModel(fixed, seeds=[1, 2]).state
    assert np.array_equal(start.expertise[0], start.expertise[1])


def test_the_order_of_policies_in_a_file_changes_nothing() -> None:
    turned = busy(policies=dict(reversed(worlds.BUSY.items())))
    assert list(turned.policies) != list(busy().policies)
    assert turned.identity() == busy().identity()
    assert digests(turned, 1, 2) == digests(busy(), 1, 2)


def test_strength_zero_is_the_baseline_to_the_last_bit() -> None:
    plain = OrganizationModel(busy(policies={}), seeds=[1, 2]).run()
    for zero in ({"intensity": 0}, {"coverage": 0}):
        idle = {label: fields | zero for label, fields in worlds.BUSY.items()}
        model = OrganizationModel(busy(policies=idle), seeds=[1, 2]).run()
        assert model.state.digest() == plain.state.digest()
        same(plain.record(), model.record())


@pytest.mark.parametrize("labels", [("rotation",), ("incentives",), ("mentorship",), tuple(LATE)])
def test_a_policy_that_starts_in_week_40_leaves_the_weeks_before_untouched(labels: tuple[str, ...]) -> None:
    policies = {label: LATE[label] for label in labels}
    plain = OrganizationModel(busy(policies={}, weeks=START + 6), seeds=[1, 2])
    late = OrganizationModel(busy(policies=policies, weeks=START + 6), seeds=[1, 2])
    while plain.week < START:
        plain.step()
        late.step()
        assert plain.state.digest() == late.state.digest()
    plain.run()
    late.run()
    same(plain.record(), late.record(), slice(START))
    assert late.series().query("week < @START")[["hours", "money"]].to_numpy().sum() == 0
    assert not set(plain.state.digest()) & set(late.state.digest())


def test_a_longer_horizon_goes_through_the_same_weeks() -> None:
    long = OrganizationModel(busy(weeks=30), seeds=[1, 2])
    while long.week < 14:
        long.step()
    assert long.state.digest() == list(digests(busy(), 1, 2).values())


def test_room_in_memory_never_changes_a_result() -> None:
    roomy, tight = (OrganizationModel(busy(), seeds=[1, 2]) for _ in range(2))
    rows = np.arange(48)
    roomy.state.ensure_room(np.repeat(rows, 30))
    assert len(roomy.state.ties.source) > len(tight.state.ties.source)
    assert roomy.run().state.digest() == tight.run().state.digest()


SCRIPT = """
import json, sys
from sim import OrganizationModel, Scenario
scenario = Scenario.from_dict(json.loads(sys.argv[1]))
model = OrganizationModel(scenario, seeds=json.loads(sys.argv[2])).run()
print(json.dumps(model.state.digest()))
"""


def elsewhere(scenario: Scenario, *seeds: int, **environment: str) -> dict[int, str]:
    """Digests from another process."""
    words = [sys.executable, "-c", SCRIPT, json.dumps(scenario.to_dict()), json.dumps(seeds)]
    done = subprocess.run(words, env=os.environ | environment, capture_output=True, text=True, check=True)
    return dict(zip(seeds, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_another_process_gives_the_same_bits(hash_seed: str) -> None:
    there = elsewhere(busy(), 2, 1, PYTHONHASHSEED=hash_seed)
    assert there == digests(busy(), 1, 2)


@pytest.mark.compiled
def test_the_processors_newer_instructions_change_no_bit() -> None:
    scenario = busy(organization={"topics": 20}, weeks=20)
    plain = {"NUMBA_CPU_NAME": "generic", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512_SKX FMA3 AVX2"}
    assert elsewhere(scenario, 1, **plain) == digests(scenario, 1)


@pytest.mark.compiled
@pytest.mark.parametrize("organization", [{"people": 480, "seeds": 9}, {"people": SERIAL_ROWS + 500, "seeds": 1}])
def test_threads_change_no_bit(organization: dict[str, int]) -> None:
    people, seeds = organization["people"], range(1, organization["seeds"] + 1)
    assert people * len(seeds) > SERIAL_ROWS
    scenario = busy(organization={"people": people, "departments": 8, "topics": 24, "sources": 10}, weeks=6)
    one = digests(scenario, *seeds)
    assert digests(scenario, *seeds, threads=2) == digests(scenario, *seeds, threads=3) == one


@pytest.mark.compiled
def test_threads_change_no_measure() -> None:
    scenario = busy(organization={"people": SERIAL_ROWS + 500, "departments": 8, "topics": 24, "sources": 10}, weeks=4)
    one, two = (OrganizationModel(scenario, seeds=[1, 2], threads=threads).run().record() for threads in (1, 2))
    same(one, two)
    assert one.weekly["meetings"].min() > 0 and one.flow.any(), "nothing happened, so nothing was shown"
    np.testing.assert_array_equal(one.flow, two.flow)
    for name, values in one.seats.items():
        np.testing.assert_array_equal(values, two.seats[name], name)
