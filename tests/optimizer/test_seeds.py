"""The random numbers of a seed are those that they have always been."""

import numpy as np
import pytest

from skbayes import Optimizer
from skbayes._compat import scrambled_sobol
from skbayes.optimizer import PointOptimizer, random_search, seeds

SEED = 7


def by_hand(*key):
    return np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=key))


@pytest.mark.parametrize(
    ("made", "key"),
    [
        ((seeds.DESIGN,), (0,)),
        ((seeds.PROPOSAL, 12), (1, 12)),
        ((seeds.REGRET, 40), (2, 40)),
        ((seeds.RANDOM, 0), (3, 0)),
        ((seeds.RANDOM, 1), (3, 1)),
        ((seeds.ROWS,), (3,)),
    ],
)
def test_a_stream_is_that_of_its_key(made, key):
    np.testing.assert_array_equal(seeds.stream(SEED, *made).random(20), by_hand(*key).random(20))


def test_streams_of_different_uses_differ():
    keys = [(seeds.DESIGN,), (seeds.ROWS,)]
    uses = (seeds.PROPOSAL, seeds.REGRET, seeds.RANDOM)
    keys += [(use, index) for use in uses for index in range(20)]
    drawn = {seeds.stream(SEED, *key).random() for key in keys}
    assert len(drawn) == len(keys)


def test_the_points_of_the_design_and_of_a_random_search_are_those_of_their_streams():
    space = {"a": (0.0, 1.0), "b": (0.0, 1.0)}
    optimizer = Optimizer(space, random_state=SEED)
    uniform = scrambled_sobol(64, 2, by_hand(0))
    uniform[0] = 0.5
    expected = optimizer.space.points(optimizer.space.sample(uniform))
    assert [optimizer._points.ask_point() for _ in range(5)] == expected[:5]

    baseline = random_search(PointOptimizer(space, random_state=SEED), SEED)
    uniform = scrambled_sobol(64, 2, by_hand(3, 0))
    expected = optimizer.space.points(optimizer.space.sample(uniform))
    assert [baseline.ask_point() for _ in range(5)] == expected[:5]
