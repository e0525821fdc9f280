"""What the user's files do not give and the model fills in, in sentences for the report."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.files.findings import listing
from sim.organization import Organization
from sim.settings import FilesOrganization

_LEVELS = "drawn by chance: 60 % staff, 25 % seniors, 12 % managers, 3 % executives"
_CONTACT = "the usual rate (contacts.rate) times min(1, 10 / number of the learner's sources)"


def of(organization: Organization, settings: FilesOrganization) -> tuple[str, ...]:
    """One sentence for each thing that is assumed."""
    return (*_people(organization), *_topics(organization, settings), *_ties(organization))


def _gap(missing: int, rows: int, what: str) -> str:
    """How the sentence on a column begins: absent throughout, or blank in some cells."""
    if missing == rows:
        return f"{what} is not given: it is"
    return f"{what} is blank for {missing:,} of {rows:,}: there it is"


def _people(organization: Organization) -> Iterator[str]:
    people = len(organization.seats)
    if levels := int((organization.level < 0).sum()):
        yield f"{_gap(levels, people, 'Level')} {_LEVELS}."
    if tenures := int(np.isnan(organization.tenure).sum()):
        yield f"{_gap(tenures, people, 'Tenure')} drawn evenly between 0 and 200 weeks."
    if organization.organizations == ("",):
        yield "No organizations are given: everyone belongs to one."
    yield (
        "Which departments depend on each other is read from the ties: each depends on the two that give it most "
        "ties from outside."
    )


def _topics(organization: Organization, settings: FilesOrganization) -> Iterator[str]:
    if organization.expertise is None:
        yield (
            f"Mastery is not given: {settings.topics} topics are the model's own, and who knows how much of them at "
            "the start is drawn by level and by the department's need."
        )
        return
    yield (
        f"Each topic column ({listing(organization.topics)}) is read as the own topic of the department that "
        "masters it best on average, half tacit, unless the scenario's topics say otherwise."
    )
    if blanks := int(np.isnan(organization.expertise).sum()):
        yield (
            f"Mastery is blank for {blanks:,} of {organization.expertise.size:,} pairs of person and topic: there "
            "it is drawn by level and by the department's need."
        )


def _ties(organization: Organization) -> Iterator[str]:
    ties = len(organization.learner)
    if not ties:
        return
    if trusts := int(np.isnan(organization.trust).sum()):
        yield (
            f"{_gap(trusts, ties, 'Trust')} the model's base trust, which is higher inside a department than "
            "between departments, and lowest between organizations."
        )
    weighted = bool((~np.isnan(organization.weight)).any())
    if contacts := int(np.isnan(organization.contact).sum()):
        scale = ", times the tie's weight over the learner's mean weight, at most 1" if weighted else ""
        blank = int(np.isnan(organization.weight).sum())
        ones = (
            f" A weight that is blank ({blank:,} of {ties:,}) counts as the learner's mean."
            if weighted and blank
            else ""
        )
        yield f"{_gap(contacts, ties, 'Contact')} taken from the number of sources: {_CONTACT}{scale}.{ones}"
    elif weighted:
        yield "Weights are not used, because every contact is given."
