"""The command `watercooler`: reads the command line and calls one command; imports nothing heavy itself."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from threading import current_thread, main_thread

from sim.problems import InputError, Problem

MISTAKE, FAILED, STOPPED = 2, 1, 130
_GOES_ON = "\nStopped. Runs that were finished are kept; the same command goes on from there."

_OVERRIDES = """\
overrides, any number of them:
  study=demo                     a question and its scenarios, from configs/study
  scenario=rotation              one scenario, from configs/scenario
  file=PATH                      your own scenario or study (YAML)
  organization=synthetic|files   whose organization; with files:
    organization.people=PATH organization.ties=PATH organization.columns.id=HEADING
  seeds=32  seeds=[1,5,9]  seed=1
  weeks=156
  +policy@policies=[rotation,mentorship]   policies, instead of study= and scenario= or added to file=
  +policies.LABEL.kind=mentorship   add one policy;  ~policies.rotation  removes one
  policies.rotation.coverage=0.2 learning.rate=0.1 ...   any parameter
  out=PATH                       where results go (default results/NAME)
  workers=N  threads=N           processes (default: one a processor), threads in each (default 1)
  plugins=MODULE[,MODULE]        your own rules and policies
  hydra/launcher=basic|joblib|ray|submitit_local|submitit_slurm   jobs of a launcher, as docs/clusters.md says;
    jobs=N  hydra.launcher.n_jobs=4  hydra.launcher.partition=NAME ...
"""
_STRATEGY = """\
  strategy.futures=50            futures that are sampled from the ranges of strategy.assumptions
  strategy.budget.hours=1.5  strategy.outcomes.need_met.smallest=2  strategy.precision.half_width=0.2
  strategy.sensitivity.trajectories=20  strategy.sensitivity.samples=512  strategy.search.trials=200
    all that a study can say, and a file to begin with: docs/studies.md
"""
_HEADINGS = """\
overrides, any number of them:
  organization.columns.id=HEADING   your heading of a column, likewise department, level, learner, source, weight ...
"""
_EXAMPLES = {
    "run": "  watercooler run scenario=rotation seed=1\n  watercooler run file=scenario.yaml weeks=52",
    "sweep": "  watercooler sweep study=demo\n  watercooler sweep file=scenario.yaml seeds=16\n"
    "  watercooler sweep -m '+policy@policies=[],[rotation],[rotation,mentorship]' organization.people=240,480",
    "study": "  watercooler study study=strategy\n  watercooler study file=study.yaml strategy.futures=100 seeds=32",
    "plan": "  watercooler plan --profile scenario=together organization.people=1000",
    "check": "  watercooler check people.csv ties.csv organization.columns.id=node organization.columns.source=sender",
}
_READERS = ("why", "report", "policies")
"""Commands that look at what is there, and would run nothing in any case."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: words of the command line; those of the process by default.

    Returns:
        0; 1 if something failed; 2 for a mistake in what was given; 130 after Ctrl-C.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options, rest = parser.parse_known_args(words)
    with _interrupts_remembered() as interrupts:
        try:
            return _call(options, rest, words)
        except BaseException as error:
            if interrupts or isinstance(error, KeyboardInterrupt):
                _stop_workers()
                print(_GOES_ON, file=sys.stderr)
                return STOPPED
            return _failed(error, options.command)


def _failed(error: BaseException, command: str | None) -> int:
    """Say what went wrong, where that is for people; anything else is a mistake of ours, and raised again."""
    if isinstance(error, InputError):
        _stop_workers()
        _print_problems(error.problems, ran=command not in _READERS)
        return MISTAKE
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        return FAILED
    if isinstance(error, OSError):
        _stop_workers()
        print(f"Failed: {error}", file=sys.stderr)
        return FAILED
    raise error


@contextmanager
def _interrupts_remembered() -> Iterator[list[int]]:
    """Ctrl-C raises KeyboardInterrupt, and is noted: a library that is just being loaded makes another error of it."""
    noted: list[int] = []

    def interrupt(number: int, _: object) -> None:
        noted.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or current_thread() is not main_thread():
        yield noted  # somebody else's business
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop_workers() -> None:
    """End workers that are loading, compiling or drawing; Python would wait for them as it ends."""
    from experiments.workers import stop_workers

    stop_workers()


def _parser() -> argparse.ArgumentParser:
    """The command line's grammar; overrides are read apart, since they stand anywhere and begin with anything."""
    parser = argparse.ArgumentParser(
        prog="watercooler",
        description="Simulate how knowledge spreads through an organization, and which policies make it spread.",
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"watercooler {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    texts = {
        "run": "run one scenario and show its headline metrics",
        "sweep": "run all scenarios of a study, compare them with the baseline, and write the report",
        "study": "answer a question under uncertainty: effects, cost, robustness, and when a policy fails",
        "why": "show where a number of a report comes from: how it was computed, and from which runs",
        "report": "assemble tables, charts and report of a results folder again",
        "check": "validate your people and ties files and describe the organization in them",
        "policies": "list the policies, or all parameters of one",
        "validate": "check the model against what is known of organizations, fact by fact",
        "evidence": "measure what every policy, parameter or pair of policies does",
        "plan": "show what happens in a week, as a table; with --profile, what it costs",
    }
    made = {
        name: commands.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False,
            epilog=_epilog(name),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for name, text in texts.items()
    }  # fmt: skip
    made["sweep"].add_argument(
        "-m", "--multirun", action="store_true", help="Hydra multirun: key=1,2 makes a job of each value"
    )
    made["plan"].add_argument(
        "--profile", action="store_true", help="run a scenario for up to a year and show what each phase costs"
    )
    made["report"].add_argument("folder", type=Path, help="such as results/demo")
    made["why"].add_argument("folder", type=Path, help="such as results/strategy")
    made["why"].add_argument("number", nargs="?", help="such as effect/rotation/need_met; without it, all are listed")
    made["check"].add_argument(
        "people", help="CSV or Parquet: id, department; optional level, tenure, organization, topics"
    )
    made["check"].add_argument("ties", help="CSV or Parquet: learner, source; optional weight, trust, contact")
    made["policies"].add_argument("name", nargs="?", help="a policy")
    validate = made["validate"]
    validate.add_argument("facts", nargs="*", metavar="FACT", help="such as tie_strength; all where none is named")
    validate.add_argument("--seeds", type=_count, default=32, help="worlds in each condition (default 32)")
    validate.add_argument("--workers", type=_count, help="processes (default: one a processor)")
    validate.add_argument("--out", type=Path, help="folder for results (default results/validation)")
    validate.add_argument("--docs", type=Path, help="a folder that gets the page and its charts too")
    evidence = made["evidence"]
    evidence.add_argument("question", choices=("effects", "parameters", "interactions"), help="what to measure")
    evidence.add_argument("policies", nargs="*", metavar="POLICY", help="such as circles; all where none is named")
    evidence.add_argument("--workers", type=_count, help="processes (default: one a processor)")
    evidence.add_argument("--out", type=Path, help="folder for results (default results/evidence)")
    evidence.add_argument("--docs", type=Path, help="the folder of policies.md, whose table is written again")
    return parser


def _epilog(command: str) -> str | None:
    """What a command's help says of overrides, with examples; None where it takes none."""
    if command not in _EXAMPLES:
        return None
    overrides = _HEADINGS if command == "check" else _OVERRIDES + (_STRATEGY if command == "study" else "")
    return f"{overrides}\nexamples:\n{_EXAMPLES[command]}"


def _call(options: argparse.Namespace, rest: list[str], words: list[str]) -> int:
    """Import and call the command.

    Raises:
        InputError: with every problem of what was given.
    """
    if options.command == "run":
        from experiments.commands import run

        return run.main(rest, words)
    if options.command == "sweep":
        from experiments.commands import sweep

        return sweep.main(rest, words, multirun=options.multirun)
    if options.command == "study":
        from experiments.commands import study

        return study.main(rest, words)
    if options.command == "check":
        from experiments.commands import check

        return check.main(options.people, options.ties, rest)
    if options.command == "policies":
        from experiments.commands import policies

        return policies.main(options.name, _only_plugins(rest))
    if options.command == "report":
        from experiments.commands import report

        return report.main(options.folder, _only_plugins(rest))
    if options.command == "plan" and options.profile:
        from experiments.commands import profile

        return profile.main(rest)
    if rest:
        raise InputError([Problem(word, "has no place here", "see --help") for word in rest])
    if options.command in ("validate", "evidence"):
        from experiments.commands import evidence, validate
        from experiments.workers import Machine, default_workers

        machine = Machine(options.workers or default_workers())
        places = {"machine": machine, "out": options.out, "docs": options.docs}
        if options.command == "validate":
            return validate.main(options.facts, seeds=options.seeds, **places)
        return evidence.main(options.question, options.policies, **places)
    if options.command == "why":
        from experiments.commands import why

        return why.main(options.folder, options.number)
    if options.command == "plan":
        from experiments.commands import plan

        return plan.main()
    _parser().print_help()
    return MISTAKE


def _count(text: str) -> int:
    """A whole number from 1, for argparse."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 10_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 10000")
    return int(text)


def _only_plugins(rest: Sequence[str]) -> tuple[str, ...]:
    """The modules of `plugins=`, where nothing else has a place.

    Raises:
        InputError: with every other word.
    """
    other = [word for word in rest if not word.startswith("plugins=")]
    if other:
        raise InputError([Problem(word, "has no place here", "see --help") for word in other])
    return tuple(part for word in rest for part in word.removeprefix("plugins=").split(",") if part)


def _print_problems(problems: Sequence[Problem], *, ran: bool = True) -> None:
    """Print every problem, with what to do about it, to stderr; that nothing was run, only of what would run."""
    count = len(problems)
    told = "there is a problem." if count == 1 else f"there are {count} problems."
    print(f"Nothing was run: {told}" if ran else told[0].upper() + told[1:], file=sys.stderr)
    for problem in problems:
        place = f"{problem.place}: " if problem.place else ""
        print(f"  {place}{problem.cause}", file=sys.stderr)
        if problem.mend:
            print(f"      {problem.mend}", file=sys.stderr)


def _version() -> str:
    try:
        return metadata.version("watercooler")
    except metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
