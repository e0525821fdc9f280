"""Write the tables of docs/model.md from the registries that the program itself reads: `make docs`.

Between `<!-- table NAME -->` and `<!-- end -->` stands what `TABLES[NAME]` gives; everything else is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from experiments.commands.policies import rows
from experiments.markdown import table
from sim import settings
from sim.levers import LEVERS
from sim.metrics import METRICS
from sim.plan import table as phases
from sim.scenario import Scenario
from sim.schema import FIELDS
from sim.seats import SEAT_METRICS

PAGE = Path(__file__).with_name("model.md")
MARKED = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def parameters(cls: type) -> str:
    """The parameters of a settings class."""
    marked = ((f"`{name}`", *rest) for name, *rest in rows(cls))
    return table(("parameter", "default", "range", "unit", "meaning"), marked)


def scenario() -> str:
    """What stands at the top of a scenario besides its sections."""
    marked = ((f"`{name}`", *rest) for name, *rest in rows(Scenario) if name in ("weeks", "burn_in_weeks"))
    return table(("parameter", "default", "range", "unit", "meaning"), marked)


def between(low: float, high: float) -> str:
    """A range in words."""
    return f"{low:g} or more" if high >= 2**31 - 1 else f"{low:g} to {high:g}"


def state() -> str:
    """The arrays of the state."""
    marked = ((f"`{f.name}`", ", ".join(f.dimensions), f.dtype, between(f.low, f.high), f.unit, f.doc) for f in FIELDS)
    return table(("array", "dimensions", "type", "range", "unit", "meaning"), marked)


def levers() -> str:
    """What policies may bend."""
    marked = ((f"`{x.name}`", x.of, "add" if x.additive_only else "add, scale", x.doc) for x in LEVERS.values())
    return table(("lever", "of each", "takes", "meaning"), marked)


def metrics() -> str:
    """What is measured."""
    marked = [
        (
            x.group,
            f"`{x.name}`",
            x.unit,
            between(x.low, x.high),
            x.better,
            x.doc + (f" ({x.source})" if x.source else ""),
        )
        for x in METRICS.values()
    ]
    return table(("group", "metric", "unit", "range", "better", "formula"), marked)


def seat_metrics() -> str:
    """What is measured of those whom policies treat."""
    marked = [(x.group, f"`{x.name}`", x.unit, x.better, x.doc) for x in SEAT_METRICS.values()]
    return table(("group", "metric", "unit", "better", "formula"), marked)


def week() -> str:
    """The phases of a week."""
    numbered = ((n, *row.values()) for n, row in enumerate(phases(), start=1))
    return table(("", "phase", "owner", "reads", "writes", "does"), numbered)


SECTIONS = {
    "learning": settings.Learning,
    "culture": settings.Culture,
    "trust": settings.Trust,
    "contacts": settings.Contacts,
    "sessions": settings.Sessions,
    "challenges": settings.Challenges,
    "turnover": settings.Turnover,
    "start": settings.Start,
    "newcomers": settings.Newcomers,
    "stays": settings.Stays,
    "adoption": settings.Adoption,
    "shock": settings.Shock,
    "knowledge": settings.Knowledge,
    "synthetic": settings.SyntheticOrganization,
    "files": settings.FilesOrganization,
    "topic": settings.Topic,
}
TABLES: dict[str, Callable[[], str]] = {
    "scenario": scenario,
    "state": state,
    "levers": levers,
    "metrics": metrics,
    "seat_metrics": seat_metrics,
    "week": week,
    **{name: lambda cls=cls: parameters(cls) for name, cls in SECTIONS.items()},  # type: ignore[misc]
}


def filled(text: str) -> str:
    """The page with every table as it is now."""
    return MARKED.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
