"""Overrides on the command line, checked before anything is composed.

Three kinds come in: those of the door (`out=`, `workers=` ...), which no configuration file can hold; choices
from the groups of `configs/`; and values, whose keys must lie inside a study. What `hydra.*` may say is a short
list, so that Hydra can be told how to start jobs but never where to write or what to call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from experiments.words import (
    GROUPS,
    LAUNCHER,
    STUDY_KEYS,
    as_text,
    parse,
    range_values,
    refusal,
    shown_word,
    value_problem,
)
from sim.parse import suggestion
from sim.problems import Problem

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

DOOR = ("out", "workers", "threads", "plugins", "file", "seed", "jobs")
"""Keys that only the command line takes."""

POLICY_GROUP = "policy@policies"
REMOVABLE = ("policies", "rules", "topics", "scenarios", "organization")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_SETTING = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_.:-]*")


@dataclass(frozen=True)
class Value:
    """A checked override of one value or group, as Hydra takes it."""

    key: str
    written: str
    normal: str
    sweeps: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The key's parts, without `+` and `~`."""
        return tuple(self.key.split("."))


@dataclass
class Overrides:
    """What the command line asks for, sorted by who answers."""

    door: dict[str, str] = field(default_factory=dict)
    choices: list[Value] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    removals: list[Value] = field(default_factory=list)
    hydra: list[Value] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def normal(self) -> list[str]:
        """All overrides for Hydra's composition, `hydra.*` ones aside."""
        return [value.normal for value in (*self.choices, *self.values, *self.removals)]

    @property
    def sweeps(self) -> bool:
        """Whether any key has several values."""
        return any(value.sweeps for value in (*self.choices, *self.values))

    @property
    def removed_policies(self) -> tuple[str, ...]:
        """Labels of policies that are taken out whole."""
        return tuple(
            removal.path[1] for removal in self.removals if removal.path[0] == "policies" and len(removal.path) == 2
        )

    def gives(self, key: str) -> bool:
        """Whether the command line says something about the key itself."""
        return key in self.door or any(v.key == key for v in (*self.choices, *self.values))


def read_overrides(tokens: Iterable[str], heads: Sequence[str], *, multirun: bool = False) -> Overrides:
    """Sort and check overrides as the user wrote them; every problem is noted, none raised.

    Args:
        tokens: such as `study=demo` or `policies.rotation.coverage=0.2`.
        heads: names of the scenario's fields, which a value's key may begin with.
        multirun: whether a key may be given several values.
    """
    found = Overrides()
    known = (*STUDY_KEYS, *heads)
    for token in tokens:
        _read(token, found, known, multirun)
    _refuse_repetitions(found)
    return found


def _read(token: str, found: Overrides, known: Sequence[str], multirun: bool) -> None:
    """Sort one token, or note what is wrong with it."""
    key = token.split("=", 1)[0].lstrip("+~")
    refused = refusal(token, key)
    if refused:
        found.problems.append(Problem(shown_word(token), *refused))
    elif key in DOOR:
        _read_door(token, key, found)
    else:
        _read_hydra(token, found, known, multirun)


def _read_door(token: str, key: str, found: Overrides) -> None:
    """Keep the text of a key that only the command line takes."""
    value = token.split("=", 1)[1].strip() if "=" in token else ""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    if not token.startswith(f"{key}="):
        found.problems.append(Problem(shown_word(token), f"{key} takes neither + nor ~", f"write {key}=VALUE"))
    elif not value:
        found.problems.append(Problem(shown_word(token), "no value is given", f"write {key}=VALUE"))
    elif key in found.door:
        found.problems.append(Problem(shown_word(token), f"{key} is given twice", "keep one"))
    else:
        found.door[key] = value


def _read_hydra(token: str, found: Overrides, known: Sequence[str], multirun: bool) -> None:
    """Parse a token with Hydra's own grammar, and sort it."""
    override = parse(as_text(token, multirun))
    if isinstance(override, str):
        found.problems.append(
            Problem(shown_word(token), f"cannot be read: {override}", "put quotes around it, as in 'KEY=\"a b\"'")
        )
        return
    problem = value_problem(token, override, multirun)
    if problem:
        found.problems.append(problem)
    elif override.is_hydra_override():
        _keep_hydra(token, override, found)
    elif override.key_or_group == "policy" or override.key_or_group in GROUPS:
        _keep_choice(token, override, found)
    else:
        _keep_value(token, override, found, known)


def _keep_hydra(token: str, override: Override, found: Overrides) -> None:
    """Keep the little that Hydra itself may be told; `read_launcher` knows what each launcher takes."""
    key, value = override.key_or_group, token.split("=", 1)[-1]
    stands = isinstance(override.value(), str | int | float) and bool(_SETTING.fullmatch(value))
    if not stands or override.package or not token.startswith("hydra"):
        mend = f"write {LAUNCHER}=NAME" if key == LAUNCHER else f"write {key}=VALUE, in letters and digits"
        found.problems.append(Problem(shown_word(token), "is not a value of it", mend))
        return
    found.hydra.append(Value(key, token, token))


def _keep_choice(token: str, override: Override, found: Overrides) -> None:
    """Keep a choice from a group of `configs/`; names never contain paths."""
    policy = override.key_or_group == "policy"
    place = shown_word(token)
    example = f"+{POLICY_GROUP}=[rotation,mentorship]" if policy else f"{override.key_or_group}=NAME"
    if override.is_delete() or (override.package or None) != ("policies" if policy else None):
        found.problems.append(Problem(place, "is not a choice that can be made", f"write {example}"))
        return
    swept = override.is_sweep_override()
    glob = swept and not hasattr(override.value(), "list")
    offered = [] if glob else list(override.sweep_iterator()) if swept else [override.value()]
    names = [name for value in offered for name in (value if policy and isinstance(value, list) else [value])]
    bad = [name for name in names if not isinstance(name, str) or not _NAME.fullmatch(name)]
    if bad:
        found.problems.append(Problem(place, "takes names of files in configs/, never paths", f"write {example}"))
        return
    key = POLICY_GROUP if policy else override.key_or_group
    normal = f"{key}={token.split('=', 1)[1]}"
    found.choices.append(Value(key, token, normal, swept))


def _keep_value(token: str, override: Override, found: Overrides, known: Sequence[str]) -> None:
    """Keep a value, or the removal of one, inside the study."""
    key, place = override.key_or_group, shown_word(token)
    head = key.split(".")[0]
    if override.package or "/" in key or not all(key.split(".")):
        found.problems.append(
            Problem(place, "is not a key of a study", "write keys with dots, such as learning.rate=0.1")
        )
    elif head not in known:
        from experiments.strategy.settings import Strategy

        everything = (*known, *GROUPS, *DOOR)
        inner = any(each.name == head for each in fields(Strategy))
        mend = f"did you mean 'strategy.{key}'?" if inner else suggestion(head, everything)
        found.problems.append(Problem(place, f"unknown override {key!r}", mend))
    elif override.is_delete():
        if head not in REMOVABLE or "." not in key:
            mend = "only parts of " + ", ".join(REMOVABLE) + " can be, as in ~policies.rotation"
            found.problems.append(Problem(place, "cannot be removed", mend))
        else:
            found.removals.append(Value(key, token, f"~{key}"))
    else:
        value = range_values(override) or as_text(token, multirun=override.is_sweep_override()).split("=", 1)[1]
        found.values.append(Value(key, token.removeprefix("++"), f"++{key}={value}", override.is_sweep_override()))


def _refuse_repetitions(found: Overrides) -> None:
    """Note keys given twice and pairs that contradict each other."""
    seen: dict[str, str] = {}
    for value in (*found.choices, *found.values, *found.removals, *found.hydra):
        if value.key in seen:
            found.problems.append(
                Problem(shown_word(value.written), f"{value.key} is given twice", f"keep one: {seen[value.key]}")
            )
        seen.setdefault(value.key, value.written)
    if "seed" in found.door and found.gives("seeds"):
        found.problems.append(Problem("seed", "seed and seeds are both given", "keep one"))
    for first, second in (("file", "study"), ("file", "scenario"), ("study", "scenario")):
        if found.gives(first) and found.gives(second):
            found.problems.append(Problem(first, f"{first}= and {second}= both say what to run", "keep one"))
    _refuse_two_lists(found)


def _refuse_two_lists(found: Overrides) -> None:
    """Note policies chosen next to a study or scenario that chooses its own: Hydra would drop the latter's."""
    chosen = {choice.key: choice for choice in found.choices}
    for key in ("study", "scenario"):
        if key in chosen and POLICY_GROUP in chosen:
            cause = f"{chosen[key].written} chooses policies itself, and these would replace them"
            named = " '+scenarios.NAME=[LABEL]'" if key == "study" else ""
            mend = f"name all policies here and leave out {key}=, or add one as +policies.LABEL.kind=mentorship{named}"
            found.problems.append(Problem(shown_word(chosen[POLICY_GROUP].written), cause, mend))
            found.choices = [choice for choice in found.choices if choice.key != POLICY_GROUP]
