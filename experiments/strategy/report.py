"""The report of a strategy study: a page with everything, a page for an executive, charts, and all their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.analysis.verdicts import Settled
from experiments.charts.inline import inline_svg
from experiments.files import write_text
from experiments.report import LIMITS
from experiments.report_tables import arms as arms_table
from experiments.report_tables import identities, origin
from experiments.strategy import grids, words, words_beyond, words_failures
from experiments.strategy.charts import MOST_IN_SUMMARY, SUMMARY, Drawn, draw_charts
from experiments.strategy.figures import NAME, Figures, write_figures
from experiments.strategy.figures_all import figures_of
from experiments.strategy.said import Said
from experiments.strategy.words_arms import called

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer

REPORT, SUMMARY_PAGE, CHARTS = "report.html", "summary.html", "charts"
MOST_UNKNOWN = 4
"""What is not known, on the summary; the report says all of it."""

CANNOT = (
    ("An effect here is an effect in the model, not a forecast.",
     "The report says what follows from the assumptions, and how surely. Trust the order and the rough size of effects "
     "more than the digits."),
    ("A share of futures is not a probability.",
     "Futures are drawn evenly from the ranges that you gave. Another range, or a part of it that is likelier than the "
     "rest, gives another share."),
    ("Regret knows only the arms of this study.",
     "It is measured against the best of them in each future; a policy that nobody thought of may be better than all."),
    ("The first arm was chosen by the same runs that describe it.",
     "What is best of several by chance looks better than it is. Where arms are close together, expect the first to do "
     "a little less well than shown."),
)  # fmt: skip
"""What a strategy study cannot say, before what the model cannot: head and explanation."""


def write_strategy_report(folder: Path, answer: Answer, provenance: Mapping[str, Any]) -> None:
    """Write `report.html`, `summary.html`, `numbers.json` and the charts of an answer, each whole or not at all.

    Everything that users named reaches the pages through an escaping template; there is no script in them, and they
    load nothing.

    Args:
        folder: where they go.
        answer: what the study says; whatever it lacks is left out.
        provenance: `command` and whatever else says where the results come from.

    Raises:
        OSError: something cannot be written.
    """
    figures = figures_of(answer)
    drawn = draw_charts(answer, figures, folder / CHARTS)
    given = {
        "study": answer.design.study.name,
        "question": answer.design.study.question or answer.design.study.name,
        "told": words.told(answer, figures),
        "unknown": list(words_beyond.unknown(answer, figures)),
        "charts": {each.chart.name: _chart(each) for each in drawn},
        "facts": grids.facts(answer, figures),
        "assumptions": grids.assumptions(answer, figures),
        "command": str(provenance.get("command", "")),
        "notes": list(map(str, _list(provenance.get("warnings")))),
    }
    write_text(folder / SUMMARY_PAGE, _page("strategy_summary.html.j2", given | _summary(answer, figures)))
    write_text(folder / REPORT, _page("strategy_report.html.j2", given | _report(answer, figures, drawn, provenance)))
    write_figures(folder / NAME, figures)


def _page(template: str, given: Mapping[str, Any]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("experiments", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(template).render(**given)


def _chart(drawn: Drawn) -> dict[str, Any]:
    """A chart with its SVG, its words, and the ids of its numbers."""
    from markupsafe import Markup

    chart = drawn.chart
    return {
        "name": chart.name, "title": chart.title, "caption": chart.caption, "kinds": drawn.kinds,
        "stand_ins": chart.stand_ins,
        "svg": Markup(inline_svg(chart)),  # drawn by us: names in it are escaped text nodes
    }  # fmt: skip


def _summary(answer: Answer, figures: Figures) -> dict[str, Any]:
    """What the page for an executive says beside the answer."""
    return {
        "short": grids.short(answer, figures, MOST_IN_SUMMARY),
        "arms": figures.get("study", "arms"),
        "more": len(answer.arms) > MOST_IN_SUMMARY,
        "chart": SUMMARY,
        "matters": _settled(answer, figures)[:1],
        "most_unknown": MOST_UNKNOWN,
    }


def _report(answer: Answer, figures: Figures, drawn: Sequence[Drawn], provenance: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the full report; whatever the answer lacks is empty."""
    return {
        "short": grids.short(answer, figures, len(answer.arms)),
        "effects": list(grids.effects(answer, figures)),
        "robustness": list(grids.robustness(answer, figures)),
        "frontier": grids.frontier(answer, figures),
        "steps": grids.steps(answer, figures),
        "failures": list(grids.failures(answer, figures)),
        "patterns": _kept(
            [words_failures.pattern(answer, figures, arm, called(answer, arm)) for arm in answer.failures]
        ),
        "portfolio": grids.portfolio(answer, figures),
        "searched": words_failures.portfolio(answer, figures),
        "waits": list(grids.waits(answer, figures)),
        "matters": _kept([words_beyond.screening(answer, figures), words_beyond.sensitivity(answer, figures)]),
        "sensitivity": list(grids.sensitivity(answer, figures)),
        "names": [each.chart.name for each in drawn if each.chart.name != SUMMARY],
        "stand_ins": {name: text for each in drawn for name, text in each.chart.stand_ins.items()},
        "scenarios": arms_table(answer.design.study),
        "origin": origin(provenance),
        "identities": identities(answer.design.study, provenance),
        "origins": grids.origins(figures),
        "numbers": len(figures),
        "filled": list(map(str, _list(provenance.get("assumptions")))),
        "limits": (*CANNOT, *LIMITS[1:-1]),
    }


def _settled(answer: Answer, figures: Figures) -> list[Said]:
    """Which assumptions matter, as far as a ranking has settled."""
    parts = ((answer.sensitivity, words_beyond.sensitivity), (answer.screening, words_beyond.screening))
    return [said(answer, figures) for found, said in parts
            if found is not None and isinstance(found.verdict, Settled)]  # fmt: skip


def _kept(said: Sequence[Said]) -> list[Said]:
    return [each for each in said if each]


def _list(value: Any) -> Sequence[Any]:
    """A list of provenance; nothing where it is none."""
    return value if isinstance(value, list | tuple) else ()
