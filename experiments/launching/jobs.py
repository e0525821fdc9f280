"""Hydra's launchers at work: one job a part, and what each sends back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.launching.job import PART, Answer, Job
from experiments.launching.waiting import each_for_itself

if TYPE_CHECKING:
    from experiments.launching.launchers import Launcher

_CONFIG = "launched"
_NAME = "watercooler"


def start(launcher: Launcher, job: Job, parts: Sequence[str], place: Path) -> list[Answer]:
    """Let Hydra launch a job for every part, and wait for all.

    Joblib gives up at the first job that is lost: then all answers are of lost jobs, and the store knows what the
    others did.

    Args:
        parts: their texts.
        place: folder for what the launcher itself writes.

    Returns:
        An answer a part.
    """
    from hydra import initialize
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.plugins import Plugins
    from hydra.core.utils import JobStatus
    from hydra.types import HydraContext, RunMode

    _store_config()
    with initialize(config_path=None, version_base="1.3", job_name=_NAME):
        hydra = GlobalHydra.instance().hydra
        assert hydra is not None
        config = hydra.compose_config(
            _CONFIG, [*launcher.overrides, f"hydra.sweep.dir={_quoted(place)}"], RunMode.MULTIRUN,
            with_log_configuration=False,
        )  # fmt: skip
        plugin = Plugins.instance().instantiate_launcher(
            HydraContext(config_loader=hydra.config_loader, callbacks=_no_callbacks()), job, config
        )
        try:
            with each_for_itself(launcher):
                returned = plugin.launch([[f"{PART}={part}"] for part in parts], initial_job_idx=0)
        except Exception as error:
            return [_lost(error)] * len(parts)
        return [
            each.return_value if each.status == JobStatus.COMPLETED else _lost(each._return_value) for each in returned
        ]


def _store_config() -> None:
    """Put a configuration that holds nothing but a part where Hydra looks for one, in every process alike."""
    from hydra.core.config_store import ConfigStore

    quiet = {
        "output_subdir": None, "job": {"chdir": False}, "run": {"dir": "."}, "sweep": {"dir": ".", "subdir": "."},
    }  # fmt: skip
    defaults = [{"override hydra/hydra_logging": "none"}, {"override hydra/job_logging": "none"}, "_self_"]
    ConfigStore.instance().store(name=_CONFIG, node={"defaults": defaults, PART: "", "hydra": quiet})


def _no_callbacks() -> Any:
    from hydra._internal.callbacks import Callbacks

    return Callbacks()


def _quoted(path: Path) -> str:
    from hydra.core.override_parser.types import Quote, QuotedString

    return QuotedString(str(path), Quote.single).with_quotes()


def _lost(error: BaseException) -> Answer:
    """What is known of a job that was lost: an error, in one line."""
    lines = str(error).strip().splitlines()
    return Answer(trouble=": ".join([type(error).__name__, *lines[:1]]), lost=True)
