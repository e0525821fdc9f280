"""What policies may bend, and how bends combine.

    value = clip((base + sum of adds) * product of (1 + scale))

Contributions are reduced in label order, so the order of policies in a file changes nothing, and a lever
remembers who bent it by how much. Norms and pulls take `add` only: a norm moves the state slowly, a pull acts
this week alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
ZERO, ONE = np.float32(0.0), np.float32(1.0)
ORGANIZATION, DEPARTMENT, PAIR, PERSON = "organization", "department", "pair", "person"


@dataclass(frozen=True)
class Lever:
    """One thing that policies may bend.

    Attributes:
        base: its value without any policy, unless the scenario says it.
    """

    name: str
    of: str
    doc: str
    chance: bool = False
    additive_only: bool = False
    base: float = 1.0


def _culture(name: str, of: str) -> tuple[Lever, Lever]:
    return (
        Lever(f"{name}.norm", of, f"where {name} slowly moves to", chance=True, additive_only=True),
        Lever(f"{name}.pull", of, f"added to {name} this week only", additive_only=True),
    )


LEVERS: dict[str, Lever] = {
    lever.name: lever
    for lever in (
        *_culture("safety", DEPARTMENT),
        *_culture("clarity", PAIR),
        *_culture("willingness", PAIR),
        *_culture("reliability", PAIR),
        *_culture("engagement", PERSON),
        Lever("contact", PAIR, "factor on the contact of ties between two departments"),
        Lever("teaching", PERSON, "how well a source passes on what it knows"),
        Lever("absorption", PERSON, "factor on the learner's rate"),
        Lever("hours", PERSON, "time for learning from others, hours a week"),
        Lever("practice", PERSON, "factor on practice of own topics"),
        Lever("attendance", PERSON, "chance to attend a session", chance=True),
        Lever(
            "invitation",
            PERSON,
            "chance that who would stay away comes all the same, asked again",
            chance=True,
            base=0.0,
        ),
        Lever("turnover", PERSON, "factor on the hazard to leave"),
        Lever("forgetting", PERSON, "factor on forgetting"),
        Lever("reach", PERSON, "factor on the coverage of policies that draw members"),
        Lever(
            "handover", PERSON, "share of a leaver's lead that the newcomer in the seat inherits", chance=True, base=0.0
        ),
        Lever("readiness", PERSON, "share of the loss at a frontier shock that is avoided", chance=True, base=0.0),
        Lever("codifying", PERSON, "share of what one could add to the knowledge base that one writes down", base=0.0),
        Lever("lookup", PERSON, "chance to look up what one needs most", chance=True, base=0.0),
        Lever("push", PERSON, "chance to be sent what is fresh of it", chance=True, base=0.0),
        Lever("tagging", ORGANIZATION, "chance that what is looked up is found", chance=True, base=0.0),
        Lever("reading", ORGANIZATION, "factor on what a reading brings"),
        Lever("curation", ORGANIZATION, "how far a reading renews what is read", base=0.0),
        Lever("referral", PERSON, "how far contacts of trusted contacts help in a challenge", chance=True, base=0.0),
        Lever("directory", PERSON, "chance that the best source of a topic is named", chance=True),
        Lever("invitation", PERSON, "chance that who is no member is invited to a session", chance=True, base=0.0),
        Lever("unblocking", DEPARTMENT, "chance that an owner clears a blocked challenge", chance=True),
        Lever("facilitation", ORGANIZATION, "added to the facilitation of sessions", chance=True, base=0.0),
    )
}


@dataclass(frozen=True)
class Bend:
    """A policy's contribution to one lever, already times the policy's strength.

    `add` and `scale` broadcast to the lever: (world, 1) of an organization, (world, department), (world, learner's
    department, source's department) or (world, person). A mask is written into them as zeros.
    """

    lever: str
    add: Any = None
    scale: Any = None


@dataclass
class Levers:
    """The value of every lever in one week.

    Attributes:
        base: values without any policy, by lever name, at full shape.
        values: values this week.
        contributions: by lever, what each policy label added and scaled, for charts that say why.
    """

    base: dict[str, Values]
    values: dict[str, Values] = field(init=False)
    contributions: dict[str, dict[str, tuple[Bend, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = dict(self.base)

    def __getitem__(self, name: str) -> Values:
        return self.values[name]

    def apply(self, bends: Iterable[tuple[str, Bend]]) -> None:
        """Set the week's values from (policy label, bend) pairs; levers that nobody bends return to their base.

        Raises:
            KeyError: no lever has that name.
            ValueError: a norm or a pull is scaled.
        """
        before = self.contributions
        self.contributions = {}
        for label, bend in sorted(bends, key=lambda pair: pair[0]):
            lever = LEVERS[bend.lever]
            if lever.additive_only and bend.scale is not None:
                raise ValueError(f"{bend.lever} takes add only")
            by_label = self.contributions.setdefault(bend.lever, {})
            by_label[label] = (*by_label.get(label, ()), bend)
        for name in before:
            self.values[name] = self.base[name]
        for name, by_label in self.contributions.items():
            self.values[name] = _reduced(LEVERS[name], self.base[name], by_label)


def _reduced(lever: Lever, base: Values, by_label: dict[str, tuple[Bend, ...]]) -> Values:
    bends = [bend for several in by_label.values() for bend in several]
    adds = [np.asarray(bend.add, np.float32) for bend in bends if bend.add is not None]
    scales = [np.asarray(bend.scale, np.float32) for bend in bends if bend.scale is not None]
    value = np.empty(base.shape, np.float32)
    whole = base
    for add in adds:
        whole = np.add(whole, add, out=value)
    for scale in scales:
        whole = np.multiply(whole, ONE + scale, out=value)
    if lever.chance:
        return np.minimum(np.maximum(whole, ZERO, out=value), ONE, out=value)
    return whole if lever.additive_only else np.maximum(whole, ZERO, out=value)
