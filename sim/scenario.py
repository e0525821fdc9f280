"""Scenario: the frozen, validated description of one world, and the only way into it.

A user's YAML and a composed configuration both arrive as a plain mapping with the lines of its keys;
`parse` alone knows fields, types, ranges and suggestions, and reports every problem at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.documents import read_document, write_yaml
from sim.identity import digest, plain, plugin
from sim.parameters import parameter, section
from sim.parse import is_mapping, read_fields, read_section, suggestion
from sim.plain import UNREADABLE, Findings, KeyPath, clean, shown
from sim.scenario_checks import FILE_FIELDS, check_label, check_own, check_scenario
from sim.settings import (
    Adoption,
    Challenges,
    Contacts,
    Culture,
    FilesOrganization,
    Knowledge,
    Learning,
    Newcomers,
    Sessions,
    Shock,
    Start,
    Stays,
    SyntheticOrganization,
    Topic,
    Trust,
    Turnover,
)

_ORGANIZATIONS: dict[str, type] = {"synthetic": SyntheticOrganization, "files": FilesOrganization}


@dataclass(frozen=True)
class Scenario:
    """One world: its organization, how it learns, the policies in it, and for how long.

    Make one with `from_dict` or `from_file`, which check everything; two scenarios are equal if every
    parameter is.
    """

    organization: SyntheticOrganization | FilesOrganization = section(SyntheticOrganization, "drawn, or from files")
    topics: Mapping[str, Topic] = parameter({}, "what is known of single topics, by name")
    learning: Learning = section(Learning, "how mastery is gained and lost")
    culture: Culture = section(Culture, "starting culture, and how norms move it")
    trust: Trust = section(Trust, "trust as a record of promises kept")
    contacts: Contacts = section(Contacts, "how often people meet, how ties form and fade")
    sessions: Sessions = section(Sessions, "attendance of sessions that policies hold")
    challenges: Challenges = section(Challenges, "problems of two departments at once")
    turnover: Turnover = section(Turnover, "who leaves")
    start: Start = section(Start, "mastery at week 0")
    newcomers: Newcomers = section(Newcomers, "mastery of newcomers")
    stays: Stays = section(Stays, "work in another department")
    adoption: Adoption = section(Adoption, "teams, and how practices spread between them")
    shocks: tuple[Shock, ...] = parameter((), "what happens to the organization in some weeks: week, kind and size")
    knowledge: Knowledge = section(Knowledge, "what becomes of what is written down")
    policies: Mapping[str, Any] = parameter({}, "policies by label; `kind` says which")
    rules: Mapping[str, Any] = parameter({}, "a researcher's own rules by label; `kind` says which")
    weeks: int = parameter(156, "horizon", unit="weeks", low=1, high=5200)
    burn_in_weeks: int = parameter(0, "weeks before week 0, never in the series", unit="weeks", low=0, high=5200)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any], places: Mapping[KeyPath, int] | None = None) -> Scenario:
        """A scenario from plain data.

        Args:
            mapping: section to fields; what is left out has its default.
            places: the line of each key path, where the data came from a file.

        Raises:
            InputError: with every problem.
        """
        return parse(mapping, places)

    @classmethod
    def from_file(cls, path: str | Path) -> Scenario:
        """A scenario from a YAML file; relative paths in it are looked for beside the file first.

        The people and ties files' paths become absolute, so the scenario means the same from any folder.

        Raises:
            InputError: with every problem, each with its line.
        """
        document = read_document(Path(path), str(path))
        findings = Findings(str(path), document.lines, list(document.problems))
        return _parsed(document.content, findings, Path(path).parent)

    def to_dict(self) -> dict[str, Any]:
        """Every parameter as plain data, defaults included; `from_dict` gives the same scenario back."""
        data: dict[str, Any] = plain(self)
        return data

    def to_yaml(self) -> str:
        """The scenario as the text of a file that means the same from any folder."""
        data = self.to_dict()
        data["organization"] = _located(data["organization"], Path())
        return write_yaml(data)

    def identity(self) -> str:
        """sha256, in hex, of all that decides the result but the seed.

        That is every parameter after defaults, labels included; the bytes of the user's files and their
        headings, never their path; the versions of plug-ins in use; and the model's version.

        Raises:
            InputError: one of the user's files cannot be read.
        """
        from sim import MODEL_VERSION  # here, because the package itself offers this class

        data = self.to_dict()
        if isinstance(self.organization, FilesOrganization):
            data["organization"] |= _file_contents(self.organization)
        return digest({"scenario": data, "model": MODEL_VERSION, "plugins": self._plugins()})

    def without_policies(self) -> Scenario:
        """The same world without any policy: the baseline."""
        return dataclasses.replace(self, policies={})

    def with_policies(self, policies: Mapping[str, Any]) -> Scenario:
        """The same world under other policies: label to settings, or to a plain mapping.

        Raises:
            InputError: with every problem.
        """
        return parse(self.to_dict() | {"policies": plain(policies)})

    def _plugins(self) -> dict[str, dict[str, str]]:
        """Version and source of every plug-in in use, by kind."""
        used = [(_policy_kinds(), entry) for entry in self.policies.values()] if self.policies else []
        used += [(_rule_kinds(), entry) for entry in self.rules.values()] if self.rules else []
        found = {entry.kind: plugin(kinds[entry.kind]) for kinds, entry in used}
        return {kind: source for kind, source in found.items() if source is not None}


def parse(
    mapping: Mapping[str, Any],
    places: Mapping[KeyPath, int] | None = None,
    name: str = "scenario",
    folder: Path | None = None,
) -> Scenario:
    """Read a scenario from plain data.

    Args:
        places: the line of each key path, if the data came from a file.
        name: what problems call that file.
        folder: where relative paths of the user's files are looked for first; None leaves them as they are.

    Raises:
        InputError: with every problem.
    """
    return _parsed(mapping, Findings(name, places), folder)


def _parsed(mapping: Any, findings: Findings, folder: Path | None) -> Scenario:
    """The scenario, or InputError with the findings there were and those that are added here."""
    given = clean(mapping, findings)
    if not isinstance(given, dict):
        findings.add((), f"{shown(mapping)} stands where a scenario is expected", "give a mapping of sections")
        findings.raise_if_any()
    values = read_fields(Scenario, given, findings, apart=("organization", "policies", "rules"))
    values["organization"] = _organization(given.get("organization"), findings, folder)
    policies = _policy_kinds() if given.get("policies") else {}
    rules = _rule_kinds() if given.get("rules") else {}
    values["policies"] = _labelled(given.get("policies"), "policies", policies, findings)
    values["rules"] = _labelled(given.get("rules"), "rules", rules, findings)
    sections = vars(Scenario()) | values
    check_scenario(sections, findings)
    check_own("policies", sections, policies, findings)
    check_own("rules", sections, rules, findings)
    findings.raise_if_any()
    return Scenario(**values)


def _organization(given: Any, findings: Findings, folder: Path | None) -> Any:
    """The organization's settings, by its `kind`; synthetic if nothing says otherwise."""
    path: KeyPath = ("organization",)
    if not is_mapping(given, findings, path):
        return UNREADABLE
    given = given or {}
    kind = given.get("kind", "synthetic")
    if kind is UNREADABLE:
        return UNREADABLE
    if not isinstance(kind, str) or kind not in _ORGANIZATIONS:
        cause = f"{shown(kind)} is no kind of organization"
        findings.add((*path, "kind"), cause, suggestion(str(kind), _ORGANIZATIONS))
        return UNREADABLE
    if "kind" not in given and given.keys() & {"ties", "columns"}:
        findings.add(path, "the field 'kind' is missing", "add `kind: files`")
        return UNREADABLE
    if kind == "files" and folder is not None:
        given = _located(given, folder)
    return read_section(_ORGANIZATIONS[kind], given, findings, path)


def _located(organization: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The organization with absolute paths: beside `folder` first, else from the current folder."""
    if organization.get("kind") != "files":
        return organization
    found = {}
    for field in ("people", "ties"):
        text = organization.get(field)
        if isinstance(text, str) and text.strip():
            beside, here = folder / text, Path(text)
            found[field] = str((here if here.exists() and not beside.exists() else beside).absolute())
    return organization | found


def _labelled(given: Any, name: str, kinds: Mapping[str, Any], findings: Findings) -> Any:
    """Label to settings of the policies or rules of a scenario; UNREADABLE settings where they were reported."""
    path: KeyPath = (name,)
    if not is_mapping(given, findings, path):
        return UNREADABLE
    return {label: _settings(label, entry, kinds, findings, (*path, label)) for label, entry in (given or {}).items()}


def _settings(label: str, given: Any, kinds: Mapping[str, Any], findings: Findings, path: KeyPath) -> Any:
    """The settings of one policy or rule, read by the class that its `kind` names."""
    check_label(label, findings, path)
    if not is_mapping(given, findings, path):
        return UNREADABLE
    given = given or {}
    kind = given.get("kind")
    if kind is UNREADABLE:
        return UNREADABLE
    if kind is None:
        mend = f"add `kind: {label}`" if label in kinds else suggestion("", kinds)
        findings.add(path, "the field 'kind' is missing", mend)
        return UNREADABLE
    if not isinstance(kind, str) or kind not in kinds:
        mend = suggestion(str(kind), kinds)
        if isinstance(kind, str) and not mend.startswith("did you mean"):
            mend = f"{mend}; one of your own needs plugins=MODULE, or its module imported first"
        findings.add((*path, "kind"), f"there is no kind {shown(kind)}", mend)
        return UNREADABLE
    return read_section(kinds[kind].Settings, given, findings, path, partly=True)


def _policy_kinds() -> Mapping[str, Any]:
    """Policy classes by kind; imported here because a policy brings its kernels."""
    from sim.policies import registry

    return registry()


def _rule_kinds() -> Mapping[str, Any]:
    """Rules by kind."""
    from sim.rules import registry

    return registry()


def _file_contents(organization: FilesOrganization) -> dict[str, Any]:
    """What the identity holds of the user's files: their bytes' hashes, every field's heading, the seed of the rest."""
    from sim.load import file_hashes

    columns = {name: organization.columns.get(name, name).strip() for name in FILE_FIELDS}
    return {**file_hashes(organization), "columns": columns, "seed": organization.seed or 0}
