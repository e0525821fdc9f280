"""All numbers that the report of an answer shows."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from experiments.strategy.figures import Figures
from experiments.strategy.figures_failures import METHODS as OF_FAILURES
from experiments.strategy.figures_failures import failure_figures
from experiments.strategy.figures_futures import METHODS as OF_FUTURES
from experiments.strategy.figures_futures import future_figures
from experiments.strategy.figures_given import METHODS as OF_GIVEN
from experiments.strategy.figures_given import ahead_figures, given_figures, study_figures
from experiments.strategy.figures_portfolio import METHODS as OF_PORTFOLIO
from experiments.strategy.figures_portfolio import portfolio_figures
from experiments.strategy.figures_sensitivity import METHODS as OF_SENSITIVITY
from experiments.strategy.figures_sensitivity import sensitivity_figures

if TYPE_CHECKING:
    from experiments.strategy.answer import Answer

METHODS = OF_GIVEN | OF_FUTURES | OF_FAILURES | OF_SENSITIVITY | OF_PORTFOLIO
"""How each kind of number is computed."""


def figures_of(answer: Answer) -> Figures:
    """Every number of an answer, each under its id."""
    return Figures.of(
        chain(
            study_figures(answer), given_figures(answer), ahead_figures(answer), future_figures(answer),
            failure_figures(answer), sensitivity_figures(answer), portfolio_figures(answer),
        )
    )  # fmt: skip
