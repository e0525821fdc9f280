"""One digest, whatever computes it: with the jit and without, alone and together, on one thread and on two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from worlds import BUSY, model, scenario

from sim.model import OrganizationModel
from sim.scenario import Scenario

TESTS = Path(__file__).parents[2]
LIVELY: dict[str, Any] = {
    "policies": BUSY
    | {
        "peers": {**BUSY["mentorship"], "direction": "peer", "matching": "complementarity", "coordinators": 1},
        "reverse": {**BUSY["mentorship"], "direction": "reverse", "matching": "random", "mandatory": False},
        "board": {"kind": "external_advisors", "start_week": 2, "cadence": 2, "targets": {"levels": [0, 2, 3]}},
        "told": {"kind": "tacit_exchange", "start_week": 2, "coverage": 0.5},
        "words": {"kind": "common_language", "start_week": 2},
        "forums": {"kind": "forums", "start_week": 2, "cadence": 3},
        "base": {"kind": "knowledge_base", "lookups": 1.0, "push": 0.5, "start_week": 2, "coverage": 0.7},
        "ramps": {"kind": "onboarding", "start_week": 1},
        "heirs": {"kind": "succession", "start_week": 1, "targets": {"levels": [0, 1, 2, 3]}},
        "try": {"kind": "experiments", "start_week": 1, "coverage": 1.0, "weeks": 2, "pause_weeks": 0},
        "moves": {"kind": "rotation", "start_week": 2, "permanent": True, "host": "greatest_need", "coverage": 0.3},
    },
    "turnover": {"hazard": [0.03, 0.03, 0.03, 0.03]},
    "challenges": {"arrivals": 0.5, "find": 0.5, "block": 0.2},
    "contacts": {"limit": 8, "headroom": 2},
    "adoption": {"team": 3, "threshold": 1, "ties": 1},
    "shocks": [
        {"week": 2, "kind": "leavers", "size": 0.3},
        {"week": 3, "kind": "frontier", "size": 0.3},
        {"week": 3, "kind": "reorganisation", "size": 0.2},
    ],
}
SHAPES: list[dict[str, Any]] = [
    {"topics": 11},
    {"clustering": 0.4, "dispersion": 0.6, "reciprocity": 0.8, "topics": 8},
    {"people": 7, "departments": 4, "topics": 25, "specialization": 0.5},
]
SCRIPT = """
import json, sys
from worlds import model
shape, sections = json.load(sys.stdin)
made = model(shape, seeds=(1, 2), weeks=14, **sections).run()
import numba
assert bool(numba.config.DISABLE_JIT) == (sys.argv[1] == "1")
weekly = {name: [value.hex() for value in rows.ravel()] for name, rows in made.record().weekly.items()}
json.dump([made.state.digest(), weekly], sys.stdout)
"""


@pytest.fixture(autouse=True)
def threads_for_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small organizations share out their rows too."""
    for least in ("SERIAL_ROWS", "SERIAL_TIES"):
        monkeypatch.setattr(f"sim.week.{least}", 4096)


def in_a_process(shape: dict[str, Any], disable_jit: str) -> Any:
    environment = os.environ | {"NUMBA_DISABLE_JIT": disable_jit, "PYTHONPATH": str(TESTS)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, disable_jit],
        input=json.dumps([shape, LIVELY]),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.compiled
@pytest.mark.parametrize("shape", SHAPES)
def test_the_jit_changes_no_bit_of_the_state_nor_of_the_measures(shape: dict[str, Any]) -> None:
    compiled, plain = in_a_process(shape, "0"), in_a_process(shape, "1")
    assert compiled[0] == plain[0]
    assert compiled[1] == plain[1]
    assert compiled[0] == model(shape, seeds=(1, 2), weeks=14, **LIVELY).run().state.digest()


@pytest.mark.parametrize("shape", SHAPES)
def test_company_and_order_change_no_bit(shape: dict[str, Any]) -> None:
    weeks = 6
    together = model(shape, seeds=(3, 1, 2), weeks=weeks, **LIVELY).run().state.digest()
    for position, seed in enumerate((3, 1, 2)):
        assert model(shape, seeds=(seed,), weeks=weeks, **LIVELY).run().state.digest() == [together[position]]


@pytest.mark.compiled
def test_threads_change_no_bit() -> None:
    """More than 4,096 rows, so that threads do share the work out, in worlds that are no multiple of a block."""
    data = {"organization": {"kind": "synthetic", "people": 1111, "departments": 7, "topics": 9}, "weeks": 8, **LIVELY}
    scenario = Scenario.from_dict(data)
    results = []
    for threads in (1, 2, 3):
        made = OrganizationModel(scenario, seeds=[1, 2, 3, 4], threads=threads).run()
        results.append((made.state.digest(), {name: v.tobytes() for name, v in made.record().weekly.items()}))
        made.close()
    assert results[0] == results[1] == results[2]


@pytest.mark.compiled
def test_threads_change_no_bit_of_one_large_world() -> None:
    data = {"organization": {"kind": "synthetic", "people": 5003, "departments": 9, "topics": 9}, "weeks": 4, **LIVELY}
    scenario = Scenario.from_dict(data)
    one, two = (OrganizationModel(scenario, seeds=[1], threads=threads).run() for threads in (1, 2))
    assert one.state.digest() == two.state.digest()
    assert one.series().equals(two.series())
    two.close()


def test_stepping_two_models_in_turn_mixes_nothing() -> None:
    a, b = (model(SHAPES[0], seeds=(seed,), weeks=6, **LIVELY) for seed in (1, 2))
    for _ in range(6):
        a.step()
        b.step()
    for made, seed in ((a, 1), (b, 2)):
        assert made.state.digest() == model(SHAPES[0], seeds=(seed,), weeks=6, **LIVELY).run().state.digest()


@pytest.mark.compiled
@pytest.mark.parametrize(
    "organization",
    [
        {"people": 1111, "departments": 7, "topics": 8, "sources": 10},
        {"people": 300, "departments": 3, "topics": 33, "sources": 4},
        {"people": 700, "departments": 5, "topics": 24, "sources": 90},
    ],
    ids=["many", "wide", "well connected"],
)
def test_lanes_change_no_bit_of_a_living_organization(
    organization: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weeks of visits, sessions, new ties and leavers, by the exchange in lanes and by the one tie after another."""
    digests = []
    for lanes in (True, False):
        monkeypatch.setattr("sim.phases.channels.COMPILED", lanes)
        made = OrganizationModel(scenario(organization, weeks=8, **LIVELY), seeds=(1, 2)).run()
        digests.append((made.state.digest(), {name: v.tobytes() for name, v in made.record().weekly.items()}))
    assert digests[0] == digests[1]
