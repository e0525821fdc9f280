"""The page of a validation: what was expected, what was found, and every chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.markdown import p_text, table
from experiments.validation.exact import ClosedForm
from experiments.validation.fact import EMERGENT, Fact
from experiments.validation.run import Validation

SHOWN, NOT_SHOWN, FAILED = "shown", "not shown", "not judged"
HEAD = """# Validation

What is known of how knowledge spreads in organizations, and whether the model shows it. `watercooler validate` runs
every fact as a paired experiment, the same worlds under the same chance in every condition, and writes this page. A
fact holds where every one-sided p that it rests on is below 0.01. Facts are built in (the model says so by
construction), calibrated (a default was set to give it) or emergent; only emergent ones are evidence. Those held back
were chosen by hash before any default was calibrated (`experiments/validation/held_back.yaml`), and not looked at until
that was done. Which defaults were moved, and for which of the others: `docs/calibration.md`.
"""


def verdict_of(validation: Validation, name: str) -> str:
    """A fact's verdict in a word or two."""
    if name in validation.failed:
        return FAILED
    return SHOWN if validation.findings[name].holds else NOT_SHOWN


def score(validation: Validation, *, held_back: bool) -> tuple[int, int]:
    """How many emergent facts are shown, and of how many, among those held back or the others."""
    names = [n for n, f in validation.facts.items() if f.kind == EMERGENT and f.held_back == held_back]
    return sum(verdict_of(validation, name) == SHOWN for name in names), len(names)


def summary(validation: Validation, forms: Sequence[ClosedForm]) -> str:
    """The result in a sentence."""
    shown, of = score(validation, held_back=False)
    kept, of_kept = score(validation, held_back=True)
    exact = sum(form.holds for form in forms)
    return (
        f"{shown + kept} of {of + of_kept} emergent facts are shown: {shown} of {of} that defaults could be calibrated "
        f"against, {kept} of {of_kept} held back. {exact} of {len(forms)} closed forms hold within rounding."
    )


def page(validation: Validation, forms: Sequence[ClosedForm], charts: Mapping[str, Path], folder: Path) -> str:
    """The page in Markdown.

    Args:
        charts: by fact. folder: of the page, from which charts are linked.
    """
    parts = [HEAD, f"**{summary(validation, forms)}** ({len(validation.seeds)} worlds in each condition.)\n"]
    rows = [
        (fact.title, _kind(fact), fact.source, *_result(validation, fact.name)) for fact in validation.facts.values()
    ]
    parts.append(table(("fact", "kind", "source", "p", "verdict"), rows))
    parts.append("## Closed forms\n")
    lines = [(f.title, f"`{f.formula}`", f"{f.largest:.1e}", "holds" if f.holds else "fails") for f in forms]
    parts.append(table(("what", "formula", "largest difference", "verdict"), lines))
    for name, fact in validation.facts.items():
        parts.append(_section(validation, fact, charts.get(name), folder))
    return "\n".join(parts)


def _kind(fact: Fact) -> str:
    return f"{fact.kind}, held back" if fact.held_back else fact.kind


def _result(validation: Validation, name: str) -> tuple[str, str]:
    if name in validation.failed:
        return "", FAILED
    return p_text(validation.findings[name].p), verdict_of(validation, name)


def _section(validation: Validation, fact: Fact, chart: Path | None, folder: Path) -> str:
    """One fact in full."""
    lines = [f"## {fact.title}\n", f"*{_kind(fact)[0].upper()}{_kind(fact)[1:]}; {fact.source}.*\n"]
    lines += [f"- Expected: {fact.expected}.", f"- Worlds: {fact.setting}."]
    if fact.name in validation.failed:
        return "\n".join([*lines, f"- Not judged: {validation.failed[fact.name]}.\n"])
    finding = validation.findings[fact.name]
    verdict = verdict_of(validation, fact.name)
    lines.append(f"- Found: {finding.found} (p {p_text(finding.p)}): {verdict}.")
    if finding.reason:
        lines.append(f"- Why not: {finding.reason}.")
    if chart is not None:
        lines.append(f"\n![{fact.title}: {verdict}]({chart.relative_to(folder).as_posix()})\n")
    return "\n".join(lines)
