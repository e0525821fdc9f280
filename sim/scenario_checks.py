"""What only several parameters together can have wrong: sums, order in time, names that must exist."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sim.files.headings import PEOPLE, TIES
from sim.parse import fully_read, suggestion
from sim.plain import UNREADABLE, Findings, KeyPath, shown
from sim.settings import LEVELS, FilesOrganization, Shock, SyntheticOrganization

FILE_FIELDS = (*PEOPLE, *TIES)
"""Fields that the people and ties files may have, besides topics."""

_LONGEST_LABEL = 64
_RESERVED = {"model": "the model's own decisions", "organization": "how organizations are drawn"}
_SHARES_TOLERANCE = 1e-9


def check_label(label: str, findings: Findings, path: KeyPath) -> None:
    """Report a label of a policy or rule that could not stand in a key of chance, a column or a path."""
    if not label.strip() or label != label.strip():
        findings.add(path, f"the label {shown(label)} is blank or begins or ends with a blank", "write a name")
    if "/" in label or ":" in label:
        findings.add(path, f"the label {shown(label)} holds '/' or ':'", "use letters, digits, blanks, '-' or '_'")
    if len(label) > _LONGEST_LABEL:
        findings.add(path, f"the label has {len(label)} characters", f"use at most {_LONGEST_LABEL}")
    if label in _RESERVED:
        findings.add(path, f"the label '{label}' stands for {_RESERVED[label]}", "choose another")


def check_scenario(sections: Mapping[str, Any], findings: Findings) -> None:
    """Report every problem between parameters that the scenario itself knows of.

    Args:
        sections: every field of a scenario, UNREADABLE where it has problems already.
    """
    organization, policies = sections["organization"], sections["policies"]
    departments = None
    if isinstance(organization, SyntheticOrganization):
        _check_synthetic(organization, findings)
        departments = organization.departments
    elif isinstance(organization, FilesOrganization):
        _check_files(organization, findings)
    names = _Names(departments)
    if sections["topics"] is not UNREADABLE:
        _check_topics(sections["topics"], organization, names, findings)
    if sections["shocks"] is not UNREADABLE:
        _check_shocks(sections["shocks"], sections["weeks"], findings)
    if policies is UNREADABLE:
        return
    _check_shared_labels(policies, sections["rules"], findings)
    for label, settings in policies.items():
        if settings is not UNREADABLE:
            path = ("policies", label)
            _check_times(settings, sections["weeks"], findings, path)
            _check_targets(settings, organization, names, findings, path)


def check_own(name: str, sections: Mapping[str, Any], kinds: Mapping[str, Any], findings: Findings) -> None:
    """Report what policies or rules find wrong with their own parameters.

    Args:
        name: the section, `policies` or `rules`.
        sections: every field of a scenario; where one has problems already, nothing is asked.
        kinds: classes by kind.
    """
    if any(value is UNREADABLE for value in sections.values()):
        return
    for label, settings in sections[name].items():
        if settings is not UNREADABLE and fully_read(settings):
            for field, cause, mend in kinds[settings.kind].check(settings, sections):
                findings.add((name, label, *field.split(".")), cause, mend)


class _Names:
    """Names of departments where the scenario fixes them; made only when asked for."""

    def __init__(self, departments: int | None) -> None:
        self._count = departments
        self._names: tuple[str, ...] | None = None

    def check(self, name: str, findings: Findings, path: KeyPath) -> None:
        """Report a department that does not exist; nothing is known of those of a file yet."""
        if self._count is None:
            return
        if self._names is None:
            from sim.generate import department_names  # here, because the generator brings its kernels

            self._names = department_names(self._count)
        if name not in self._names:
            findings.add(path, f"no department is called {shown(name)}", suggestion(name, self._names))


def _check_synthetic(organization: SyntheticOrganization, findings: Findings) -> None:
    path: KeyPath = ("organization",)
    total = sum(organization.levels)
    if abs(total - 1) > _SHARES_TOLERANCE:
        cause = f"the shares of {', '.join(LEVELS)} add up to {total:.10g}"
        findings.add((*path, "levels"), cause, "make them add up to 1")
    if organization.departments > organization.people:
        findings.add(
            (*path, "departments"),
            f"{organization.departments} departments are more than {organization.people} people",
            "give every department a person",
        )
    if organization.organizations > organization.departments:
        findings.add(
            (*path, "organizations"),
            f"{organization.organizations} organizations are more than {organization.departments} departments",
            "give every organization a department",
        )


def _check_files(organization: FilesOrganization, findings: Findings) -> None:
    path: KeyPath = ("organization",)
    for field in ("people", "ties"):
        if not getattr(organization, field).strip():
            findings.add((*path, field), "no file is given", f"name the file: {field}: PATH")
    for field, heading in organization.columns.items():
        if field not in FILE_FIELDS:
            findings.add((*path, "columns", field), f"unknown field {shown(field)}", suggestion(field, FILE_FIELDS))
        elif not heading.strip():
            findings.add((*path, "columns", field), "no heading is given", f"name the column that holds {field}")


def _check_topics(topics: Mapping[str, Any], organization: Any, names: _Names, findings: Findings) -> None:
    """A topic that exists, and an owner only where a topic has one."""
    known: tuple[str, ...] = ()
    if topics and isinstance(organization, SyntheticOrganization):
        from sim.structure import topic_names  # here, because it brings numpy

        known = topic_names(organization.topics)
    for name, topic in topics.items():
        path = ("topics", name)
        if known and name not in known:
            findings.add(path, f"no topic is called {shown(name)}", suggestion(name, known))
        if topic.department is not None:
            names.check(topic.department, findings, (*path, "department"))
            if topic.kind not in (None, "home"):
                cause = f"an {topic.kind} topic belongs to no department"
                findings.add((*path, "department"), cause, "leave it out, or write `kind: home`")


def _check_shocks(shocks: tuple[Shock, ...], weeks: Any, findings: Findings) -> None:
    """A week that the scenario has."""
    for position, shock in enumerate(shocks):
        if weeks is not UNREADABLE and shock.week >= weeks:
            cause = f"the shock comes in week {shock.week}, but the last week is {weeks - 1}"
            findings.add(("shocks", position, "week"), cause, "let it come earlier, or give more `weeks`")


def _check_shared_labels(policies: Mapping[str, Any], rules: Any, findings: Findings) -> None:
    """Chance and cost are kept by label, so a policy and a rule cannot share one."""
    for label in rules if isinstance(rules, Mapping) else ():
        if label in policies:
            findings.add(("rules", label), f"a policy has the label {shown(label)} too", "choose another")


def _check_times(settings: Any, weeks: Any, findings: Findings, path: KeyPath) -> None:
    start, end = settings.start_week, settings.end_week
    if start is UNREADABLE:
        return
    if end is not None and end is not UNREADABLE and end <= start:
        findings.add(
            (*path, "end_week"),
            f"the policy ends in week {end} but starts in week {start}",
            f"give a week after {start}, or leave it out to run to the end",
        )
    if weeks is not UNREADABLE and start >= weeks:
        cause = f"the policy starts in week {start}, but the last week is {weeks - 1}"
        findings.add((*path, "start_week"), cause, "start it earlier, or give more `weeks`")


def _check_targets(settings: Any, organization: Any, names: _Names, findings: Findings, path: KeyPath) -> None:
    """Departments that exist, and levels that somebody has."""
    for field in dataclasses.fields(settings):
        targets = getattr(settings, field.name)
        if not (hasattr(targets, "departments") and hasattr(targets, "levels")):
            continue
        for position, name in enumerate(targets.departments):
            names.check(name, findings, (*path, field.name, "departments", position))
        if isinstance(organization, SyntheticOrganization) and targets.levels:
            shares = [organization.levels[level] for level in targets.levels]
            if not any(shares):
                who = " or ".join(LEVELS[level] for level in targets.levels)
                findings.add(
                    (*path, field.name, "levels"),
                    f"nobody in this organization is {who}",
                    "target another level, or give it a share in `organization.levels`",
                )
