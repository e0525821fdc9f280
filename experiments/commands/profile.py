"""`watercooler plan --profile`: what a week of a scenario costs, phase by phase."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.design import single
from experiments.door import read_request

if TYPE_CHECKING:
    from rich.table import Table

    from sim.scenario import Scenario

MOST_WEEKS = 52
WORLDS = 16
"""Worlds side by side where no seeds are given: about as many as a sweep puts together."""

BETWEEN = "between phases"
"""What a week costs beyond its phases."""


@dataclass(frozen=True)
class Costs:
    """What was measured.

    Attributes:
        seconds: by phase, in the order of a week.
        whole: seconds of all weeks; a little more than those of the phases together.
        building: seconds to build the worlds.
        people: of one world.
    """

    seconds: dict[str, float]
    whole: float
    building: float
    weeks: int
    worlds: int
    people: int

    @property
    def world_weeks(self) -> int:
        """Weeks of all worlds."""
        return self.weeks * self.worlds


def main(tokens: Sequence[str]) -> int:
    """Run a scenario for up to a year and print what each phase of a week costs.

    Args:
        tokens: overrides, as of `watercooler run`.

    Raises:
        InputError: with every problem.
    """
    from experiments.commands.show import print_plain

    request = read_request(tokens)
    design = request.designs[0]
    seeds = (request.seed,) if request.seed is not None else design.seeds or tuple(range(1, WORLDS + 1))
    arm = single(design, "profile", seeds).arms[0]
    costs = measure(arm.scenario, seeds, request.machine.threads)
    print_plain(table(costs))
    print("\n" + "\n".join(sentences(costs, arm.scenario.weeks)))
    return 0


def measure(scenario: Scenario, seeds: Sequence[int], threads: int = 1) -> Costs:
    """Run the first weeks of a scenario; before it one world alone, so that no kernel is loaded while time counts."""
    from sim.simulation import Simulation

    weeks = min(scenario.weeks, MOST_WEEKS)
    first = Simulation(scenario, seeds[:1], threads=threads)
    for _ in range(weeks):
        first.step()
    first.close()
    begin = time.perf_counter()
    simulation = Simulation(scenario, seeds, threads=threads)
    built = time.perf_counter()
    before = dict(simulation.plan.seconds)
    for _ in range(weeks):
        simulation.step()
    whole = time.perf_counter() - built
    simulation.close()
    seconds = {phase: spent - before[phase] for phase, spent in simulation.plan.seconds.items()}
    return Costs(seconds, whole, built - begin, weeks, len(seeds), simulation.ensemble.state.frame.people)


def table(costs: Costs) -> Table:
    """A row a phase, the dearest marked by its share, and what they come to."""
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, show_footer=True)
    shown.add_column("phase", footer="a week")
    shown.add_column("us per world and week", justify="right", footer=f"{_micro(costs.whole, costs):.1f}")
    shown.add_column("share", justify="right", footer="100.0 %")
    rest = costs.whole - sum(costs.seconds.values())
    for phase, seconds in {**costs.seconds, BETWEEN: max(0.0, rest)}.items():
        shown.add_row(phase, f"{_micro(seconds, costs):.1f}", f"{100.0 * seconds / costs.whole:.1f} %")
    return shown


def sentences(costs: Costs, horizon: int) -> list[str]:
    """What a week costs in all, a person, and what that means for a sweep."""
    week = costs.whole / costs.world_weeks
    world = week * horizon + costs.building / costs.worlds
    worlds = "1 world" if costs.worlds == 1 else f"{costs.worlds} worlds side by side"
    return [
        f"Measured over {costs.weeks} weeks of {worlds}, {costs.people:,} people each, in one process.",
        f"A week of one world costs {1e6 * week:,.1f} us, that is {1e9 * week / costs.people:,.0f} ns a person.",
        f"Building a world costs {1e3 * costs.building / costs.worlds:.2f} ms.",
        f"All {horizon} weeks of a world take {1e3 * world:,.0f} ms: {1.0 / world:,.1f} runs a second in one process.",
    ]


def _micro(seconds: float, costs: Costs) -> float:
    """Microseconds per world and week."""
    return 1e6 * seconds / costs.world_weeks
