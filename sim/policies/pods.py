"""Groups of two departments around a challenge: first each among its own, then both together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.chance import Keys
from sim.gatherings import all_to_all
from sim.kernels.searching import NOBODY
from sim.parameters import parameter
from sim.policies.base import Policy, PolicySettings
from sim.sessions import Encounters
from sim.week import Mask, Rows, Week


@dataclass(frozen=True)
class PodsSettings(PolicySettings):
    """Parameters of pods."""

    kind: str = parameter("pods", "which policy", choices=("pods",))
    coverage: float = parameter(0.4, "share of those targeted that lead or sit in pods", low=0, high=1)
    hours: float = parameter(1.0, "length of a session, for each who attends", unit="hours", low=0, high=40)
    cadence: int = parameter(1, "weeks between sessions of a pod", unit="weeks", low=1, high=26)
    group_size: int = parameter(6, "people in a pod, half of each department", unit="people", low=2, high=20)
    diverge: int = parameter(
        1, "sessions that the leading department holds alone before both sit together", unit="sessions", low=0, high=12
    )
    facilitation: float = parameter(
        0.3, "evens out who speaks and who is heard, and helps promises to be kept", low=0, high=1
    )


class Pods(Policy):
    """Put people of both departments around a real challenge for as long as it is open.

    A challenge whose lead is a member gets a pod: members of the leading department and of the other one, who stay the
    same. It diverges first, the lead with own colleagues alone; then it converges, all together, and whoever sits there
    and knows a missing topic is found. Sessions teach and form ties as any other. Nobody sits in two pods a week, and a
    blocked challenge waits. Source B; no study gives sizes, so pods are small and meet for an hour. Moves the time to
    resolution of challenges of several departments down.
    """

    kind = "pods"
    Settings = PodsSettings
    target_metric = "resolution_weeks_several"
    sources = "B"
    settings: PodsSettings

    def prepare(self, week: Week) -> None:
        """Keep who ever sat in a pod."""
        self.ever = np.zeros(week.state.frame.rows, np.bool_)

    def act(self, week: Week) -> None:
        """Book what members cost."""
        if self.settings.money:
            week.book(self.label, week.members(self.label, self.settings), money=self.settings.money)

    def convene(self, week: Week) -> Iterable[Encounters]:
        """Sessions of the pods whose turn it is; what those who come know is found."""
        s = self.settings
        invited, challenge, together = self._invited(week)
        if len(invited) == 0:
            return
        week.ask(invited, s.hours)
        comes = week.attends(self.label, invited, self.faded(week))
        present, challenge, together = invited[comes], challenge[comes], together[comes]
        facilitation = min(1.0, s.facilitation + float(week.levers["facilitation"].max()))
        self._provide(week, present[together], challenge[together])
        talk = all_to_all(present, challenge, week.state.arrays["level"], facilitation)
        if len(talk.learner) == 0:
            return
        week.attend(self.label, np.unique(talk.learner), s.hours)
        self.ever[talk.learner] = True
        even = np.ones(len(talk.share), np.float32)
        weight = talk.share * np.float32(s.hours)
        yield Encounters(talk.learner, talk.source, weight, even, facilitation=facilitation, origin=self.kind)

    def treated(self, week: Week) -> Mask:
        """Those who ever sat in a pod."""
        return self.ever

    def _invited(self, week: Week) -> tuple[Rows, Rows, Mask]:
        """Who is invited this week, (invited,), to the pod of which challenge, and whether both departments are."""
        s, part, open_now = self.settings, week.challenges, week.challenges.open
        members = week.members(self.label, s) & ~week.away
        age = week.number - open_now.arrived
        lead = np.maximum(open_now.lead, 0)
        here = (open_now.lead != NOBODY) & (week.state.arrays["key"][lead] == open_now.lead_key) & members[lead]
        chosen = np.flatnonzero(here & ~open_now.blocked & (age > 0) & (age % s.cadence == 0))
        nobody = np.zeros(0, np.int64)
        if len(chosen) == 0:
            return nobody, nobody, np.zeros(0, np.bool_)
        together = age[chosen] // s.cadence > s.diverge
        lead, own = open_now.lead[chosen], open_now.owner[chosen]
        other = np.where(own == open_now.department[chosen], open_now.partner[chosen], open_now.department[chosen])
        theirs = s.group_size // 2
        chain = part.hashes(self.label, "pod", None)[chosen]
        colleagues = self._colleagues(week, lead, own, s.group_size - theirs - 1, chain, members)
        guests = self._colleagues(week, lead, other, theirs, chain, members)
        guests[~together] = NOBODY
        rows = np.concatenate([lead[:, None], colleagues, guests], axis=1)
        order = np.argsort(rows.T.ravel() == NOBODY, kind="stable")  # leads first, so that they sit in their own pod
        flat, pod = rows.T.ravel()[order], np.tile(np.arange(len(chosen)), rows.shape[1])[order]
        flat, pod = flat[flat != NOBODY], pod[flat != NOBODY]
        invited, at = np.unique(flat, return_index=True)
        return invited, chosen[pod[at]], together[pod[at]]

    def _colleagues(self, week: Week, lead: Rows, department: Rows, wanted: int, chain: Keys, among: Mask) -> Rows:
        return week.colleagues(self.label, "pod", lead, department.astype(np.int32), wanted, among, chain)

    def _provide(self, week: Week, present: Rows, challenge: Rows) -> None:
        """Name as sources those who are there and know most of a missing topic, and enough."""
        part, arrays = week.challenges, week.state.arrays
        for place in range(part.topics):
            topic = part.open.topic[challenge, place]
            missing = (topic != NOBODY) & (part.open.source[challenge, place] == NOBODY)
            known = arrays["expertise"][present, topic]
            able = np.flatnonzero(missing & (known >= part.terms.mastery[topic]))
            best = able[np.lexsort((present[able], -known[able], challenge[able]))]
            first: NDArray[np.bool_] = np.diff(challenge[best], prepend=-1) != 0
            found = best[first]
            part.provide(challenge[found], np.full(len(found), place), present[found], arrays["key"][present[found]])
