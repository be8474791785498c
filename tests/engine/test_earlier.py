"""What an earlier run has left, by the order of its journal."""

from skbayes._trials import Asked, FoldScore, Scored
from skbayes.engine.earlier import EarlierRun
from skbayes.space import Point


def asked(index):
    return Asked(index, Point(0, (float(index),)))


def scored(index, fold, rung=None):
    return Scored(index, fold, FoldScore({"score": 1.0}, None, 0.1, 0.1, None), rung)


EVENTS = [
    asked(0), scored(0, 0, 0), asked(1), scored(1, 0, 0), scored(0, 0), scored(0, 0, 1),
    asked(2), scored(0, 1), scored(1, 0), asked(3), scored(1, 0, 2),
]  # fmt: skip


def test_complete_is_what_has_all_folds_as_a_whole():
    run = EarlierRun(EVENTS, n_folds=2)
    assert list(run.asks) == [0, 1, 2, 3]
    assert len(run.scores) == 7
    # Its last fold was scored when three candidates had been asked for.
    assert [list(run.whole_before(index)) for index in (2, 3, 9)] == [[], [0], [0]]


def test_shares_come_in_their_order():
    run = EarlierRun(EVENTS, n_folds=2)
    assert [run.rung_above(0, rung) for rung in (None, 0, 1)] == [0, 1, None]
    assert [run.rung_above(1, rung) for rung in (None, 0, 2)] == [0, 2, None]
    assert run.rung_above(3, None) is None


def test_without_a_journal_nothing_is_known():
    run = EarlierRun((), n_folds=3)
    assert not run.asks
    assert not run.scores
    assert not list(run.whole_before(100))
