"""`watercooler policies`: what can be tried, with every parameter, its default, range, meaning and source."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Iterator
from typing import Any

from experiments.commands.show import print_plain
from experiments.evidence import PAIRS
from experiments.plugins import load_plugins
from sim.parameters import REQUIRED, Parameter, describe
from sim.parse import suggestion
from sim.problems import InputError, Problem


def main(name: str | None, plugins: tuple[str, ...] = ()) -> int:
    """Print the catalogue, or one policy in full.

    Raises:
        InputError: there is no policy of that name.
    """
    load_plugins(plugins)
    from sim.policies import registry

    kinds = registry()
    if name is None:
        _catalogue(kinds)
    elif name in kinds:
        _in_full(name, kinds[name])
    else:
        raise InputError([Problem("policies", f"there is no policy {name!r}", suggestion(name, list(kinds)))])
    return 0


def rows(settings: type, prefix: str = "") -> Iterator[tuple[str, str, str, str, str]]:
    """Name, default, range, unit and meaning of every parameter of a settings class, nested ones dotted."""
    for field in dataclasses.fields(settings):
        if field.name == "kind" and field.default is not REQUIRED:
            continue  # which stands in the heading
        factory = field.default_factory
        default = factory() if factory is not dataclasses.MISSING else field.default
        if dataclasses.is_dataclass(default):
            yield from rows(type(default), f"{prefix}{field.name}.")
            continue
        described = describe(field)
        meaning = described.doc + (f" ({described.source})" if described.source else "")
        yield prefix + field.name, _shown(default), _range(described), described.unit, meaning


def _catalogue(kinds: dict[str, Any]) -> None:
    """One row a policy."""
    from rich.table import Table

    from sim.metrics import METRICS
    from sim.seats import SEAT_METRICS

    titles = {name: metric.title for name, metric in METRICS.items()}
    titles |= {name: metric.title for name, metric in SEAT_METRICS.items()}
    table = Table(box=None, pad_edge=False)
    for heading in ("policy", "what it does", "meant to move", "source"):
        table.add_column(heading, overflow="fold")
    for name, policy in kinds.items():
        title = titles.get(policy.target_metric, policy.target_metric)
        table.add_row(name, _first_line(policy), title, policy.sources)
    print_plain(table)
    print(f"\n{len(kinds)} policies. watercooler policies NAME lists one's parameters and what it bends;")
    print("policies.NAME.PARAMETER=VALUE sets one. What each brings, measured: docs/policies.md.")


def _in_full(name: str, policy: Any) -> None:
    """One policy with its parameters."""
    from rich.table import Table

    print(f"{name}: {inspect.cleandoc(policy.__doc__ or '').strip()}")
    print(f"Source: {policy.sources}")
    if policy.partner:
        print(f"Acts on: {policy.partner}")
    if policy.bent_levers:
        print(f"Bends: {', '.join(policy.bent_levers)}")
    if policy.written_state:
        print(f"Changes: {', '.join(policy.written_state)}")
    for words, others in _measured_together(name).items():
        print(f"{words}: {others}")
    print()
    table = Table(box=None, pad_edge=False)
    for heading in ("parameter", "default", "range", "unit", "meaning"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "parameter")
    for row in rows(policy.Settings):
        table.add_row(*row)
    print_plain(table)


def _measured_together(name: str) -> dict[str, str]:
    """With which of the strongest policies it brings more than the sum of both, and with which less, as measured."""
    if not PAIRS.is_file():
        return {}
    found: dict[str, list[str]] = {}
    for pair in json.loads(PAIRS.read_text(encoding="utf-8")):
        if name in pair["policies"]:
            (other,) = (kind for kind in pair["policies"] if kind != name)
            words = "More than the sum with" if pair["beyond"] > 0 else "Less than the sum with"
            found.setdefault(words, []).append(f"{other} ({pair['beyond']:+.2f} points of need met)")
    return {words: ", ".join(others) for words, others in found.items()}


def _first_line(policy: Any) -> str:
    """The first sentence of a policy's description."""
    return inspect.cleandoc(policy.__doc__ or "").split("\n\n")[0].replace("\n", " ").strip()


def _shown(value: Any) -> str:
    """A default as it would be written in a file."""
    if value is REQUIRED:
        return "required"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return "{}" if isinstance(value, dict) and not value else str(value)


def _range(described: Parameter) -> str:
    """The values that a parameter takes."""
    if described.choices:
        return " | ".join(described.choices)
    if described.low is None and described.high is None:
        return ""
    low = "" if described.low is None else f"{'above ' if described.low_excluded else ''}{described.low:g}"
    high = "" if described.high is None else f"{'below ' if described.high_excluded else ''}{described.high:g}"
    return f"{low} to {high}" if low and high else (f"{low} or more" if low else f"up to {high}")
