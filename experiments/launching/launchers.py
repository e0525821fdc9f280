"""The launchers of Hydra that can be chosen, and the little that each may be told."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sim.parse import suggestion
from sim.problems import InputError, Problem

if TYPE_CHECKING:
    from experiments.overrides import Value

GROUP = "hydra/launcher"
_HEAD = "hydra.launcher."
_COUNT = "[1-9][0-9]{0,5}"
_PROCESSES = f"-1|{_COUNT}"
_NAME = "[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
_ADDRESS = r"auto|[A-Za-z0-9][A-Za-z0-9.-]{0,252}:[0-9]{1,5}"
_ARRAY = 256
"""Jobs of an array that Slurm runs at the same time, unless told otherwise."""


@dataclass(frozen=True)
class Kind:
    """A launcher.

    Attributes:
        module: what must be importable for it.
        install: what pip installs it from; empty where it comes with Hydra.
        settings: what it may be told: key behind `hydra.launcher.`, and what its value looks like.
        processors: the setting that says how many processors a job has.
    """

    module: str
    install: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    processors: str = ""


_QUEUE = {"timeout_min": _COUNT, "cpus_per_task": _COUNT, "mem_gb": _COUNT}
_SUBMITIT = "hydra_plugins.hydra_submitit_launcher"
KINDS: Mapping[str, Kind] = {
    "basic": Kind("hydra"),
    "joblib": Kind("hydra_plugins.hydra_joblib_launcher", "hydra-joblib-launcher", {"n_jobs": _PROCESSES}),
    "ray": Kind(
        "hydra_plugins.hydra_ray_launcher", "'watercooler[ray]'",
        {"ray.init.address": _ADDRESS, "ray.remote.num_cpus": _COUNT}, "ray.remote.num_cpus",
    ),
    "submitit_local": Kind(_SUBMITIT, "'watercooler[slurm]'", _QUEUE, "cpus_per_task"),
    "submitit_slurm": Kind(
        _SUBMITIT, "'watercooler[slurm]'",
        {
            **_QUEUE, "nodes": _COUNT, "array_parallelism": _COUNT, "partition": _NAME, "account": _NAME,
            "qos": _NAME, "constraint": _NAME,
        },
        "cpus_per_task",
    ),
}  # fmt: skip

KEYS = tuple(dict.fromkeys(f"{_HEAD}{key}" for kind in KINDS.values() for key in kind.settings))
"""Settings of launchers that the command line may give."""


@dataclass(frozen=True)
class Launcher:
    """A launcher that was chosen, checked.

    Attributes:
        settings: what it is told, by key behind `hydra.launcher.`.
        jobs: how many jobs the work is cut into; None for as many as are of use.
    """

    name: str
    settings: tuple[tuple[str, str], ...] = ()
    jobs: int | None = None

    def setting(self, key: str) -> str | None:
        """What it is told under a key."""
        return dict(self.settings).get(key)

    @property
    def processors(self) -> int | None:
        """Processors that each job has, where that is told."""
        key = KINDS[self.name].processors
        told = self.setting(key) if key else None
        return int(told) if told else None

    def at_once(self, here: int) -> int:
        """How many jobs run at the same time; for Ray, `cluster.at_once` knows.

        Args:
            here: processors of this machine.
        """
        if self.name == "basic":
            return 1
        if self.name == "submitit_slurm":
            return int(self.setting("array_parallelism") or _ARRAY)
        told = self.setting("n_jobs")
        if told is not None and told != "-1":
            return int(told)
        return max(1, here // (self.processors or 1))

    @property
    def overrides(self) -> list[str]:
        """The choice and the settings, as Hydra takes them. The address of a cluster is our own business."""
        told = [f"++{_HEAD}{key}={value}" for key, value in self.settings if key != "ray.init.address"]
        return [f"{GROUP}={self.name}", *told]


def read_launcher(values: Sequence[Value], jobs: int | None = None) -> Launcher | None:
    """The launcher that overrides choose, or None.

    Args:
        values: overrides of `hydra/launcher` and `hydra.launcher.*`.
        jobs: how many jobs the command line asks for.

    Raises:
        InputError: with every problem: there is none of that name, it is not installed, or cannot be told that.
    """
    given = {value.key: value.normal.split("=", 1)[1] for value in values}
    name = given.pop(GROUP, None)
    if name is None:
        told = [f"{key}={value}" for key, value in given.items()] + ([] if jobs is None else [f"jobs={jobs}"])
        if told:
            raise InputError([Problem(word, "is of use to a launcher only", f"add {GROUP}=NAME") for word in told])
        return None
    if name not in KINDS:
        mend = f"{suggestion(name, KINDS)}; there are {', '.join(KINDS)}"
        raise InputError([Problem(f"{GROUP}={name}", f"there is no launcher {name!r}", mend)])
    problems = _told_wrongly(name, given)
    if not _installed(KINDS[name].module):
        mend = f"run: pip install {KINDS[name].install}"
        problems.append(Problem(f"{GROUP}={name}", f"the launcher {name} is not installed", mend))
    elif name == "submitit_slurm" and shutil.which("srun") is None:
        mend = f"give the command on a login node; {GROUP}=submitit_local runs the same jobs on this machine"
        problems.append(Problem(f"{GROUP}={name}", "there is no Slurm here: srun is not found", mend))
    if problems:
        raise InputError(problems)
    return Launcher(name, tuple((key.removeprefix(_HEAD), value) for key, value in given.items()), jobs)


def _told_wrongly(name: str, given: Mapping[str, str]) -> list[Problem]:
    """What a launcher cannot be told."""
    allowed = KINDS[name].settings
    problems = []
    for key, value in given.items():
        pattern = allowed.get(key.removeprefix(_HEAD))
        if pattern is None:
            takes = ", ".join(_HEAD + each for each in allowed) or "no settings"
            problems.append(
                Problem(f"{key}={value}", f"the launcher {name} takes no such setting", f"it takes {takes}")
            )
        elif not re.fullmatch(pattern, value):
            problems.append(Problem(f"{key}={value}", "is not a value of it", _EXAMPLES[pattern].format(key)))
    return problems


_EXAMPLES = {
    _COUNT: "write {}=4",
    _PROCESSES: "write {}=2, or -1 for all processors",
    _NAME: "write {}=NAME, letters, digits and . _ - only",
    _ADDRESS: "write {}=auto, or HOST:PORT of the head node",
}


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
