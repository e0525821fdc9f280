"""Whole runs of the demo's scenarios, weekly measures included: one world at a time against eight side by side."""

from __future__ import annotations

from typing import Any

from benchmarks.timing import best_of, table
from sim import OrganizationModel, Scenario
from sim.policies import registry

SIDE_BY_SIDE = 8


def main(people: int, weeks: int, rounds: int) -> None:
    """Print times and ratios, and where the time of the fullest scenario goes."""
    kinds = sorted(kind for kind, policy in registry().items() if policy.__module__.startswith("sim."))
    chosen: dict[str, list[str]] = {"baseline": [], **{kind: [kind] for kind in kinds}, "all of them": kinds}
    rows = []
    for name, labels in chosen.items():
        policies: dict[str, Any] = {kind: {"kind": kind} for kind in labels}
        world = Scenario.from_dict({"organization": {"people": people}, "weeks": weeks, "policies": policies})
        times = best_of(
            {
                "alone": lambda w=world: OrganizationModel(w, seed=1).run(),
                "together": lambda w=world: OrganizationModel(w, seeds=SIDE_BY_SIDE).run(),
            },
            rounds,
        )
        alone, together = times["alone"], times["together"] / SIDE_BY_SIDE
        if not labels:
            baseline = together
        rows.append(
            [name, f"{1 / alone:.1f}", f"{1 / together:.1f}", f"{alone / together:.2f}", f"{together / baseline:.2f}"]
        )
    headings = ["runs a second, one process", "one by one", f"{SIDE_BY_SIDE} side by side", "gain", "times baseline"]
    table(f"Runs of {people} people over {weeks} weeks, best of {rounds}", headings, rows)
    model = OrganizationModel(world, seeds=SIDE_BY_SIDE).run()
    total = sum(model.plan.seconds.values())
    shares = sorted(model.plan.seconds.items(), key=lambda item: -item[1])
    rows = [[name, f"{seconds / total:.0%}"] for name, seconds in shares]
    table("Where the time of all policies together goes", ["phase", "share"], rows)
