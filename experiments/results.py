"""The results folder of a study: everything in it but the blocks is assembled from them, and can be again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import provenance
from experiments.files import slug, write_text, write_whole
from experiments.naming import apart, stem, title_of, titles
from experiments.store import Block, CorruptBlockError, block_key, block_path, read_block
from experiments.study import Arm, Study
from sim.problems import InputError, Problem

if TYPE_CHECKING:
    from experiments.charts import Chart, ShareOut
    from experiments.comparison import Comparison
    from sim.recorder import Record

SUMMARY = "summary.csv"
SCENARIOS = "scenarios"
REPORT = "report.html"


@dataclass(frozen=True)
class Notes:
    """Sentences about the user's files: what to know of them, and what was filled in."""

    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stored:
    """What a results folder holds: the study, its records, the provenance, notes on the user's files."""

    study: Study
    records: Mapping[str, Record]
    provenance: Mapping[str, Any]
    notes: Notes
    said: tuple[str, ...] = field(default=())


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


def records_of(folder: Path, study: Study) -> dict[str, Record]:
    """The records of the arms whose blocks are there and whole."""
    found = {}
    for arm in study.arms:
        with suppress(FileNotFoundError, CorruptBlockError):
            found[arm.name] = read_block(block_path(folder, block_key(arm.identity, study.seeds))).record
    return found


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
    from experiments.tables import write_tables

    complete = study.only(records)
    comparison, charts = _drawn(folder, complete, records, share_out)
    write_tables(folder, complete, {arm.name: records[arm.name] for arm in complete.arms})
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


def load(folder: Path) -> Stored:
    """Read a results folder back.

    The study is the one that `provenance.json` lists. Without it, every whole block is taken, and names are
    made from the scenarios themselves.

    Raises:
        InputError: there is no such folder, or no whole block in it.
    """
    place = str(folder)
    if not (folder / "blocks").is_dir():
        raise InputError(
            [Problem(place, "holds no results", "give a folder that watercooler sweep wrote, such as results/demo")]
        )
    said: list[str] = []
    origin = provenance.read(folder)
    listed = _listed(origin)
    if not listed and (folder / provenance.NAME).exists():
        said.append(f"{provenance.NAME} cannot be used; all blocks are taken, and names are made from the scenarios.")
        origin = None
    blocks = _blocks(folder, [entry["block"] for entry in listed] or None, said)
    if not blocks:
        raise InputError(
            [
                Problem(place, "holds no whole block of results", "run the sweep again"),
                *(Problem("", text) for text in said),
            ]
        )
    _refuse_other_models(place, blocks)
    try:
        study, by_arm = _as_listed(listed, blocks, origin or {}) if listed else _as_found(folder.name, blocks, said)
    except InputError as error:
        raise InputError([*error.problems, *_missing_plugins(origin or {})]) from error
    notes = Notes(_texts(origin, "warnings"), _texts(origin, "assumptions"))
    kept = {key: value for key, value in (origin or {}).items() if key not in ("study", "warnings", "assumptions")}
    return Stored(study, {name: block.record for name, block in by_arm.items()}, kept, notes, tuple(said))


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
    return comparison, begin_charts(study, records, comparison, folder / "charts", share_out)


def _write_scenarios(folder: Path, study: Study) -> list[dict[str, Any]]:
    """Write each scenario as a file that can be given back; scenarios of an earlier study here are removed.

    Returns:
        One entry a scenario for `provenance.json`.
    """
    earlier = _listed(provenance.read(folder))
    hashes = {entry["identity"]: entry["files"] for entry in earlier if "files" in entry}
    entries = []
    for arm in study.arms:
        key = block_key(arm.identity, study.seeds)
        file = f"{slug(arm.name, arm.identity)}.yaml"
        write_text(folder / SCENARIOS / file, arm.scenario.to_yaml())
        entries.append({
            "name": arm.name, "title": arm.title, "baseline": arm.baseline, "identity": arm.identity, "block": key,
            "file": f"{SCENARIOS}/{file}", **_files(arm, hashes),
        })  # fmt: skip
    kept = {entry["file"] for entry in entries}
    for entry in earlier:
        file = str(entry.get("file", ""))
        if file not in kept and file.removeprefix(f"{SCENARIOS}/") == Path(file).name:
            (folder / file).unlink(missing_ok=True)
    return entries


def _listed(origin: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The scenarios that `provenance.json` lists; empty where it lists none that can be used."""
    study = (origin or {}).get("study")
    entries = study.get("scenarios") if isinstance(study, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return []
    texts = all(isinstance(entry.get(key), str) for entry in entries for key in ("name", "title", "identity", "block"))
    names = {entry["name"] for entry in entries} if texts else set()
    bases = all(entry.get("baseline") is None or entry["baseline"] in list(names) for entry in entries)
    return entries if bases and len(names) == len(entries) else []


def _texts(origin: Mapping[str, Any] | None, key: str) -> tuple[str, ...]:
    """A list of sentences of `provenance.json`; empty where it is none."""
    given = (origin or {}).get(key)
    return tuple(str(text) for text in given) if isinstance(given, list) else ()


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


def _blocks(folder: Path, keys: Sequence[str] | None, said: list[str]) -> dict[str, Block]:
    """Whole blocks by key, of these keys or all; what is missing or damaged is said."""
    wanted = keys if keys is not None else sorted(path.stem for path in (folder / "blocks").glob("*.parquet"))
    found = {}
    for key in wanted:
        try:
            found[key] = read_block(block_path(folder, Path(key).name))
        except FileNotFoundError:
            said.append(f"Block {key[:12]} is missing; run the sweep again to fill it in.")
        except CorruptBlockError as error:
            said.append(f"Block {key[:12]} is damaged ({error.cause}); run the sweep again to repair it.")
    return found


def _missing_plugins(origin: Mapping[str, Any]) -> list[Problem]:
    """What may be behind scenarios that cannot be read: plug-ins that the results were made with."""
    modules = ",".join(_texts(origin, "plugins"))
    return [Problem("", f"the results were made with plug-ins: {modules}", f"add plugins={modules}")] if modules else []


def _refuse_other_models(place: str, blocks: Mapping[str, Block]) -> None:
    """Raise InputError where results come from another version of the model: today's metrics do not fit them."""
    from sim import MODEL_VERSION

    others = sorted({block.model for block in blocks.values()} - {MODEL_VERSION})
    if others:
        cause = f"holds results of version {others[0]} of the model, and this is version {MODEL_VERSION}"
        raise InputError([Problem(place, cause, "run the sweep again, or use the version that wrote them")])


def _as_listed(
    listed: Sequence[Mapping[str, Any]], blocks: Mapping[str, Block], origin: Mapping[str, Any]
) -> tuple[Study, dict[str, Block]]:
    """The study as `provenance.json` has it, of the arms whose blocks are whole."""
    by_arm = {str(entry["name"]): blocks[entry["block"]] for entry in listed if entry["block"] in blocks}
    arms = tuple(_stored_arm(entry, by_arm[str(entry["name"])]) for entry in listed if entry["name"] in by_arm)
    described = origin["study"]
    seeds = next(iter(by_arm.values())).record.seeds
    since = described.get("since")
    starts = since if isinstance(since, int) and not isinstance(since, bool) and since >= 0 else None
    whole = Study(str(described.get("name", "")), str(described.get("question", "")), arms, seeds, starts)
    return whole.only(by_arm), by_arm


def _as_found(name: str, blocks: Mapping[str, Block], said: list[str]) -> tuple[Study, dict[str, Block]]:
    """A study of the blocks over the most common seeds, named by what differs; what is left out is said."""
    seeds = [block.record.seeds for block in blocks.values()]
    common = max(dict.fromkeys(seeds), key=seeds.count)
    chosen = [block for block in blocks.values() if block.record.seeds == common]
    chosen.sort(key=lambda block: (len(block.scenario.get("policies") or {}), block.key))
    if others := len(blocks) - len(chosen):
        said.append(f"{others} of {len(blocks)} blocks are left out: they are over other seeds than most.")
    called = titles([(stem(list(block.scenario.get("policies") or {})), block.scenario) for block in chosen])
    by_arm = dict(zip(apart(called, [block.identity for block in chosen]), chosen, strict=True))
    bare = {title: block for title, block in by_arm.items() if not block.scenario.get("policies")}
    entries = []
    for title, block in by_arm.items():
        base = None if title in bare else _base(block, bare)
        if base is None and title not in bare:
            said.append(f"{title} is not compared: its baseline is not here, or cannot be told from others.")
        entries.append({"name": title, "title": title_of(title), "baseline": base})
    arms = tuple(_stored_arm(entry, by_arm[str(entry["name"])]) for entry in entries)
    question = f"How do the scenarios in {name} differ from doing nothing?"
    return Study(name, question, arms, common), by_arm


def _base(block: Block, bare: Mapping[str, Block]) -> str | None:
    """Name of the block's baseline: by identity, which knows the bytes of the user's files.

    Blocks of older code do not say it; then by the scenario, where one baseline alone fits.
    """
    if block.baseline_identity:
        fitting = [title for title, other in bare.items() if other.identity == block.baseline_identity]
    else:
        fitting = [title for title, other in bare.items() if _bare(other) == _bare(block)]
    return fitting[0] if len(fitting) == 1 else None


def _bare(block: Block) -> dict[str, Any]:
    """A block's scenario without its policies: what it shares with its baseline."""
    return {key: value for key, value in block.scenario.items() if key != "policies"}


def _stored_arm(entry: Mapping[str, Any], block: Block) -> Arm:
    """An arm from a block; its identity is the stored one, since the user's files may be gone."""
    from sim.scenario import Scenario

    arm = Arm(str(entry["name"]), str(entry["title"]), Scenario.from_dict(block.scenario), entry.get("baseline"))
    return dataclasses.replace(arm, known_identity=block.identity)
