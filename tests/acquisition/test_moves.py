"""Neighbours of candidates: one axis changed, to values that lie beside or may be better."""

import numpy as np
import pytest
import scipy.stats

from skbayes.acquisition.moves import (
    LEVEL_MOVES,
    MAX_COARSE,
    N_LIKELY,
    N_OTHERS,
    AxisTable,
    neighbours_of,
)
from skbayes.space import Categorical, Integer, parse_space

N = 2 * MAX_COARSE


def neighbours(space, starts, incumbents):
    """Rows and owners, for lengthscales at which no interval is long."""
    table = AxisTable.of(space, np.full(len(space.axes), 0.5), np.arange(len(space.branches)))
    return neighbours_of(starts, incumbents, table, space, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("dimension", "middle"),
    [
        (Categorical(range(N)), 16),
        (Categorical(range(N - 1, -1, -1)), 16),
        (Categorical([*range(0, N, 2), *range(1, N, 2)]), 16),
        (Integer(0, N - 1), 16),
        (Integer(1, N, "log-uniform"), 16),
        (Integer(2**70, 2**70 + N - 1), 2**70 + 16),
        (scipy.stats.binom(40, 0.5), 20),
    ],
)
def test_the_next_values_are_neighbours_in_whatever_order_they_are_written(dimension, middle):
    space = parse_space({"x": dimension, "y": (0.0, 1.0)})
    start = space.coordinates([space.encode({"x": middle, "y": 0.5})])
    U, _ = neighbours(space, start, start)
    found = {space.decode(point)["x"] for point in space.points(U)}
    assert found >= {middle + step for step in LEVEL_MOVES}


def test_on_a_long_list_the_values_of_the_best_incumbents_and_some_others_are_neighbours():
    space = parse_space({"a": [f"a{i}" for i in range(5000)], "x": (0.0, 1.0)})
    rng = np.random.default_rng(1)
    incumbents, starts = space.sample(rng.random((300, 2))), space.sample(rng.random((4, 2)))
    U, owner = neighbours(space, starts, incumbents)
    likely = set(list(dict.fromkeys(incumbents[:, 0].tolist()))[:N_LIKELY])
    for row, start in enumerate(starts[:, 0].tolist()):
        values = U[owner == row, 0].tolist()
        assert len(set(values)) == len(values) <= N_LIKELY + N_OTHERS
        assert likely - {start} <= set(values)
        assert len(set(values) - likely) >= N_OTHERS / 2
    assert (U[:, 0] != starts[owner, 0]).all()
    np.testing.assert_array_equal(U[:, 1], starts[owner, 1])
    # Without incumbents there are others still.
    assert len(neighbours(space, starts, np.empty((0, 2)))[0]) >= 4 * N_OTHERS / 2
