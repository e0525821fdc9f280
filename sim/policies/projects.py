"""Projects on which visitors work with colleagues of their host department."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.sessions import Encounters
from sim.week import Rows, Week

NOBODY = -1


class HostProjects:
    """One project for each visitor: a weekly meeting with some colleagues at the host, for the length of the stay.

    Attributes:
        colleagues: rows of the colleagues of each visitor, -1 where there is none, int64 (person, place).
    """

    def __init__(self, rows: int, places: int) -> None:
        self.colleagues = np.full((rows, places), NOBODY, np.int64)

    def begin(self, visitors: Rows, colleagues: NDArray[np.int64]) -> None:
        """Let visitors (visitor,) work with colleagues (visitor, place)."""
        self.colleagues[visitors] = colleagues

    def end(self, visitors: Rows) -> None:
        """The stay is over."""
        self.colleagues[visitors] = NOBODY

    def left(self, rows: Rows) -> None:
        """People who leave end their own project, and their place in others' is vacant."""
        self.end(rows)
        gone = np.zeros(len(self.colleagues), np.bool_)
        gone[rows] = True
        visitor, place = self._taken()
        vacant = gone[self.colleagues[visitor, place]]
        self.colleagues[visitor[vacant], place[vacant]] = NOBODY

    def meet(
        self, week: Week, label: str, hours: float, fade: float | np.float32 | None, origin: str
    ) -> Iterator[Encounters]:
        """This week's meetings: the visitor learns from each colleague who comes, and each of them from the visitor.

        All speak for as long: with m present, each of the others has hours / (m - 1). Joint work is no lesson: what
        passes depends on how willing both departments are, as over a tie (with Kane, Argote and Levine 2005, in whose
        groups rotation without shared identity transferred hardly anything). The visitor's time is part of the stay;
        that of the colleagues is asked and booked here.

        Args:
            hours: length of a meeting. fade: None where everybody has to come; else see `Week.attends`.
        """
        visitor, place = self._taken()
        colleague = self.colleagues[visitor, place]
        around = ~week.away[colleague]
        visitor, colleague = visitor[around], colleague[around]
        if len(visitor) == 0:
            return
        week.ask(colleague, hours)
        invited = np.unique(np.concatenate([visitor, colleague]))
        coming = np.zeros(week.state.frame.rows, np.bool_)
        coming[invited] = week.attends(label, invited, fade)
        both = coming[visitor] & coming[colleague]
        visitor, colleague = visitor[both], colleague[both]
        if len(visitor) == 0:
            return
        week.attend(label, colleague, hours)
        company = np.bincount(visitor, minlength=week.state.frame.rows)[visitor]
        weight = np.float32(hours) / company.astype(np.float32)
        for learner, source in ((visitor, colleague), (colleague, visitor)):
            yield Encounters(learner, source, weight, self._readiness(week, learner, source), origin=origin)

    def _readiness(self, week: Week, learner: Rows, source: Rows) -> NDArray[np.float32]:
        """How ready sources are to share in joint work: the willingness of a visit, float32 (encounter,)."""
        home, departments = week.state.arrays["home_department"], week.rule.departments
        pair = (week.world_of(learner) * departments + home[learner]) * departments + home[source]
        willing = week.culture.willingness[pair] + week.rule.host_willingness
        return np.minimum(willing, np.float32(1.0)).astype(np.float32)

    def _taken(self) -> tuple[Rows, Rows]:
        """Visitor and place of every colleague in a project, by visitor."""
        visitor, place = (self.colleagues != NOBODY).nonzero()
        return visitor, place
