"""Week 0: what people know, trust and do before anything has happened."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import Chance, Keys, extend, text_keys, uniform
from sim.generate import LABEL, draw_levels, draw_tenure
from sim.kernels.network import draw_contacts
from sim.organization import Organization
from sim.schema import EMERGING, ENTERPRISE, padded
from sim.settings import Contacts, Newcomers, Start, Trust
from sim.structure import Topics

LOADED_LEVELS = (0.60, 0.25, 0.12, 0.03)
LOADED_SOURCES = 10.0
"""A loaded tie without a contact rate gets the default rate times min(1, 10 / number of sources)."""
INITIATIVE_LOW, INITIATIVE_SPAN = np.float32(0.1), np.float32(0.9)


def initiative(drawn: NDArray[np.float32]) -> NDArray[np.float32]:
    """Help-seeking from a uniform draw: 0.1 + 0.9 U."""
    return INITIATIVE_LOW + INITIATIVE_SPAN * drawn


def spread_out(mean: NDArray[np.float32], drawn: NDArray[np.float32], spread: float) -> NDArray[np.float32]:
    """mean * U(1 - spread, 1 + spread), at most 1."""
    factor = np.float32(1.0 - spread) + np.float32(2.0 * spread) * drawn
    return np.minimum(np.float32(1.0), mean * factor)


def fill_level_and_tenure(
    organization: Organization, chance: Chance, keys: Keys
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Level and tenure (person,), drawn by the generator's model where the user gave none."""
    level = np.where(organization.level >= 0, organization.level, draw_levels(chance, keys, LOADED_LEVELS))
    known = ~np.isnan(organization.tenure)
    given = np.where(known, organization.tenure, 0.0).astype(np.int32)
    return level.astype(np.int32), np.where(known, given, draw_tenure(chance, keys)).astype(np.int32)


def topic_draws(chance: Chance, label: str, decision: str, week: int | None, keys: Keys, topics: Topics) -> Any:
    """One uniform draw for each person and topic, float32 (world, person, topic)."""
    people = chance.hashes(label, decision, week, keys)
    return uniform(extend(people[..., None], text_keys(topics.names)))


def mean_at_start(
    start: Start, specialization: float, topics: Topics, need: NDArray[np.float32], level: Any, home: Any
) -> NDArray[np.float32]:
    """Mean mastery at week 0 of people of a level and home department, (person, topic).

    Specialization s pulls every needed topic towards the person's need-weighted mean: m + (1 - s) * (mean - m).
    """
    wanted = need[home]
    mean = np.where(wanted > 0, np.float32(start.other) * wanted, np.float32(start.unneeded))
    mean = np.where(topics.kind == ENTERPRISE, np.array(start.enterprise, np.float32)[level][:, None], mean)
    mean = np.where(topics.kind == EMERGING, np.array(start.emerging, np.float32)[level][:, None], mean)
    mean = np.where(topics.own[home], np.array(start.own, np.float32)[level][:, None], mean).astype(np.float32)
    if specialization == 1.0:
        return mean
    total = np.maximum(np.sum(wanted, axis=1, keepdims=True), np.float32(1e-6))
    centre = np.sum(wanted * mean, axis=1, keepdims=True) / total
    return np.where(wanted > 0, mean + np.float32(1.0 - specialization) * (centre - mean), mean)


def mean_of_newcomers(
    market: Newcomers, topics: Topics, need: NDArray[np.float32], level: Any, home: Any
) -> NDArray[np.float32]:
    """Mean mastery of people hired from the market, (person, topic)."""
    rank = level.astype(np.float32)[:, None]
    mean = np.float32(market.other) * need[home]
    enterprise = np.float32(market.enterprise) + np.float32(market.enterprise_by_level) * rank
    mean = np.where(topics.kind == ENTERPRISE, enterprise, mean)
    mean = np.where(topics.kind == EMERGING, np.float32(market.emerging), mean)
    own = np.float32(market.own) + np.float32(market.own_by_level) * rank
    return np.where(topics.own[home], own, mean).astype(np.float32)


def starting_expertise(
    organization: Organization,
    chance: Chance,
    keys: Keys,
    level: NDArray[np.int32],
    topics: Topics,
    need: NDArray[np.float32],
    start: Start,
    specialization: float,
) -> NDArray[np.float32]:
    """Mastery at week 0, (person, padded topic); what the user gave is left as given."""
    mean = mean_at_start(start, specialization, topics, need, level, organization.department)
    drawn = topic_draws(chance, LABEL, "expertise", None, keys[None, :], topics)[0]
    expertise = np.zeros((len(keys), padded(len(topics.names))), np.float32)
    expertise[:, : len(topics.names)] = spread_out(mean, drawn, start.spread)
    if organization.expertise is not None:
        given = ~np.isnan(organization.expertise)
        width = len(topics.names)
        known = np.where(given, organization.expertise, 0.0).astype(np.float32)
        expertise[:, :width] = np.where(given, known, expertise[:, :width])
    return expertise


def tie_contact(
    organization: Organization, chance: Chance, keys: Keys, contacts: Contacts, loaded: bool
) -> NDArray[np.float32]:
    """Chance of an exchange in a week for each tie, (tie,); a contact that the user gave wins.

    Synthetic: rate * U(1 - spread, 1 + spread). Loaded: rate * min(1, 10 / sources) * weight / the learner's
    mean weight (1 where the weight is blank), at most 1.
    """
    learner, source = organization.learner, organization.source
    if not loaded:
        contact = np.empty(len(learner), np.float32)
        chains = chance.hashes(LABEL, "contact", None, keys[None, :])[0]
        low, span = np.float32(1.0 - contacts.spread), np.float32(2.0 * contacts.spread)
        with np.errstate(over="ignore"):  # without the jit, hashes wrap around in numpy scalars
            draw_contacts(chains, keys, learner, source, np.float32(contacts.rate), low, span, contact)
        return contact
    sources = np.bincount(learner, minlength=len(keys))
    weighed = ~np.isnan(organization.weight)
    weight = np.where(weighed, organization.weight, 0.0)
    total = np.bincount(learner, weight, len(keys))
    mean = np.divide(total, np.bincount(learner, weighed, len(keys)), out=np.ones(len(keys)), where=total > 0)
    relative = np.where(weighed, weight / mean[learner], 1.0)
    rate = contacts.rate * np.minimum(1.0, LOADED_SOURCES / sources[learner]) * relative
    rate = np.where(np.isnan(organization.contact), np.minimum(1.0, rate), organization.contact)
    return rate.astype(np.float32)


def base_trust(organization: Organization, organizations: NDArray[np.int32], trust: Trust) -> NDArray[np.float32]:
    """Trust that each tie drifts to by its boundary, (tie,); a trust that the user gave is its own base."""
    learner = organization.department[organization.learner]
    source = organization.department[organization.source]
    across = np.where(
        organizations[learner] == organizations[source], np.float32(trust.base_across), np.float32(trust.base_between)
    )
    base = np.where(learner == source, np.float32(trust.base_within), across)
    given = ~np.isnan(organization.trust)
    if not given.any():
        return base.astype(np.float32)
    return np.where(given, np.where(given, organization.trust, 0.0), base).astype(np.float32)
