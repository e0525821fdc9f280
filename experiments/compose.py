"""Hydra at the door: configuration files and overrides in, one plain mapping out.

A file that the user gives stands in Hydra's store in place of `config.yaml`, so that the same overrides and
sweeps work on it. Nothing is resolved, instantiated or called: what Hydra composed becomes plain data
at once, and `sim.scenario.parse` reads it like any other.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.keys import choice_problems, key_problems
from experiments.overrides import POLICY_GROUP, Overrides
from sim.problems import InputError, Problem

VERSION_BASE = "1.3"
_GIVEN = "given"
_DEFAULT = "config"
_TEXT = (("name",), ("question",))
"""Keys that may hold any text, question marks too."""


def config_folder() -> Path:
    """The shipped configurations: beside the packages in a checkout, inside this one in a wheel."""
    here = Path(__file__).resolve().parent
    for folder in (here / "configs", here.parent / "configs"):
        if (folder / "config.yaml").is_file():
            return folder
    raise FileNotFoundError(f"the shipped configurations are missing beside {here}")


@dataclass(frozen=True)
class Source:
    """Where composition starts: the shipped `config.yaml`, or a document that the user gave."""

    name: str = _DEFAULT

    @classmethod
    def given(cls, document: Mapping[str, Any]) -> Source:
        """A user's document, already parsed without a problem, in place of `config.yaml`.

        Its organization becomes a choice of its group, so that another one can replace it whole.
        """
        from hydra.core.config_store import ConfigStore

        rest = {key: value for key, value in document.items() if key != "organization"}
        defaults = [
            {"organization": _GIVEN},
            {POLICY_GROUP: []},
            "_self_",
            "hydra/jobs",
            {"override hydra/hydra_logging": "none"},
            {"override hydra/job_logging": "none"},
        ]
        store = ConfigStore.instance()
        store.store(name=_GIVEN, node={"defaults": defaults, **rest})
        organization = document.get("organization") or {"kind": "synthetic"}
        store.store(group="organization", name=_GIVEN, node=dict(organization))
        return cls(_GIVEN)


Bases = dict[tuple[str, ...], Any]
"""What has been composed of choices alone; the jobs of a multirun that sweep values share it."""


def compose(source: Source, overrides: Overrides, bases: Bases) -> dict[str, Any]:
    """The study or scenario that the source and the overrides describe, as plain data.

    Args:
        source, overrides: what to compose.
        bases: of other jobs of the same source; what is composed here is added.

    Raises:
        InputError: a choice or key that does not exist, or data that asks for more than data.
    """
    with _hydra() as options:
        problems = choice_problems(overrides.choices, options)
        if problems:
            raise InputError(problems)
        choices = tuple(choice.normal for choice in overrides.choices)
        if choices not in bases:
            bases[choices] = _composed(source, list(choices))
        problems = key_problems(overrides, _data(bases[choices]))
        if problems:
            raise InputError(problems)
        final = _composed(source, overrides.normal) if tuple(overrides.normal) != choices else bases[choices]
    return _plain(final)


def jobs(overrides: Overrides) -> list[list[str]]:
    """Every combination of swept values, as Hydra's sweeper forms them: one list of overrides a job."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import Override

    with _hydra():
        from hydra.core.global_hydra import GlobalHydra

        loader = GlobalHydra.instance().config_loader()
        parsed: list[Override] = OverridesParser.create(loader).parse_overrides(overrides.normal)
        choices = [
            [f"{o.get_key_element()}={value}" for value in o.sweep_string_iterator()] if o.is_sweep_override()
            else [str(o.input_line)]
            for o in parsed
        ]  # fmt: skip
    return [list(job) for job in itertools.product(*choices)]


@contextmanager
def _hydra() -> Iterator[Callable[[str], list[str]]]:
    """Hydra, started on the shipped configurations; gives a function from a group to its choices."""
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.object_type import ObjectType

    def options(group: str) -> list[str]:
        loader = GlobalHydra.instance().config_loader()
        return [name for name in loader.get_group_options(group, ObjectType.CONFIG) if name != _GIVEN]

    with initialize_config_dir(str(config_folder()), version_base=VERSION_BASE):
        yield options


def _composed(source: Source, overrides: list[str]) -> Any:
    """Hydra's composition; what it refuses is a problem of the input.

    Raises:
        InputError: with Hydra's reason.
    """
    from hydra import compose as hydra_compose
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        return hydra_compose(source.name, overrides=overrides)
    except (HydraException, OmegaConfBaseException) as error:
        reason = " ".join(str(error.__cause__ or error).split("\n")[0].split())
        raise InputError([Problem("overrides", reason, "check the overrides given")]) from error


def _data(config: Any) -> dict[str, Any]:
    """Composed configuration as dicts and lists, unchecked."""
    from omegaconf import OmegaConf

    data: dict[str, Any] = OmegaConf.to_container(config, resolve=False)  # type: ignore[assignment]
    return data


def _plain(config: Any) -> dict[str, Any]:
    """Composed configuration as dicts, lists and scalars, nothing resolved.

    Raises:
        InputError: a value that must be given is missing, or asks for interpolation or a call.
    """
    from sim.plain import Findings, clean

    findings = Findings()
    data: dict[str, Any] = clean(_data(config), findings)
    for path in _missing(data, ()):
        findings.add(path, "is not given", f"add {'.'.join(path)}=...")
    findings.raise_if_any()
    return data


def _missing(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Key paths at which a configuration says `???`: the user must give the value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _missing(item, (*path, str(key)))
    elif value == "???" and path not in _TEXT:
        yield path
