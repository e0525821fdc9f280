"""mesa-frames: people as a Polars frame with a column a topic, ties as another, meetings by joins.

Changing ties and stays in other departments would be frames of their own; this is the exchange only.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import mesa_frames
import numpy as np
import polars as pl

from benchmarks.contenders import Contender, Size
from benchmarks.contenders.measured import LAST_WEEKS
from benchmarks.contenders.sizes import MEAN_SQUARED_INITIATIVE, NEED_MET, SAFE_ENOUGH
from benchmarks.contenders.start import Start, start_of

ZERO, ONE = pl.lit(0.0, pl.Float32), pl.lit(1.0, pl.Float32)
STOCKS = ("adequacy", "need_met", "mean_expertise", "trust_within", "trust_across")


class People(mesa_frames.AgentSetPolars):  # type: ignore[misc]
    """The people: mastery e, need n, practice p and what is kept k, a column a topic."""

    agents: Any

    def __init__(self, model: FramesModel, start: Start) -> None:
        super().__init__(model)
        state, s, structure = start.state, start.prepared.scenario, start.state.structure
        home = state.home_department[0]
        self.topics = len(start.prepared.topics.names)
        need = structure.need[home, : self.topics]
        own = structure.own[home, : self.topics]
        practice = s.learning.practice * np.where(own, 1.0, s.learning.practice_elsewhere) * need
        kept = (1.0 - s.learning.forgetting * (1.0 - need)) * (1.0 - structure.obsolescence[: self.topics])
        safety = state.safety[0][home]
        columns: dict[str, Any] = {
            "unique_id": np.arange(len(home)),
            "safety": safety,
            "open": np.minimum(1.0, SAFE_ENOUGH * safety),
            "seeking": state.initiative[0] ** 2 / MEAN_SQUARED_INITIATIVE,
            "engagement": state.engagement[0],
        }
        for letter, table in (("e", state.expertise[0]), ("n", need), ("p", practice), ("k", kept)):
            columns |= {f"{letter}{k}": table[:, k].astype(np.float32) for k in range(self.topics)}
        self.add(pl.DataFrame(columns))

    def step(self) -> None:
        """Meet, learn, practise, forget."""
        model = self.model
        gains = self._gains(model.meet(self.agents))
        topics = range(self.topics)
        asked = reduce(lambda a, b: a + b, [pl.col(f"g{k}") for k in topics])
        capacity = pl.lit(model.capacity, pl.Float32)
        limit = pl.when(asked > capacity).then(capacity / asked).otherwise(ONE)
        people = self.agents.lazy().join(gains, left_on="unique_id", right_on="learner", how="left")
        people = people.with_columns(pl.col("^g\\d+$").fill_null(ZERO)).with_columns(share=limit)
        learned = [
            pl.min_horizontal(pl.col(f"e{k}") + pl.col(f"g{k}") * pl.col("share"), ONE).alias(f"e{k}") for k in topics
        ]
        aged = [
            ((pl.col(f"e{k}") + pl.col(f"p{k}") * (1.0 - pl.col(f"e{k}"))) * pl.col(f"k{k}"))
            .cast(pl.Float32)
            .alias(f"e{k}")
            for k in topics
        ]
        drifted = pl.col("engagement") + model.drift * (model.engagement - pl.col("engagement"))
        people = people.with_columns(learned).with_columns(*aged, drifted.cast(pl.Float32).alias("engagement"))
        self.agents = people.drop("share", *(f"g{k}" for k in topics)).collect()

    def _gains(self, met: pl.LazyFrame) -> pl.LazyFrame:
        """Gain by learner over this week's meetings, before the budget."""
        model, topics = self.model, range(self.topics)
        people = self.agents.lazy()
        learners = people.select("unique_id", "open", pl.col("^[en]\\d+$"))
        sources = people.select("unique_id", pl.col("^e\\d+$").name.prefix("source_"))
        met = met.join(learners, left_on="learner", right_on="unique_id")
        met = met.join(sources, left_on="source", right_on="unique_id")
        met = met.with_columns(
            pl.max_horizontal(pl.col(f"source_e{k}") - pl.col(f"e{k}"), ZERO).alias(f"h{k}") for k in topics
        )
        met = met.with_columns(trusted=pl.col("trust") * pl.col("open"))
        passed = []
        for k, tacit in zip(topics, model.tacitness, strict=True):
            gap = pl.col(f"h{k}")
            gate = pl.col("clarity") * ((1.0 - tacit) + tacit * pl.col("trusted"))
            passed.append((gate * pl.col(f"n{k}") * gap * (1.0 - model.phi * gap)).alias(f"v{k}"))
        sums = [pl.col(f"v{k}").sum() for k in topics] + [pl.col(f"h{k}").max() for k in topics]
        by_learner = met.with_columns(passed).group_by("learner").agg(sums)
        gains = [pl.min_horizontal(model.rate * pl.col(f"v{k}"), f"h{k}").alias(f"g{k}") for k in topics]
        return by_learner.select("learner", *gains)


class FramesModel(mesa_frames.ModelDF):  # type: ignore[misc]
    """The organization as a mesa-frames model."""

    def __init__(self, start: Start, seed: int) -> None:
        super().__init__(seed)
        state, s, structure = start.state, start.prepared.scenario, start.state.structure
        self.phi, self.rate, self.eta, self.delta = s.learning.phi, s.learning.rate, s.trust.eta, s.trust.delta
        self.capacity = s.learning.hours * s.learning.pace
        self.drift, self.engagement = s.culture.drift, s.culture.engagement
        home, learner, source = state.home_department[0], state.learners(), state.source
        pair = home[learner], home[source]
        columns = {
            "learner": learner.astype(np.int64),
            "source": source.astype(np.int64),
            "trust": state.trust,
            "contact": state.contact,
            "base": state.base_trust,
            "willingness": state.willingness[0][pair],
            "clarity": state.clarity[0][pair],
            "reliability": state.reliability[0][pair],
            "across": pair[0] != pair[1],
        }
        self.ties = pl.DataFrame(columns)
        self.people = People(self, start)
        self.tacitness = structure.tacitness[: self.people.topics].tolist()
        self.agents += self.people
        self.people = self.get_agents_of_type(People)
        self.series: list[tuple[float, ...]] = []

    def meet(self, people: pl.DataFrame) -> pl.LazyFrame:
        """The ties that meet this week, with their trust before it; trust of all moves."""
        drawn = self.random.random((2, len(self.ties)), np.float32)
        seeks = pl.col("safety") * pl.col("engagement") * pl.col("seeking")
        learners = people.lazy().select("unique_id", seeks=seeks)
        sources = people.lazy().select("unique_id", engaged="engagement")
        ties = self.ties.lazy().with_columns(meeting=pl.lit(pl.Series(drawn[0])), promise=pl.lit(pl.Series(drawn[1])))
        ties = ties.join(learners, left_on="learner", right_on="unique_id")
        ties = ties.join(sources, left_on="source", right_on="unique_id")
        chance = pl.col("contact") * pl.col("willingness") * pl.col("seeks") * pl.col("engaged")
        kept = (pl.col("promise") < pl.col("reliability")).cast(pl.Float32)
        trust = pl.col("trust")
        moved = (
            pl.when("met")
            .then(trust + self.eta * (kept - trust))
            .otherwise(trust + self.delta * (pl.col("base") - trust))
        )
        done = ties.with_columns(met=pl.col("meeting") < chance).with_columns(moved=moved.cast(pl.Float32)).collect()
        self.ties = done.select(
            "learner", "source", "contact", "base", "willingness", "clarity", "reliability", "across", trust="moved"
        )
        met = done.filter("met")
        self.meetings = len(met)
        return met.lazy().select("learner", "source", "clarity", "trust")

    def step(self) -> None:
        """One week."""
        self.agents.step()
        topics = range(self.people.topics)
        people = self.people.agents.lazy()
        total = [
            reduce(lambda a, b: a + b, [expression(pl.col(f"e{k}"), pl.col(f"n{k}")).sum() for k in topics]).alias(name)
            for name, expression in MEASURED.items()
        ]
        sums = people.select(total).collect().row(0, named=True)
        trust = self.ties.lazy().group_by("across").agg(pl.col("trust").mean()).collect()
        by_side = dict(zip(trust["across"], trust["trust"], strict=True))
        count = len(self.people.agents)
        self.series.append(
            (
                sums["held"] / sums["needed"],
                sums["met"] / sums["in_need"],
                sums["mastery"] / (count * self.people.topics),
                by_side.get(False, 0.0),
                by_side.get(True, 0.0),
                self.meetings / count,
            )
        )


MEASURED: dict[str, Any] = {
    "held": lambda e, n: pl.min_horizontal(e, n),
    "needed": lambda e, n: n,
    "met": lambda e, n: (n > 0) & (e >= float(NEED_MET) * n),
    "in_need": lambda e, n: n > 0,
    "mastery": lambda e, n: e,
}


class MesaFrames:
    """mesa-frames with Polars."""

    name = "mesa-frames, Polars joins"
    package = "mesa-frames"
    work = (
        "exchange over ties, trust, learning budget, practice and loss, six measures; "
        "no turnover, no changing ties, no policies"
    )
    worlds = 1

    def build(self, size: Size, seed: int) -> FramesModel:
        """One world."""
        return self.start(start_of(size, (seed,)), seed)

    def start(self, start: Start, seed: int) -> FramesModel:
        """The same of a given start."""
        return FramesModel(start, seed)

    def week(self, built: object) -> None:
        """One week."""
        assert isinstance(built, FramesModel)
        built.step()

    def measures(self, built: object) -> dict[str, float]:
        """Six of the ten measures."""
        assert isinstance(built, FramesModel)
        values = np.array(built.series)
        stocks = values[-LAST_WEEKS:].mean(axis=0)
        return dict(zip(STOCKS, stocks.tolist(), strict=False)) | {"meetings": float(values[:, -1].mean())}


CONTENDERS: list[Contender] = [MesaFrames()]
