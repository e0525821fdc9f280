"""The worlds whose digests are kept: every part of the model, small enough to run in seconds without the jit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import worlds

from sim import MODEL_VERSION, OrganizationModel, Scenario
from sim.rules import PersonalRule, register

KEPT = Path(__file__).with_name("digests.json")
SEEDS = (1, 2, 2**62 + 3)
AFTER = (1, 13, 30)
"""Weeks done at which digests are taken."""

ROTATION: dict[str, Any] = {"kind": "rotation", "start_week": 2, "cadence": 6, "rest_weeks": 4}
MENTORSHIP: dict[str, Any] = {"kind": "mentorship", "start_week": 1, "rematch_weeks": 9}
RICH: dict[str, dict[str, Any]] = {
    "rotation": ROTATION | {"host": "greatest_need", "pathways": True, "stay_weeks": 3, "ramp_weeks": 8},
    "moves": {"kind": "rotation", "start_week": 4, "permanent": True, "coverage": 0.05, "intensity": 0.5},
    "incentives": {"kind": "incentives", "start_week": 3, "end_week": 22, "renewal_weeks": 7, "coverage": 0.7,
                   "rewards": {"sharing": 0.5, "mentoring": 0.25}, "targets": {"levels": [0, 1]}},
    "mentors": MENTORSHIP | {"matching": "complementarity", "introductions": 1, "two_way": 0.4, "facilitation": 0.6,
                             "coordinators": 2, "minimum_sessions": 4, "review": True},
    "reverse": MENTORSHIP | {"direction": "reverse", "boundary": "within", "mandatory": False, "coverage": 0.5,
                             "confidentiality": 0.8, "targets": {"levels": [1, 2, 3]},
                             "mentor_targets": {"levels": [0]}},
    "peers": MENTORSHIP | {"direction": "peer", "matching": "random", "cadence": 3, "capacity": 1},
}  # fmt: skip


@register
class Listen(PersonalRule):
    """A rule for one person, so that its draws, gains and writes are kept too."""

    kind = "golden_listen"

    def step(self, person: Any) -> None:
        """Learn from one trusted source, and take heart."""
        for contact in person.contacts:
            gap = contact.person.expertise - person.expertise
            if gap.max() > 0.2 and person.draw("listen", contact.person) < 0.3 * contact.trust:
                person.learn(gap.argmax(), 0.1 * gap.max())
                person.engagement = 0.9


def scenario(organization: Mapping[str, Any] | None = None, **sections: Any) -> Scenario:
    """40 people of four departments and eleven topics, for as long as digests are taken, with some turnover."""
    size = {"people": 40, "departments": 4, "topics": 11, "sources": 6}
    given: dict[str, Any] = {"turnover": {"hazard": [0.01] * 4}, "weeks": AFTER[-1]}
    return worlds.scenario(size | dict(organization or {}), **(given | sections))


def loaded(folder: Path) -> Scenario:
    """Two organizations from files: two departments each, uneven rows, blanks, and columns of all kinds."""
    people = ["id,department,level,tenure,organization,law,steel,tea"]
    ties = ["learner,source,weight,trust,contact"]
    for n in range(30):
        mastery = ["" if (n + k) % 5 == 0 else f"{(7 * n + 3 * k) % 11 / 10}" for k in range(3)]
        level = "" if n % 7 == 0 else str(n % 4)
        people.append(f"p{n:02},D{n % 4},{level},{n * 5},{'AB'[n % 4 // 2]},{','.join(mastery)}")
        for step in range(1, 2 + n % 6):
            trust = f"{(n + step) % 10 / 10}" if n % 3 else ""
            ties.append(f"p{n:02},p{(n + step * step) % 30:02},{1 + n % 4},{trust},{'' if n % 2 else 0.25}")
    files = worlds.files(folder, "\n".join(people) + "\n", "\n".join(ties) + "\n")
    policies = {
        "between": MENTORSHIP | {"boundary": "organization", "direction": "peer", "coverage": 0.5},
        "rotation": ROTATION | {"coverage": 0.3},
    }
    return Scenario.from_dict({"organization": files, "weeks": AFTER[-1], "burn_in_weeks": 3, "policies": policies})


def cases(folder: Path) -> dict[str, Scenario]:
    """Every case by name.

    Args:
        folder: where files of people and ties can be written; never part of a digest.
    """
    shape = {"dispersion": 0.7, "clustering": 0.4, "reciprocity": 0.2, "specialization": 0.5, "seed": 12}
    return {
        "baseline": scenario(),
        "rotation": scenario(policies={"rotation": ROTATION}),
        "incentives": scenario(policies={"incentives": {"kind": "incentives", "start_week": 2}}),
        "mentorship": scenario(policies={"mentorship": MENTORSHIP}),
        "rich": scenario(shape, policies=RICH),
        "files": loaded(folder),
        "burn-in": scenario(burn_in_weeks=7, policies={"rotation": ROTATION}),
        "quiet": scenario(shape, policies=RICH, challenges={"arrivals": 0}),
        "rule": scenario(rules={"listen": {"kind": "golden_listen"}}),
    }


def digests(world: Scenario) -> dict[str, list[str]]:
    """Digest of each seed's world after each of the chosen weeks."""
    model = OrganizationModel(world, seeds=SEEDS)
    found = {}
    for week in AFTER:
        while model.week < week:
            model.step()
        found[str(week)] = model.state.digest()
    return found


def measured(folder: Path) -> dict[str, Any]:
    """What the file should hold."""
    return {
        "model_version": MODEL_VERSION,
        "seeds": list(SEEDS),
        "digests": {name: digests(world) for name, world in cases(folder).items()},
    }


def kept() -> dict[str, Any]:
    """What the file holds."""
    content: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return content


def lively(world: Scenario) -> bool:
    """Whether people left and learned in it, so that its digest says something."""
    model = OrganizationModel(world, seeds=SEEDS).run()
    return bool(model.state.generation.any()) and bool(np.all(model.record().weekly["from_ties"].sum(axis=1) > 0))
