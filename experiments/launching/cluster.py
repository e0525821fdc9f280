"""A Ray cluster: joined before Hydra's launcher needs it, because that launcher cannot join one that is running."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.workers import default_workers

if TYPE_CHECKING:
    from experiments.launching.launchers import Launcher

_OWN = "hydra"
"""The folder of launchers in a results folder."""


@contextmanager
def joined(launcher: Launcher) -> Iterator[int]:
    """Join the cluster of a launcher, where it has one; gives how many jobs run at the same time.

    Raises:
        OSError: there is no cluster at the address.
    """
    if launcher.name != "ray":
        yield launcher.at_once(default_workers())
        return
    import ray

    own = not ray.is_initialized()
    address = launcher.setting("ray.init.address")
    if own:
        try:
            ray.init(address=address or "local", log_to_driver=False, logging_level="ERROR", configure_logging=False)
        except (OSError, RuntimeError) as error:
            raise OSError(f"Cannot join the Ray cluster at {address or 'this machine'}: {error}") from error
    yield launcher.at_once(int(ray.cluster_resources().get("CPU", 1)))
    if own:  # after Ctrl-C Ray leaves the cluster as Python ends: it takes seconds, and first it is said how to go on
        ray.shutdown()


def place_of(launcher: Launcher, folder: Path, token: str) -> Path:
    """The folder for what a launcher writes: on a node of Ray it may not be where the results are.

    Each command has its own, so that none takes away the files of another's jobs.
    """
    if launcher.name == "ray":
        return Path(tempfile.gettempdir()) / "watercooler-jobs"
    return folder / _OWN / token[:8]


def cleared(launcher: Launcher, folder: Path, token: str) -> None:
    """Remove what the launcher wrote into the results folder: files of jobs that all did well."""
    import shutil

    if launcher.name != "ray":
        with suppress(OSError):
            shutil.rmtree(place_of(launcher, folder, token))
            (folder / _OWN).rmdir()
