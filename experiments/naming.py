"""Names and titles of scenarios that nobody named: from their policies, and from what else differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BASELINE = "baseline"
_WORDS = {
    "weeks": "{} weeks",
    "burn_in_weeks": "{} weeks of burn-in",
    "organization.kind": "{} organization",
    "organization.people": "{} people",
    "organization.departments": "{} departments",
    "organization.topics": "{} topics",
    "organization.sources": "{} sources each",
}


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Nested mappings as one mapping from dotted keys to values; lists stay whole."""
    if isinstance(value, Mapping) and value:
        return {
            key: item
            for name, part in value.items()
            for key, item in flat(part, f"{path}.{name}" if path else str(name)).items()
        }
    return {} if isinstance(value, Mapping) else {path: value}


def stem(policies: Sequence[str]) -> str:
    """What a scenario of these policy labels is called when nothing else differs."""
    return " + ".join(policies) or BASELINE


def title_of(name: str) -> str:
    """What people read for a name: spaces for underscores, and a capital where the name has none."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:] if words == words.lower() else words


def titles(scenarios: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """A title for each scenario that tells it from all others.

    Args:
        scenarios: what each is called so far, and its complete plain data.

    Returns:
        Titles such as `rotation + mentorship, 240 people`, in the same order.
    """
    flats = [flat(data) for _, data in scenarios]
    varying = _varying(flats)
    found = []
    for (called, data), values in zip(scenarios, flats, strict=True):
        labels = list(data.get("policies") or {})
        parts = [_part(key, values[key], len(labels)) for key in varying if key in values]
        found.append(", ".join([called, *parts]))
    return found


def _varying(flats: Sequence[Mapping[str, Any]]) -> list[str]:
    """Keys whose value differs between scenarios that have the key; presence of a policy is told by the stem."""
    keys = dict.fromkeys(key for values in flats for key in values)
    return [key for key in keys if len({repr(values[key]) for values in flats if key in values}) > 1]


def _part(key: str, value: Any, policies: int) -> str:
    """One difference in words."""
    shown = "none" if value is None else value
    if isinstance(value, str):
        shown = value.replace("\\", "/").rstrip("/").split("/")[-1]
    if key in _WORDS and not (key == "organization.people" and isinstance(value, str)):
        return _WORDS[key].format(shown)
    if key.startswith("policies."):
        _, label, *rest = key.split(".")
        words = " ".join(rest).replace("_", " ")
        return f"{words} {shown}" if policies == 1 else f"{label} {words} {shown}"
    return f"{key.replace('.', ' ').replace('_', ' ')} {shown}"
