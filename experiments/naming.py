"""Names and titles of scenarios that nobody named: from their policies, and from what else differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

BASELINE = "baseline"
_ABSENT = object()
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
    varying = {key: _tails(key, flats) for key in _varying(flats)}
    found = []
    for (called, data), values in zip(scenarios, flats, strict=True):
        policies = len(data.get("policies") or {})
        parts = [
            _part(key, values.get(key, _ABSENT), tails, policies)
            for key, tails in varying.items()
            if key in values or _could_have(key, values, flats)
        ]
        found.append(", ".join([called, *parts]))
    return found


def apart(names: Sequence[str], identities: Sequence[str]) -> list[str]:
    """The names, with the beginning of the scenario's identity where a name would stand for several scenarios."""
    times = Counter(names)
    return [
        f"{name} ({identity[:8]})" if times[name] > 1 else name
        for name, identity in zip(names, identities, strict=True)
    ]


def _varying(flats: Sequence[Mapping[str, Any]]) -> list[str]:
    """Keys that differ, or that some scenarios lack although they could have them."""
    keys = dict.fromkeys(key for values in flats for key in values)
    return [key for key in keys if _varies(key, flats)]


def _varies(key: str, flats: Sequence[Mapping[str, Any]]) -> bool:
    """Whether scenarios whose key would mean the same have different values of it."""
    seen: dict[tuple[Any, ...], set[str]] = {}
    for values in flats:
        if key in values or _could_have(key, values, flats):
            kinds = tuple(values.get(kind) for kind in _kinds_above(key))
            seen.setdefault(kinds, set()).add(repr(values[key]) if key in values else "")
    return any(len(found) > 1 for found in seen.values())


def _could_have(key: str, values: Mapping[str, Any], flats: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a scenario without the key lacks it by choice: it is not a part of another kind of thing.

    The presence of a policy is told by the stem.
    """
    if key.startswith("policies.") and key.endswith(".kind"):
        return False
    mine = tuple(values.get(kind) for kind in _kinds_above(key))
    return any(key in other and tuple(other.get(kind) for kind in _kinds_above(key)) == mine for other in flats)


def _kinds_above(key: str) -> list[str]:
    """Keys of the kinds of what a key is part of, such as `organization.kind` of `organization.people`."""
    parts = key.split(".")
    above = [".".join([*parts[:length], "kind"]) for length in range(1, len(parts))]
    return [kind for kind in above if kind != key]


def _tails(key: str, flats: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Each text of a key as the shortest end of a path that tells it from the others."""
    texts = dict.fromkeys(values[key] for values in flats if isinstance(values.get(key), str))
    parts = {text: text.replace("\\", "/").rstrip("/").split("/") for text in texts}
    for length in range(1, max(map(len, parts.values()), default=0) + 1):
        tails = {text: "/".join(of[-length:]) for text, of in parts.items()}
        if len(set(tails.values())) == len(texts):
            return tails
    return {text: text for text in texts}


def _part(key: str, value: Any, tails: Mapping[str, str], policies: int) -> str:
    """One difference in words; `tails` is how texts are shown."""
    shown = "not given" if value is _ABSENT else "none" if value is None else value
    if isinstance(value, str):
        shown = tails[value]
    if key in _WORDS and not (key == "organization.people" and isinstance(value, str)):
        return _WORDS[key].format(shown)
    if key.startswith("policies."):
        _, label, *rest = key.split(".")
        words = " ".join(rest).replace("_", " ")
        return f"{words} {shown}" if policies == 1 else f"{label} {words} {shown}"
    return f"{key.replace('.', ' ').replace('_', ' ')} {shown}"
