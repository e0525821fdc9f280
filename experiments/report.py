"""The report of a study: one self-contained page that opens with no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import report_tables as tables
from experiments import sentences
from experiments.charts.inline import inline_svg
from experiments.charts.scene import MOST_ARMS
from experiments.files import write_text
from experiments.statistics import FEWEST_PAIRS
from experiments.wording import plural

if TYPE_CHECKING:
    from experiments.charts import Chart
    from experiments.comparison import Comparison
    from experiments.study import Study
    from sim.recorder import Record

LIMITS = (
    ("An effect here is an effect in the model, not a forecast.",
     "The report says what follows from the assumptions, and how surely. It does not say that your organization "
     "will move by as many points. Trust the order and the rough size of effects more than the digits."),
    ("The parameters are not calibrated on your organization.",
     "How fast people learn, forget and come to trust each other is taken from published studies and plausible "
     "defaults. Even when people and ties are your own, these numbers are not."),
    ("Intervals hold chance, not doubt about the model.",
     "They come from the worlds that were drawn, so more seeds make them narrower. They leave out that the model "
     "may be wrong and that its parameters are uncertain; vary the parameters you doubt before you decide. Of outcomes "
     "that hang on a few events, such as a leader who leaves, an interval of 95 % from 32 worlds holds the truth in "
     "some 90 to 93 of 100 studies."),
    ("Ties are who can learn from whom, as far as the input knows.",
     "Mail and calendars show contact, not attention or liking. People whom the data do not show are not in the "
     "model."),
    ("Mastery is one number a person and topic.",
     "It stands for what someone can do, not for documents, certificates or single facts, and it is never tested in "
     "the model."),
    ("Trust is all the chemistry there is.",
     "Personality, rivalry, rank beyond four levels, politics and friendship act only as far as they change trust, "
     "contact or willingness. Two people who cannot stand each other look like any others."),
    ("Strategy, hiring and structure stay out.",
     "Bets on products and markets, roadmaps, whom to hire or promote, mergers, and a reorganization's side effects "
     "are not modelled. People leave and are replaced at the rates given, whatever the policy does to their mood or "
     "career."),
    ("All knowledge may be shared.",
     "Confidential content, information barriers, export rules and competition law do not exist in the model."),
    ("Costs are hours and money booked by the policy.",
     "Work left undone in those hours, the effort of introducing a policy, resistance to it, and what better "
     "knowledge earns are for you to judge."),
    ("Policies are carried out as described.",
     "Programmes that are announced and not kept up can be modelled by coverage, intensity and an end, but only if "
     "you set them."),
    ("Many comparisons find something.",
     "Of twenty true nothings, about one shows an interval that leaves out zero. Read the headline metric first, "
     "then the target of each policy: for these, p after Holm takes account of their number. Treat surprises further "
     "down the table as questions."),
)  # fmt: skip
"""What the model cannot say: head and explanation."""


def write_report(
    path: Path, study: Study, records: Mapping[str, Record], comparison: Comparison, charts: Sequence[Chart], *,
    provenance: Mapping[str, Any], assumptions: Sequence[str], warnings: Sequence[str],
) -> None:  # fmt: skip
    """Write the report of a study, whole or not at all.

    Everything that users named reaches the page through an escaping template; there is no script in it.

    Args:
        path: where the page goes.
        charts: as drawn by `experiments.charts.draw_charts`.
        provenance: `command` and whatever else says where the results come from.
        assumptions: what was filled in because the input did not say it.
        warnings: what the reader of the results should know about the input.

    Raises:
        OSError: the page cannot be written, or a chart not be read.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("experiments", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = environment.get_template("report.html.j2").render(
        **_words(study, comparison),
        **_figures(charts),
        **_tables(study, records, comparison, provenance),
        assumptions=list(assumptions),
        warnings=list(warnings),
        command=str(provenance.get("command", "")),
        limits=LIMITS,
    )
    write_text(path, page)


def _words(study: Study, comparison: Comparison) -> dict[str, Any]:
    """Question and answer, and the sentences beside the tables."""
    worlds = len(comparison.seeds)
    few = (
        f"Only {plural(worlds, 'world')}: intervals are wide and the spread of outcomes is hardly seen. "
        "Run at least 16 seeds before relying on this."
    )
    shown = min(len(comparison.arms), MOST_ARMS)
    return {
        "study": study.name,
        "question": study.question or study.name,
        "headline": sentences.headline(comparison),
        "answers": sentences.answers(comparison),
        "few_worlds": few if 0 < worlds < sentences.FEW_WORLDS else "",
        "certain": sentences.certainty(comparison),
        "savings": sentences.savings(comparison),
        "left_out": comparison.left_out,
        "shown_arms": shown,
        "all_arms": len(comparison.arms),
        "hidden_arms": shown < len(comparison.arms),
        "metrics_note": (
            "A level is the mean of the last 13 weeks; a flow, rate or ratio is taken over all weeks from week "
            f"{comparison.since} on, when the first policy of the study starts, the same for every arm. Intervals are "
            "95 %, by Student's t over the paired differences of the worlds; “middle 80 %” runs from the 10th to the "
            "90th percentile over worlds and stands below each mean. Independent seeds: how many an unpaired "
            "comparison would have needed for the same interval. Effects per hour divide by the extra hours a "
            "person-week averaged over the whole run."
        ),
        "certainty_caption": (
            "The headline metrics and what each policy aims at. By bootstrap: bias-corrected and accelerated, which "
            f"does not take differences for symmetric; from {FEWEST_PAIRS} worlds on. After Holm: corrected for all "
            "rows of this table. Half-width: how far the interval reaches to either side. Seeds: how many worlds "
            "would bring it to 0.1 points, if differences go on varying as they do."
        ),
        "short_caption": (
            "Need met and adequacy are means of the last 13 weeks. The interval is for the mean over worlds; the "
            "middle 80 % of worlds says how far one world may lie from it. Hours are averaged over people and over "
            "the whole run."
        ),
    }


def _figures(charts: Sequence[Chart]) -> dict[str, Any]:
    """The charts with their SVG; of the flows, the first is shown and the others can be opened."""
    from markupsafe import Markup

    drawn = [
        {
            "name": chart.name, "title": chart.title, "caption": chart.caption,
            "svg": Markup(inline_svg(chart)),  # drawn by us: names in it are escaped text nodes
        }
        for chart in charts
    ]  # fmt: skip
    flows = [chart for chart in drawn if str(chart["name"]).startswith("flow-")]
    stand_ins = {name: text for chart in charts for name, text in chart.stand_ins.items()}
    return {
        "charts": [chart for chart in drawn if chart not in flows[1:]], "more_flows": flows[1:], "stand_ins": stand_ins,
    }  # fmt: skip


def _tables(
    study: Study, records: Mapping[str, Record], comparison: Comparison, provenance: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "short": tables.short(comparison),
        "certainty": tables.certainty(comparison),
        "full": tables.full(comparison),
        "glossary": tables.glossary(comparison),
        "facts": tables.facts(study, records, comparison),
        "arms": tables.arms(study),
        "origin": tables.origin(provenance),
        "identities": tables.identities(study, provenance),
    }
