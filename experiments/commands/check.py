"""`watercooler check`: validate the user's files and describe the organization in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from experiments.overrides import read_overrides
from experiments.twin import twin
from sim.organization import NetworkFacts, network_facts
from sim.problems import InputError, Problem


def main(people: str, ties: str, tokens: Sequence[str]) -> int:
    """Check two files, print what they hold, and give the settings of a synthetic twin.

    Args:
        people, ties: the files.
        tokens: overrides below `organization`, such as `organization.columns.id=node`.

    Raises:
        InputError: with every problem of the overrides, or of the files.
    """
    from sim.build import prepare
    from sim.scenario import parse

    scenario = parse({"organization": _organization(people, ties, tokens)})
    prepared = prepare(scenario)
    organization = prepared.organization
    assert organization is not None
    facts = network_facts(organization)
    topics = len(prepared.topics.names)
    given = (
        f"{topics} topics from columns" if organization.topics else f"no topic columns, so {topics} of the generator's"
    )
    print(f"{people} and {ties} can be used.\n")
    for name, value in _rows(facts):
        print(f"  {name:<44}{value:>12}")
    print(f"\n  {given}")
    if len(organization.organizations) > 1:
        print(f"  {len(organization.organizations)} organizations: {', '.join(organization.organizations)}")
    _list("Notes", prepared.warnings)
    _list("Filled in by assumption", prepared.assumptions)
    print("\nA synthetic organization of the same shape:\n  " + " ".join(_twin(facts, topics)))
    return 0


def _organization(people: str, ties: str, tokens: Sequence[str]) -> dict[str, Any]:
    """The organization section that the arguments describe.

    Raises:
        InputError: an override that has no place here.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser

    overrides = read_overrides(tokens, ["organization"])
    section: dict[str, Any] = {"kind": "files", "people": people, "ties": ties}
    inside = [value for value in overrides.values if value.path[0] == "organization" and len(value.path) > 1]
    taken = [value for value in inside if value.path[1] in section]
    fitting = [value for value in inside if value not in taken]
    astray = [
        value.written for value in (*overrides.choices, *overrides.removals, *overrides.values) if value not in inside
    ]
    mend = "give organization.columns.NAME=HEADING"
    problems = [
        *overrides.problems,
        *(Problem(value.written, "the two files are given already", "write check PEOPLE TIES") for value in taken),
        *(Problem(word, "has no place in a check", mend) for word in (*astray, *(f"{key}=" for key in overrides.door))),
    ]
    for value in fitting:
        _put(section, value.path[1:], OverridesParser.create().parse_override(value.normal).value())
    if problems:
        raise InputError(problems)
    return section


def _put(section: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set a value below the section."""
    for part in path[:-1]:
        section = section.setdefault(part, {})
    section[path[-1]] = value


def _rows(facts: NetworkFacts) -> list[tuple[str, str]]:
    """The facts in words."""
    return [
        ("people", f"{facts.people:,}"),
        ("departments", f"{facts.departments:,}"),
        ("ties (learner from source)", f"{facts.ties:,}"),
        ("ties inside departments", f"{100 * facts.within_share:.1f} %"),
        ("ties whose reverse exists too (reciprocity)", f"{facts.reciprocity:.3f}"),
        ("sources a person, mean", f"{facts.mean_sources:.1f}"),
        ("sources a person, most", f"{facts.most_sources:,}"),
        ("learners of one person, most", f"{facts.most_learners:,}"),
        ("closed triangles (transitivity)", f"{facts.clustering:.3f}"),
        ("people without a tie to another department", f"{facts.without_cross_tie:,}"),
        ("people without any tie", f"{facts.isolated:,}"),
    ]


def _twin(facts: NetworkFacts, topics: int) -> list[str]:
    """Overrides that make the generator draw an organization of this shape."""
    settings = twin(facts, topics)
    shape = ("people", "departments", "topics", "sources", "within_share", "reciprocity", "dispersion", "clustering")
    return ["organization=synthetic", *(f"organization.{name}={getattr(settings, name)}" for name in shape)]


def _list(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        print(f"\n{title}:")
        for sentence in sentences:
            print(f"  - {sentence}")
