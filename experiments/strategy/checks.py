"""What a strategy section asks of its scenario: paths lead to numbers, ranges move them, arms are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.strategy.design import changed, places, refusal
from experiments.strategy.settings import Ground, Knob, Uncertain
from sim.parse import suggestion
from sim.plain import Findings, KeyPath, shown
from sim.problems import InputError

if TYPE_CHECKING:
    from sim.scenario import Scenario

Place = tuple[int, str]
"""A value of the scenario: the mapping that holds it, by its identity, and the key there."""


def check_assumptions(given: Mapping[str, Uncertain], ground: Ground, findings: Findings, path: KeyPath) -> None:
    """Each leads to numbers and moves them within what the model takes, and none undoes another."""
    data, taken, titles = ground.catalogue.to_dict(), dict[Place, str](), dict[str, str]()
    for name, uncertain in given.items():
        title = uncertain.title or name.replace("_", " ")
        if title in titles:
            findings.add(
                (*path, name), f"is called {shown(title)}, as {shown(titles[title])} is", "give it another title"
            )
        titles.setdefault(title, name)
        own = _places(data, uncertain, findings, (*path, name))
        if own is None:
            continue
        undone = sorted({taken[place] for place in own if place in taken})
        if undone and not uncertain.times:
            findings.add((*path, name), f"sets what {' and '.join(map(shown, undone))} varies too",
                         "leave one of the two out, or write times: true here")  # fmt: skip
        taken |= dict.fromkeys(own, name)
        _check_ends(uncertain, ground.catalogue, findings, (*path, name))


def _places(data: dict[str, Any], uncertain: Uncertain, findings: Findings, path: KeyPath) -> list[Place] | None:
    """The values that an assumption varies; None where one of them is no number, or there are none."""
    try:
        found = list(places(data, uncertain.path))
    except (KeyError, TypeError):
        mend = "see watercooler policies and docs/model.md for what can be varied"
        findings.add(path, f"no number stands at {uncertain.path!r} in a scenario", mend)
        return None
    if not found:
        findings.add(path, f"{uncertain.path!r} is in no scenario of the study", "leave it out")
        return None
    refused = next((refused for holder, key in found if (refused := refusal(holder[key], uncertain.times))), None)
    if refused is not None:
        findings.add(path, f"no number stands at {uncertain.path!r} in a scenario: {refused[0]}", refused[1])
        return None
    return [(id(holder), key) for holder, key in found]


def _check_ends(uncertain: Uncertain, catalogue: Scenario, findings: Findings, path: KeyPath) -> None:
    """The model takes both ends of a range, and they are not the same to it."""
    ends: list[Scenario] = []
    for value in (uncertain.low, uncertain.high):
        try:
            ends.append(changed(catalogue, [(uncertain, value)]))
        except InputError as error:
            for each in error.problems:
                findings.add(path, f"{each.place}: {each.cause}", each.mend)
    if len(ends) == 2 and ends[0].to_dict() == ends[1].to_dict():
        cause = f"from {uncertain.low:g} to {uncertain.high:g} nothing changes"
        mend = "write the values themselves, without times: true" if uncertain.times else "widen the range"
        findings.add(path, f"{cause}: {uncertain.path!r} is the same at both ends", f"{mend}, or leave it out")


def check_dials(given: Mapping[str, Knob], ground: Ground, findings: Findings, path: KeyPath) -> None:
    """Each leads to one number of a policy, which the policy takes at both ends, and has a step that fits."""
    data, taken = ground.catalogue.to_dict(), dict[str, str]()
    for name, knob in given.items():
        where = (*path, name)
        section, label, *rest = [*knob.path.split("."), "", ""][:3]
        number = _number(data, knob.path) if section == "policies" and rest[0] and label in data["policies"] else None
        if number is None:
            cause = f"no number of a policy stands at {knob.path!r}"
            findings.add(where, cause, "write policies.LABEL.PARAMETER")
            continue
        if knob.path in taken:
            findings.add(where, f"turns what {shown(taken[knob.path])} turns", "leave one of the two out")
        taken[knob.path] = name
        if isinstance(number, int) and not all(
            float(each).is_integer() for each in (knob.low, knob.high, knob.step or 0.5)
        ):
            findings.add(where, f"{knob.path!r} takes whole numbers only", "give whole low, high and step")
            continue
        dial = Uncertain(knob.path, knob.low, knob.high)
        _check_ends(dial, ground.catalogue, findings, where)


def _number(data: dict[str, Any], path: str) -> int | float | None:
    """The number at a path; None where there is none."""
    try:
        found = [holder[key] for holder, key in places(data, path)]
    except (KeyError, TypeError):
        return None
    return found[0] if len(found) == 1 and refusal(found[0], times=False) is None else None


def check_arm(name: str, ground: Ground, findings: Findings, path: KeyPath) -> None:
    """What is explained is an arm that does something; none named is the best."""
    if name and name not in ground.arms:
        findings.add(path, f"{shown(name)} is no scenario of the study with a policy", suggestion(name, ground.arms))
