import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skbayes.rules import Choice, Hyperband, Standing
from skbayes.rules.halving import bracket_sizes


@pytest.mark.parametrize(
    ("n_rungs", "factor", "expected"),
    [
        # Table 1 of Li et al. (2018): R = 81, eta = 3.
        (4, 3, [(0, 81), (1, 34), (2, 15), (3, 8), (4, 5)]),
        (1, 2, [(0, 2), (1, 2)]),
    ],
)
def test_bracket_sizes(n_rungs, factor, expected):
    assert bracket_sizes(n_rungs, factor) == expected


def standing(index, scores, *, is_open=False, is_closed=False):
    return Standing(index, tuple(scores), is_open, is_closed)


def run(n_rungs, factor, n_candidates, score, *, n_open=1):
    """Run Hyperband to its end; return the candidates measured on each rung, the whole last."""
    schedule = Hyperband(n_rungs, factor, n_candidates)
    scores: list[list] = []
    closed: set[int] = set()
    measured: list[list[int]] = [[] for _ in range(n_rungs + 1)]
    running: list[tuple[int, int | None]] = []
    while True:
        standings = [
            standing(
                index, row, is_open=index in {i for i, _ in running}, is_closed=index in closed
            )
            for index, row in enumerate(scores)
        ]
        may_ask = len(scores) < n_candidates
        choice = None
        if len(running) < n_open:
            choice = schedule.choose(standings, may_ask, not may_ask)
        if choice is not None:
            index, rung = choice.index, choice.rung
            if index is None:
                index = len(scores)
                scores.append([None] * n_rungs)
            running.append((index, rung))
            continue
        if not running:
            return measured
        index, rung = running.pop(0)
        measured[n_rungs if rung is None else rung].append(index)
        if rung is None:
            closed.add(index)
        else:
            scores[index][rung] = score(index, rung)


def test_the_best_of_each_rung_go_on():
    measured = run(2, 3, 17, lambda index, rung: float(index))
    assert [len(rung) for rung in measured] == [9, 3 + 5, 1 + 1 + 3]
    assert sorted(measured[1]) == [6, 7, 8, 9, 10, 11, 12, 13]
    assert sorted(measured[2]) == [8, 13, 14, 15, 16]


@given(
    n_rungs=st.integers(1, 4),
    factor=st.sampled_from([2, 2.5, 3, 4]),
    n_candidates=st.integers(1, 60),
    scores=st.lists(st.floats(-1, 1) | st.just(math.nan), min_size=60, max_size=60),
    n_open=st.integers(2, 5),
)
def test_who_goes_on_does_not_depend_on_the_workers(n_rungs, factor, n_candidates, scores, n_open):
    def score(index, rung):
        return scores[(index * 7 + rung) % 60]

    alone = run(n_rungs, factor, n_candidates, score)
    together = run(n_rungs, factor, n_candidates, score, n_open=n_open)
    assert [sorted(rung) for rung in alone] == [sorted(rung) for rung in together]
    # However few there are, one is complete.
    assert alone[-1]
    # All are measured somewhere, and nothing twice.
    assert set().union(*alone) == set(range(n_candidates))
    assert all(len(set(rung)) == len(rung) for rung in alone)


@pytest.mark.parametrize("factor", [2, 2.5, 3])
@pytest.mark.parametrize("n_candidates", [1, 5, 100])
def test_what_the_first_bracket_costs(factor, n_candidates):
    # As the first bracket of a search that has no more candidates than that.
    n = min(n_candidates, bracket_sizes(2, factor)[0][1])
    measured = run(2, factor, n, lambda index, rung: float(index))
    shares = (0.1, 0.3)
    expected = sum(share * len(rung) for share, rung in zip((*shares, 1.0), measured, strict=True))
    cost = Hyperband(2, factor, n_candidates).first_cost(shares)
    assert cost == pytest.approx(expected, rel=1e-12)


def test_what_has_failed_on_a_share_is_behind_all_others():
    measured = run(1, 3, 3, lambda index, rung: [math.nan, -5.0, math.nan][index])
    assert measured == [[0, 1, 2], [1]]


def test_others_begin_while_a_rung_is_scored():
    schedule = Hyperband(1, 2, 10)
    first = [standing(0, [1.0]), standing(1, [None], is_open=True)]
    assert schedule.choose(first, True, False) == Choice(None)
    assert schedule.choose(first, False, False) is None
