"""What the store holds that looks like what is wanted and is not: other horizons, versions of the model, measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.store.details import RECORD
from experiments.store.facts import kin

if TYPE_CHECKING:
    from experiments.store.store import Store
    from experiments.store.wanted import Wanted


def notes(store: Store, missing: Sequence[Wanted]) -> list[str]:
    """Why wanted scenarios are run although the store holds some that look the same, in sentences."""
    from sim import MODEL_VERSION

    here = [group for _, group in store.index.everything()]
    said = []
    others = sorted({group.facts.model for group in here} - {MODEL_VERSION})
    if others:
        number = sum(len(group.seeds) for group in here if group.facts.model != MODEL_VERSION)
        said.append(
            f"{number} stored runs were made by version {', '.join(map(str, others))} of the model, and this is "
            f"version {MODEL_VERSION}. They are left alone and never mixed with those of this version."
        )
    weeks_of: dict[str, set[int]] = {}
    for group in here:
        if group.facts.model == MODEL_VERSION:
            weeks_of.setdefault(group.facts.kin, set()).add(group.facts.weeks)
    known = {group.facts.identity for group in here}
    alike = [
        (int(each.arm.scenario.weeks), other)
        for each in missing
        if weeks_of and each.arm.identity not in known
        for other in weeks_of.get(kin(each.arm), ())
    ]
    if any(wanted == stored for wanted, stored in alike):
        said.append(
            "The same scenarios are stored as other files of the organization or another version of a plug-in gave "
            "them. Those results are left alone, and the scenarios are run as they are now."
        )
    if longer := [(wanted, stored) for wanted, stored in alike if wanted != stored]:
        wanted, stored = (sorted(set(weeks)) for weeks in zip(*longer, strict=True))
        said.append(
            f"The same scenarios are stored over {_listed(stored)} weeks. Over {_listed(wanted)} weeks they are other "
            "results, so they are run from week 0."
        )
    older = {each.arm.identity for each in missing} & {
        group.facts.identity for group in here if group.detail.startswith("record ") and group.detail != RECORD.name
    }
    if older:
        said.append(f"{len(older)} scenarios were stored with other measures than today's; they are run again.")
    return said


def _listed(numbers: Sequence[int]) -> str:
    return " or ".join(str(number) for number in numbers)
