"""By how much proposals should exceed the best that is known."""

from dataclasses import dataclass

import numpy as np
import pytest

from skbayes.gp import Hyperparameters, Posterior
from skbayes.optimizer.criterion import AMBITIONS, ambition
from skbayes.space import parse_space

ASKS = next(turn for turn, share in enumerate(AMBITIONS) if share)


@dataclass(frozen=True)
class Sloped:
    """A logarithm of a probability that falls along the first feature, from a highest value."""

    highest: float
    slope: float = 3.0

    def value(self, X):
        return self.highest - self.slope * X[:, 0]

    def value_with_gradient(self, X):
        gradient = np.zeros(X.shape)
        gradient[:, 0] = -self.slope
        return self.value(X), gradient


def asked(feasible, turn=ASKS):
    space = parse_space({"a": (0.0, 1.0), "b": (0.0, 1.0)})
    X = np.random.default_rng(0).random((6, 2)) / 2
    model = Posterior.fit(X, X.sum(axis=1), np.arange(2), Hyperparameters(np.ones(2), 1.0, 1e-3))
    return ambition(space, model, feasible, turn, np.random.default_rng(1))


def test_turns_without_ambition_ask_for_the_best():
    turn = AMBITIONS.index(0.0)
    assert asked(None, turn) == asked(Sloped(-1.0), turn) == 0.0


@pytest.mark.parametrize("highest", [-1e-3, -50.0, -700.0, -1e6])
def test_only_how_points_differ_in_their_probability_counts(highest):
    assert asked(Sloped(highest)) == pytest.approx(asked(Sloped(0.0)), rel=1e-6)


def test_where_all_is_as_probable_failures_do_not_matter():
    assert asked(Sloped(-3.0, slope=0.0)) == pytest.approx(asked(None))


def test_less_is_asked_for_where_what_is_unknown_fails():
    # The known points have small coordinates.
    assert asked(Sloped(0.0, slope=10.0)) < asked(None) < asked(Sloped(0.0, slope=-10.0))
