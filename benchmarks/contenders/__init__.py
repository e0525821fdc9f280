"""The same organization written with other tools, as a good user of each would write it.

Every contender says in `work` what of the rule it expresses. Those that express the full rule start from the very state
that `sim.build` makes, and tests compare their course with the model's; the simpler ones say what they leave out.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Protocol

MODULES = (
    "mesa_lists",
    "mesa_numpy_agents",
    "numpy_arrays",
    "mesa_frames",
    "agentpy_lists",
    "starsim_network",
    "jax_arrays",
)
"""Each has a list CONTENDERS."""


@dataclass(frozen=True)
class Size:
    """What is simulated.

    Attributes:
        sources: mean number of people that a person learns from.
        policies: rotation, incentives and mentorship as shipped, or none.
    """

    people: int
    departments: int = 8
    topics: int = 8
    sources: float = 10
    policies: bool = False


class Contender(Protocol):
    """One way to write the model.

    Attributes:
        name: of the tool and the style.
        package: what must be installed.
        work: what of the rule it expresses.
        worlds: worlds that one build holds side by side; its time is to be divided by them.
    """

    name: str
    package: str
    work: str
    worlds: int

    def build(self, size: Size, seed: int) -> object:
        """An organization at week 0; with several worlds, of the seeds from this one on."""
        ...

    def week(self, built: object) -> None:
        """Run one week, its measures included."""
        ...

    def measures(self, built: object) -> dict[str, float]:
        """What came of it: stocks as means of the last 13 weeks, flows as means over all; over worlds, the mean."""
        ...


def available() -> tuple[list[Contender], dict[str, str]]:
    """The contenders whose packages are installed; and of the others, why not, by module."""
    found: list[Contender] = []
    missing: dict[str, str] = {}
    for name in MODULES:
        try:
            module = importlib.import_module(f"{__name__}.{name}")
        except ImportError as error:
            missing[name] = str(error)
        else:
            found.extend(module.CONTENDERS)
    return found, missing
