"""Vectorized numpy: whole columns at a time, no loop over people or ties, one world or several side by side."""

from __future__ import annotations

import numpy as np

from benchmarks.contenders import Contender, Size
from benchmarks.contenders.numpy_draws import Generated
from benchmarks.contenders.numpy_world import World
from benchmarks.contenders.start import start_of

SIDE_BY_SIDE = 16


class NumpyArrays:
    """The full rule over arrays, with numpy's fastest generator for chance."""

    def __init__(self, worlds: int) -> None:
        self.name = "vectorized numpy" if worlds == 1 else f"vectorized numpy, {worlds} worlds side by side"
        self.package = "numpy"
        self.work = "full rule with three policies, ten measures"
        self.worlds = worlds

    def build(self, size: Size, seed: int) -> World:
        """Worlds of the seeds from this one on."""
        return World(start_of(size, tuple(range(seed, seed + self.worlds))), Generated)

    def week(self, built: object) -> None:
        """Run one week."""
        assert isinstance(built, World)
        with np.errstate(over="ignore"):
            built.step()

    def measures(self, built: object) -> dict[str, float]:
        """The ten measures."""
        assert isinstance(built, World)
        return built.measures.summary()


CONTENDERS: list[Contender] = [NumpyArrays(1), NumpyArrays(SIDE_BY_SIDE)]
