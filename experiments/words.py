"""One word of the command line: what it must not hold, and what Hydra's grammar reads in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from experiments.launching import launchers
from sim.parse import suggestion
from sim.problems import Problem

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

LAUNCHER, LAUNCHER_KEYS = launchers.GROUP, launchers.KEYS
GROUPS = ("study", "scenario", "organization")
STUDY_KEYS = ("name", "question", "seeds", "scenarios", "strategy")

_MOST_TEXT = 5_000
_MOST_DEPTH = 10
_DIGITS = 12
_TEXT_KEYS = re.compile(r"question|name|organization\.(people|ties|columns\.[^.]+)")
_NUMBER = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?")


def refusal(token: str, key: str) -> tuple[str, str] | None:
    """Cause and mend if the token must not even be parsed."""
    depth = deepest = 0
    for character in token:
        depth += (character in "[{(") - (character in "]})")
        deepest = max(deepest, depth)
    if token.startswith("-"):
        return "there is no such option", "settings are written KEY=VALUE; see --help"
    if not token.isprintable():
        return "holds a control character", "remove it"
    if len(token) > _MOST_TEXT or deepest > _MOST_DEPTH:
        return "is too long or too deep for an override", "write a file and give it as file=PATH"
    if "${" in token:
        return "asks for interpolation, which is refused", "write the value itself"
    if any(part.startswith("_") and part.endswith("_") for part in re.split(r"[.@{,:\s]", key) if part):
        return "nothing that is given here is ever called", "remove it"
    hydra = key == "hydra" or key.startswith(("hydra.", "hydra/"))
    if hydra and key not in (LAUNCHER, *LAUNCHER_KEYS):
        allowed = ", ".join((LAUNCHER, *LAUNCHER_KEYS))
        launcher = key.startswith(("hydra.launcher", "hydra/launcher"))
        mend = suggestion(key, (LAUNCHER, *LAUNCHER_KEYS)) if launcher else "use out=PATH to write elsewhere"
        return f"of Hydra only {allowed} can be set", mend
    if "=" not in token and not token.startswith("~"):
        document = token.endswith((".yaml", ".yml"))
        return "is not an override", f"write file={token}" if document else "write KEY=VALUE, such as seeds=16"
    return None


def as_text(token: str, multirun: bool) -> str:
    """The token with its value quoted where the key holds text: paths and headings may hold anything."""
    key, equals, value = token.partition("=")
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    plain = key.lstrip("+")
    if not equals or quoted or not _TEXT_KEYS.fullmatch(plain) or (multirun and "," in value):
        return token
    if plain == "organization.people" and _NUMBER.fullmatch(value):
        return token
    from hydra.core.override_parser.types import Quote, QuotedString

    return f"{key}={QuotedString(value, Quote.single).with_quotes()}"


def parse(token: str) -> Override | str:
    """The override that Hydra reads, or why it cannot."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return OverridesParser.create().parse_override(token)
    except HydraException as error:
        return str(error.__cause__ or error).splitlines()[0]


def range_values(override: Override) -> str:
    """What a `range(...)` steps through, written out; empty for every other value.

    Rounded, and the end left out, since Hydra adds the steps up: 0.1 + 0.1 + 0.1 is not 0.3.
    """
    if not override.is_range_sweep():
        return ""
    values: list[Any] = list(override.sweep_iterator())
    rounded = [float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value for value in values]
    return ",".join(str(value) for value in rounded if value != getattr(override.value(), "stop", None))


def value_problem(token: str, override: Override, multirun: bool) -> Problem | None:
    """What is wrong with the value's form, whatever its key."""
    if override.is_sweep_override():
        if not multirun:
            return Problem(shown_word(token), "gives several values", "add -m to run each, or write a list as [1,2]")
        if not override.is_discrete_sweep() or getattr(override.value(), "shuffle", False):
            return Problem(shown_word(token), "is not a plain list of values", "write them out, as in key=1,2,3")
        if override.key_or_group in STUDY_KEYS:
            return Problem(
                shown_word(token), "every scenario has the same", "give one value; a list of seeds is seeds=[1,2,3]"
            )
        values: list[Any] = list(override.sweep_iterator()) if override.key_or_group not in (*GROUPS, "policy") else []
    else:
        values = [] if override.is_delete() else [override.value()]
    if any(_calls(value) for value in values):
        return Problem(
            shown_word(token), "nothing that is given here is ever interpolated or called", "write plain values"
        )
    return None


def _calls(value: Any) -> bool:
    """Whether a parsed value holds an interpolation, a missing mark or a key that asks for a call."""
    if isinstance(value, dict):
        return any(_calls(key) or _calls(item) or _reserved(key) for key, item in value.items())
    if isinstance(value, list):
        return any(_calls(item) for item in value)
    return isinstance(value, str) and ("${" in value or value == "???")


def _reserved(key: object) -> bool:
    text = str(key)
    return text.startswith("_") and text.endswith("_")


def shown_word(token: str) -> str:
    """A token as problems quote it: short and printable."""
    token = token or "(an empty word)"
    text = token if len(token) <= 100 else token[:97] + "..."
    return text if text.isprintable() else ascii(text)
