"""What a study wants to know: a scenario over some seeds in some detail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.store.details import RECORD, Detail

if TYPE_CHECKING:
    from experiments.study import Arm, Study


@dataclass(frozen=True)
class Wanted:
    """Runs that are wanted: an arm, its seeds, and what is kept of each."""

    arm: Arm
    seeds: tuple[int, ...]
    detail: Detail = RECORD

    @property
    def key(self) -> tuple[str, str]:
        """What its runs have in common: identity of the scenario, and name of the detail."""
        return self.arm.identity, self.detail.name

    @classmethod
    def of(cls, study: Study, detail: Detail = RECORD) -> list[Wanted]:
        """All runs of a study."""
        return [cls(arm, study.seeds, detail) for arm in study.arms]


def united(wanted: Iterable[Wanted]) -> list[Wanted]:
    """The same runs with each scenario and detail once, over all seeds that anybody wants of it."""
    found: dict[tuple[str, str], Wanted] = {}
    for each in wanted:
        earlier = found.get(each.key)
        seeds: Sequence[int] = (*earlier.seeds, *each.seeds) if earlier else each.seeds
        found[each.key] = Wanted(earlier.arm if earlier else each.arm, tuple(dict.fromkeys(seeds)), each.detail)
    return list(found.values())
