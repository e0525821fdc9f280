"""Every metric once: name, title, unit, range, direction, formula and source.

A metric is a ratio of two raw quantities of a week. A stock's one number per run is the mean of its last 13
weeks; a flow's or ratio's is the sum of numerators over the sum of denominators since a given week. 0 / 0 is NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.kernels.hours import gini_of_rising
from sim.recovery import fall_after_shock, weeks_to_recover

Wide = NDArray[np.float64]
Weekly = Mapping[str, Wide]
LAST_WEEKS = 13
YEAR = 52
HALF = 0.5

EXCHANGE, INNOVATION = "Data exchange", "Innovation"
SPREAD, SILOS, TRUST = "Spread", "Silos", "Trust and network health"
CHALLENGE = "Challenges"
PERFORMANCE, RESILIENCE, COST, ORIGIN = "Performance", "Resilience", "Cost", "Where the learning came from"


@dataclass(frozen=True)
class Metric:
    """One thing that is measured.

    Attributes:
        unit: "points" marks a share that is shown times 100.
        better: "higher", "lower", or "" where neither direction is good in itself.
        kind: "stock", "final" (of the last week: itself a sum over 13), "ratio" (flows too), "year" (a ratio
            over the last 52 weeks), "quotient" of two other metrics, or "run" for what exists once per run.
        numerator, denominator: raw quantities of `Record.weekly`; metrics, for a quotient.
    """

    name: str
    title: str
    group: str
    unit: str
    low: float
    high: float
    better: str
    kind: str
    numerator: str
    denominator: str
    doc: str
    source: str = ""

    def series(self, weekly: Weekly) -> Wide:
        """Value in each week, float64 (world, week)."""
        if self.kind == "quotient":
            return _ratio(METRICS[self.numerator].series(weekly), METRICS[self.denominator].series(weekly))
        return _ratio(weekly[self.numerator], weekly[self.denominator])

    def value(self, weekly: Weekly, since: int = 0) -> Wide:
        """The one number of each run, float64 (world,).

        Args:
            since: first week that flows and ratios count; stocks are means of the last 13 weeks.
        """
        if self.kind == "run":
            return _RUNS[self.name](weekly)
        if self.kind == "quotient":
            return _ratio(METRICS[self.numerator].value(weekly, since), METRICS[self.denominator].value(weekly, since))
        if self.kind == "final":
            return self.series(weekly)[:, -1]
        if self.kind == "year":
            last = weekly[self.numerator][:, -YEAR:], weekly[self.denominator][:, -YEAR:]
            return _ratio(last[0].sum(axis=1), last[1].sum(axis=1))
        if self.kind == "stock":
            return self.series(weekly)[:, -LAST_WEEKS:].mean(axis=1)
        return _ratio(weekly[self.numerator][:, since:].sum(axis=1), weekly[self.denominator][:, since:].sum(axis=1))


def _ratio(numerator: Wide, denominator: Wide) -> Wide:
    return np.divide(numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=denominator != 0)


def weeks_to_half(weekly: Weekly) -> Wide:
    """Median over topics of the weeks until half of those in need have met it, (world,).

    Topics that half have at week 0 are left out; what is not reached counts as the horizon (censored). NaN where no
    topic is left.
    """
    topics = [name.removeprefix("met:") for name in weekly if name.startswith("met:")]
    share = np.stack([_ratio(weekly[f"met:{topic}"], weekly[f"in_need:{topic}"]) for topic in topics], axis=2)
    reached = share >= HALF
    horizon = share.shape[1]
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), horizon).astype(np.float64)
    open_topics = ~reached[:, 0, :] & ~np.isnan(share[:, 0, :])
    return np.array(
        [np.median(row[left]) if left.any() else np.nan for row, left in zip(first, open_topics, strict=True)]
    )


_RUNS = {
    "weeks_to_half": weeks_to_half,
    "fall_after_shock": fall_after_shock,
    "weeks_to_recover": weeks_to_recover,
}
"""Metrics that exist once per run."""

_RANGES = {"points": (0.0, 1.0), "Gini": (0.0, 1.0), "trust": (0.0, 1.0), "mastery": (0.0, 1.0)}
"""Range of a unit; any other is 0 or more."""


def _metric(
    group: str,
    unit: str,
    better: str,
    kind: str,
    name: str,
    title: str,
    numerator: str,
    denominator: str,
    doc: str,
    source: str = "",
    low: float | None = None,
) -> Metric:
    least, high = _RANGES.get(unit, (0.0, np.inf))
    low = least if low is None else low
    return Metric(name, title, group, unit, low, high, better, kind, numerator, denominator, doc, source)


def _origin(channel: str, title: str) -> Metric:
    doc = f"change of mean mastery by {title.lower()}: float64 mean after minus before; channels sum to the change"
    name = f"from_{channel}"
    return Metric(name, title, ORIGIN, "mastery a week", -1.0, 1.0, "", "ratio", name, "one", doc)


# fmt: off
_METRICS = (
    _metric(SPREAD, "points", "higher", "stock", "adequacy", "Adequacy",
            "held", "needed", "sum of min(E, need) over sum of need, all people, home need"),
    _metric(SPREAD, "points", "higher", "stock", "need_met", "Need met",
            "met", "in_need", "share of needed (person, topic) pairs with E at or above 0.7 need"),
    _metric(SPREAD, "points", "higher", "stock", "need_met_own", "Need met, own topics",
            "met_own", "in_need_own", "need met on the department's own topics"),
    _metric(SPREAD, "points", "higher", "stock", "need_met_other", "Need met, other departments' topics",
            "met_other", "in_need_other", "need met on topics that other departments own"),
    _metric(SPREAD, "points", "higher", "stock", "need_met_enterprise", "Need met, enterprise topics",
            "met_enterprise", "in_need_enterprise", "need met on enterprise-wide topics"),
    _metric(SPREAD, "points", "higher", "stock", "need_met_emerging", "Need met, emerging topics",
            "met_emerging", "in_need_emerging", "need met on emerging topics"),
    _metric(SPREAD, "points", "higher", "stock", "adequacy_explicit", "Adequacy on explicit topics",
            "held_explicit", "needed_explicit", "adequacy over topics of tacitness 0.5 or less"),
    _metric(SPREAD, "mastery", "higher", "stock", "leaders_emerging", "Leaders' mastery of emerging topics",
            "leaders_emerging", "leaders_cells", "mean mastery of emerging topics of managers and executives"),
    _metric(SPREAD, "mastery", "higher", "stock", "mean_expertise", "Mean expertise",
            "mastery", "cells", "mean mastery over people and topics"),
    _metric(SPREAD, "points", "higher", "stock", "reach", "Reach per topic",
            "reach", "one", "mean over needed topics of the share of those in need who have it at 0.7 need"),
    _metric(SPREAD, "weeks", "lower", "run", "weeks_to_half", "Weeks until half have it",
            "one", "one",
            "median over topics of the weeks until half of those in need have it at 0.7 need; "
            "censored at the horizon"),
    _metric(SPREAD, "mastery a person-week", "higher", "ratio", "learning_tacit", "Learning on tacit topics",
            "learned_tacit", "people",
            "mastery learned on topics of tacitness above 0.5, by all channels, after the budget"),
    _metric(SPREAD, "points", "lower", "stock", "need_gap", "Gap in unmet need between groups",
            "need_gap", "one",
            "standard deviation over people of the mean adequacy of their group, by home department and level"),
    _metric(SILOS, "points", "higher", "ratio", "share_across", "Learning across departments",
            "learned_across", "learned", "share of what was learned from people that came from another department"),
    _metric(SILOS, "mastery a tie-week", "higher", "ratio", "learning_across_tie", "Learning per across-tie-week",
            "base_gain_across", "base_across",
            "gain after the budget over baseline ties between home departments, per tie and week"),
    _metric(SILOS, "mastery a meeting", "higher", "ratio", "learning_across_meeting", "Learning per across-meeting",
            "gain_across", "meetings_across",
            "gain after the budget over all ties between home departments, per meeting over them"),
    _metric(SILOS, "mastery a meeting", "higher", "year", "learning_across_late",
            "Learning per across-meeting in the last year", "gain_across", "meetings_across",
            "learning per across-meeting over the last 52 weeks: what is left of policies whose attention fades"),
    _metric(SILOS, "mastery a tie-week", "higher", "ratio", "learning_within_tie", "Learning per within-tie-week",
            "base_gain_within", "base_within",
            "gain after the budget over baseline ties inside home departments, per tie and week"),
    _metric(SILOS, "ratio", "higher", "quotient", "across_over_within", "Across-tie over within-tie learning",
            "learning_across_tie", "learning_within_tie",
            "learning per across-tie-week over learning per within-tie-week", "Darr, Argote and Epple 1995"),
    _metric(SILOS, "mastery a person-year", "higher", "ratio", "learning_between", "Learning between organizations",
            "learned_between", "person_years",
            "what people learned from people of another organization, after the budget"),
    _metric(SILOS, "share a week", "higher", "ratio", "transfer_speed", "Speed of transfer between departments",
            "learned_across", "unmet",
            "what was learned from other departments in a week over all unmet need (need - E where positive)"),
    _metric(SILOS, "points", "lower", "stock", "variance_between", "Variance between departments",
            "variance_between", "variance",
            "variance of mastery between departments over total variance, summed over topics"),
    _metric(SILOS, "Gini", "lower", "stock", "gini", "Inequality of adequacy",
            "gini", "one", "Gini of adequacy over people"),
    _metric(TRUST, "trust", "higher", "stock", "trust_within", "Trust within departments",
            "trust_within", "ties_within", "mean over live ties"),
    _metric(TRUST, "trust", "higher", "stock", "trust_across", "Trust across departments",
            "trust_across", "ties_across", "mean over live ties"),
    _metric(TRUST, "ties a person", "higher", "stock", "ties_closest", "Ties to the department depended on most",
            "ties_closest", "people", "live ties to sources in the department that one's own depends on most"),
    _metric(TRUST, "ties a person-year", "", "ratio", "ties_formed", "Ties formed",
            "ties_formed", "person_years", "ties formed by policies"),
    _metric(TRUST, "ties a person-year", "", "ratio", "ties_refused", "Ties refused",
            "ties_refused", "person_years", "ties that a full row of sources refused"),
    _metric(TRUST, "points", "lower", "stock", "without_cross_tie", "People without a cross tie",
            "no_cross_tie", "people", "people who learn from nobody outside their department"),
    _metric(TRUST, "hours a person-week", "", "final", "participation", "Hours in sessions",
            "participation", "people", "hours attended in the last 13 weeks, per week"),
    _metric(TRUST, "Gini", "lower", "final", "participation_gini", "Inequality of participation",
            "participation_gini", "one", "Gini of hours attended in the last 13 weeks; 0 where none"),
    _metric(TRUST, "Gini", "lower", "final", "participation_gini_department",
            "Inequality of participation between departments", "participation_gini_department", "one",
            "Gini over departments' mean hours attended"),
    _metric(TRUST, "Gini", "lower", "final", "participation_gini_level", "Inequality of participation between levels",
            "participation_gini_level", "one", "Gini over levels' mean hours attended"),
    _metric(TRUST, "points", "higher", "final", "representativeness", "Representativeness",
            "representativeness", "one",
            "1 - half the sum over departments and levels of |share of hours attended - share of "
            "people|; undefined where nobody attended"),
    _metric(TRUST, "points", "higher", "ratio", "attendance", "Attendance",
            "came", "invited", "share of invitations to sessions that people came to"),
    _metric(TRUST, "points", "higher", "final", "people_reached", "Seats reached",
            "reached", "people", "seats that policies with members of their own ever treated"),
    _metric(EXCHANGE, "points", "higher", "ratio", "fresh_lookups", "Lookups that are fresh",
            "fresh_lookups", "lookups", "share of lookups that found something of freshness 0.5 or more"),
    _metric(EXCHANGE, "lookups a person-week", "higher", "ratio", "fresh_finds", "Fresh finds",
            "fresh_lookups", "people", "lookups that found something fresh; 0 where nothing can be looked up"),
    _metric(EXCHANGE, "lookups a person-week", "", "ratio", "lookups", "Lookups",
            "lookups", "people", "lookups in the knowledge base, whether or not they found anything"),
    _metric(EXCHANGE, "mastery", "higher", "stock", "coverage", "Coverage of the knowledge base",
            "covered", "one", "mean over topics of what the knowledge base holds"),
    _metric(EXCHANGE, "points", "higher", "stock", "freshness", "Freshness of the knowledge base",
            "covered_fresh", "covered", "mean freshness of what it holds, weighted by coverage"),
    _metric(EXCHANGE, "points", "higher", "stock", "codified", "Tacit topics put in words",
            "tacit_codified", "one", "mean over topics of tacitness above 0.5 of the tacit share put in words"),
    _metric(CHALLENGE, "weeks", "lower", "ratio", "resolution_weeks", "Time to resolution",
            "challenges_open", "challenges_arrived", "challenges worked on in a week over those that arrive (Little)"),
    _metric(CHALLENGE, "weeks", "lower", "ratio", "resolution_weeks_several", "Time to resolution, several departments",
            "challenges_open_several", "challenges_arrived_several",
            "the same of challenges whose topics belong to several departments"),
    _metric(CHALLENGE, "challenges", "lower", "stock", "backlog", "Open challenges",
            "challenges_open", "one", "challenges worked on in a week"),
    _metric(CHALLENGE, "points", "higher", "ratio", "solved_in_time", "Solved within four weeks",
            "challenges_in_time", "challenges_due", "share of challenges solved before or in their fourth week"),
    _metric(CHALLENGE, "points", "higher", "ratio", "solved_at_once", "Solved at the first try",
            "challenges_solved_at_once", "challenges_solved", "share of those solved that were never blocked"),
    _metric(CHALLENGE, "points", "", "ratio", "needing_several", "Needing several departments",
            "challenges_arrived_several", "challenges_arrived",
            "share of challenges whose topics belong to several departments"),
    _metric(CHALLENGE, "challenges a week", "higher", "ratio", "solved_several", "Solved, of several departments",
            "challenges_solved_several", "one", "challenges of several departments solved in a week"),
    _metric(CHALLENGE, "weeks", "lower", "ratio", "source_weeks", "Weeks to find a source",
            "topics_missing", "topics_needed",
            "needed topics without a source at the end of a week, of challenges not blocked, over those that arrive"),
    _metric(CHALLENGE, "points", "higher", "ratio", "cleared_in_time", "Blocked ones cleared within four weeks",
            "blockings_in_time", "blockings_due", "share of blocked challenges cleared after four weeks or fewer"),
    _metric(CHALLENGE, "weeks", "lower", "final", "median_blocked", "Median weeks blocked",
            "median_blocked", "ever_blocked",
            "median wait of blocked challenges so far, those that still wait with their weeks until now"),
    _metric(INNOVATION, "pilots a person-year", "", "ratio", "pilots_run", "Pilots run",
            "pilots_started", "person_years", "pilots begun"),
    _metric(INNOVATION, "adoptions a person-year", "higher", "ratio", "practices_adopted",
            "Practices adopted across teams", "adopted_elsewhere", "person_years",
            "adoptions of a practice by teams that did not take part in its pilot"),
    _metric(INNOVATION, "weeks", "lower", "ratio", "time_to_impact", "Time to impact",
            "impact_weeks", "impacts",
            "weeks from the start of a pilot to the first adoption elsewhere, over the practices that were adopted"),
    _metric(INNOVATION, "practices a team", "higher", "stock", "practices_in_use", "Practices in use",
            "practices_in_use", "one", "practices that a team has adopted, from pilots of its own or from others"),
    _metric(PERFORMANCE, "points", "higher", "stock", "performance", "Performance",
            "engaged", "people", "mean of engagement * adequacy"),
    _metric(RESILIENCE, "topics", "lower", "stock", "thin_topics", "Topics held by fewer than three",
            "thin_topics", "one", "topics that fewer than 3 people hold at 0.7 or more"),
    _metric(RESILIENCE, "points", "lower", "ratio", "loss_per_leaver", "Loss per leaver",
            "lost_by_leavers", "leavers", "adequacy of a leaver less that of the newcomer", low=-1.0),
    _metric(RESILIENCE, "points", "lower", "ratio", "loss_per_leader", "Loss per leaving leader",
            "lost_by_leaders", "leaders_left",
            "adequacy of a manager or executive who leaves less that of the newcomer", low=-1.0),
    _metric(RESILIENCE, "points", "higher", "stock", "talent", "Leaders with successors",
            "leader_seats_covered", "leader_seats",
            "managers' and executives' seats with two people of the level below in their department whose adequacy "
            "is at least 0.8"),
    _metric(RESILIENCE, "weeks", "lower", "ratio", "newcomer_weeks", "Weeks until newcomers know half",
            "newcomers_learning", "leavers",
            "newcomers who never reached an adequacy of 0.5 yet over newcomers a week: the mean time that takes "
            "them, or until they leave or the run ends", "Little 1961"),
    _metric(RESILIENCE, "points", "lower", "run", "fall_after_shock", "Fall after a shock",
            "one", "one",
            "adequacy in the week before a shock less the lowest before the next one, mean over shocks; undefined "
            "without shocks", low=-1.0),
    _metric(RESILIENCE, "weeks", "lower", "run", "weeks_to_recover", "Weeks to recover",
            "one", "one",
            "weeks from a shock until half of the fall of adequacy is made good, mean over shocks; censored at the "
            "next shock and the horizon"),
    _metric(COST, "hours a person-week", "lower", "ratio", "hours", "Hours",
            "hours", "people", "hours booked by all policies"),
    _metric(COST, "money a person-week", "lower", "ratio", "money", "Money",
            "money", "people", "money booked by all policies"),
    _origin("ties", "Exchange over ties"),
    _origin("sessions", "Sessions"),
    _origin("knowledge", "Knowledge base"),
    _origin("challenges", "Challenges"),
    _origin("pilots", "Pilots"),
    _origin("rules", "Own rules"),
    _origin("practice", "Practice"),
    _origin("forgetting", "Forgetting"),
    _origin("obsolescence", "Obsolescence"),
    _origin("turnover", "Turnover"),
    _origin("shocks", "Shocks"),
    _metric(ORIGIN, "meetings a person-week", "", "ratio", "meetings", "Meetings",
            "meetings", "people", "meetings over ties"),
    _metric(ORIGIN, "points", "", "ratio", "budget_binding", "Learning budget binds",
            "bound", "people", "share of person-weeks in which gains exceed hours * pace"),
)
# fmt: on
METRICS: dict[str, Metric] = {metric.name: metric for metric in _METRICS}


def gini(values: NDArray[np.float32]) -> Wide:
    """Gini of values of 0 or more in each row, float32 (row, value), as float64 (row,); 0 where all are 0.

    G = sum_i (2 i - n - 1) x_i / (n sum x), x in rising order, i from 1.
    """
    found = np.zeros(len(values))
    gini_of_rising(np.sort(values, axis=-1), found)
    return found
