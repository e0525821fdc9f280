"""The results folder of a study: everything in it but the blocks is assembled from them, and can be again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import provenance
from experiments.files import clear_partial, slug, write_text, write_whole
from experiments.provenance import listed
from experiments.store.claims import Claims
from experiments.store.store import BLOCKS
from experiments.study import Arm, Study
from sim.problems import InputError, Problem

if TYPE_CHECKING:
    from experiments.charts import Chart, ShareOut
    from experiments.comparison import Comparison
    from sim.recorder import Record

SUMMARY = "summary.csv"
SCENARIOS = "scenarios"
REPORT = "report.html"
CHARTS = "charts"
_ABANDONED = 3600.0
"""Seconds after which a half-written table or chart is nobody's."""


@dataclass(frozen=True)
class Notes:
    """Sentences about the user's files: what to know of them, and what was filled in."""

    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


def check_study(study: Study) -> Notes:
    """Check everything that only the user's files can tell, for all arms, before any work.

    Raises:
        InputError: with the problems of all arms, each once.
    """
    from sim.build import prepare

    problems: dict[Problem, None] = {}
    warnings: dict[str, None] = {}
    assumptions: dict[str, None] = {}
    for arm in study.arms:
        try:
            prepared = prepare(arm.scenario)
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
        else:
            warnings.update(dict.fromkeys(prepared.warnings))
            assumptions.update(dict.fromkeys(prepared.assumptions))
    if problems:
        raise InputError(problems)
    return Notes(tuple(warnings), tuple(assumptions))


def assemble(
    folder: Path,
    study: Study,
    records: Mapping[str, Record],
    origin: Mapping[str, Any],
    notes: Notes,
    share_out: ShareOut = map,
) -> Comparison | None:
    """Write tables, scenarios, provenance and, where there is something to compare, summary, charts and report.

    Args:
        folder: the results folder.
        study, records, origin, notes: what goes into it.
        share_out: who draws the charts, while the tables are written; see `experiments.charts.begin_charts`.

    Returns:
        The comparison, or None where no arm has a baseline.
    """
    with assembling(folder):
        return _assembled(folder, study, records, origin, notes, share_out)


@contextmanager
def assembling(folder: Path) -> Iterator[None]:
    """Be the only command that writes tables and pages into a results folder; waits for another that does.

    Raises:
        OSError: the folder cannot be written.
    """
    with Claims.of(folder / BLOCKS) as claims, claims.assembling():
        yield


def _assembled(
    folder: Path, study: Study, records: Mapping[str, Record], origin: Mapping[str, Any], notes: Notes,
    share_out: ShareOut,
) -> Comparison | None:  # fmt: skip
    from experiments.tables import write_tables

    for place in (folder, folder / SCENARIOS, folder / CHARTS):
        clear_partial(place, older_than=_ABANDONED)
    complete = study.only(records)
    comparison, charts = _drawn(folder, complete, records, share_out)
    write_tables(folder, complete, records)
    manifest = _write_scenarios(folder, complete)
    about = {"name": study.name, "question": study.question, "seeds": list(study.seeds), "since": study.since}
    described = {
        **origin,
        "study": {**about, "scenarios": manifest},
        "warnings": list(notes.warnings),
        "assumptions": list(notes.assumptions),
    }
    if comparison is not None:
        from experiments.report import write_report

        write_whole(folder / SUMMARY, comparison.write_summary)
        write_report(
            folder / REPORT, complete, records, comparison, charts(),
            provenance=described, assumptions=notes.assumptions, warnings=notes.warnings,
        )  # fmt: skip
    provenance.write(folder, described)
    return comparison


def _drawn(
    folder: Path, study: Study, records: Mapping[str, Record], share_out: ShareOut
) -> tuple[Comparison | None, Callable[[], list[Chart]]]:
    """The comparison, and its charts in the making; None where no arm has a baseline, and an earlier report goes."""
    if not any(arm.baseline for arm in study.arms):
        if provenance.read(folder) is not None:
            for stale in (SUMMARY, REPORT):
                (folder / stale).unlink(missing_ok=True)
        return None, list
    from experiments.charts import begin_charts
    from experiments.comparison import compare

    comparison = compare(study, records)
    return comparison, begin_charts(study, records, comparison, folder / CHARTS, share_out)


def _write_scenarios(folder: Path, study: Study) -> list[dict[str, Any]]:
    """Write each scenario as a file that can be given back; scenarios of an earlier study here are removed.

    Returns:
        One entry a scenario for `provenance.json`.
    """
    earlier = listed(provenance.read(folder))
    hashes = {entry["identity"]: entry["files"] for entry in earlier if "files" in entry}
    entries = []
    for arm in study.arms:
        file = f"{slug(arm.name, arm.identity)}.yaml"
        write_text(folder / SCENARIOS / file, arm.scenario.to_yaml())
        entries.append({
            "name": arm.name, "title": arm.title, "baseline": arm.baseline, "identity": arm.identity,
            "file": f"{SCENARIOS}/{file}", **_files(arm, hashes),
        })  # fmt: skip
    kept = {entry["file"] for entry in entries}
    for entry in earlier:
        file = str(entry.get("file", ""))
        if file not in kept and file.removeprefix(f"{SCENARIOS}/") == Path(file).name:
            (folder / file).unlink(missing_ok=True)
    return entries


def _files(arm: Arm, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """The sha256 of each of the user's files that an arm was run on; the earlier ones where the files have changed."""
    from sim.load import file_hashes
    from sim.settings import FilesOrganization

    organization = arm.scenario.organization
    if not isinstance(organization, FilesOrganization):
        return {}
    if not arm.unchanged:
        return {"files": earlier[arm.identity]} if arm.identity in earlier else {}
    return {"files": {name: {"sha256": found} for name, found in file_hashes(organization).items()}}
