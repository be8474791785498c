import pytest

from skbayes._trials import FoldScore, Scored
from skbayes.engine.queue import FoldQueue
from skbayes.workers.pool import Outcome

FOLDS = [(0, 0, None), (0, 1, None), (1, 0, None), (2, 0, None)]


def scored(fold):
    index, number, rung = fold
    return Scored(index, number, FoldScore({"score": index + number}, None, 0.0, 0.0), rung)


class FakePool:
    """A pool of two places whose tasks end as they are told to."""

    has_backlog = False

    def __init__(self, order):
        self.order = list(order)
        self.running = []

    @property
    def has_room(self):
        return len(self.running) < 2

    def submit(self, fold):
        assert self.has_room
        self.running.append(fold)

    def withdraw(self):
        return [self.running.pop()] if self.has_backlog else []

    def wait(self):
        fold = next(fold for fold in self.order if fold in self.running)
        self.running.remove(fold)
        return Outcome(fold)


def begin(
    order,
    *,
    in_order=True,
    known=(),
    may_begin=lambda fold: True,
    to_event=lambda outcome: scored(outcome.key),
):
    pool, arrived = FakePool(order), []
    queue = FoldQueue(
        pool,
        pool.submit,
        to_event,
        may_begin=may_begin,
        in_order=in_order,
        known=map(scored, known),
        arrived=arrived.append,
    )
    return queue, pool, arrived


def fly(order, *, in_order, known=()):
    queue, _, arrived = begin(order, in_order=in_order, known=known)
    for fold in FOLDS:
        queue.launch(fold)
    landed = []
    while len(queue):
        landed.append(queue.land())
    return landed, arrived


@pytest.mark.parametrize("order", [FOLDS, FOLDS[::-1]])
def test_in_order_is_as_decided(order):
    landed, arrived = fly(order, in_order=True)
    assert landed == [scored(fold) for fold in FOLDS]
    assert sorted(arrived, key=str) == sorted(landed, key=str)


def test_else_it_is_as_they_arrive():
    order = [(0, 1, None), (1, 0, None), (2, 0, None), (0, 0, None)]
    landed, arrived = fly(order, in_order=False)
    assert landed == arrived == [scored(fold) for fold in order]


@pytest.mark.parametrize("in_order", [True, False])
def test_what_is_known_is_not_evaluated_again(in_order):
    known = [(2, 0, None), (0, 0, None)]
    landed, arrived = fly(FOLDS, in_order=in_order, known=known)
    assert len(landed) == 4
    assert arrived == [scored((0, 1, None)), scored((1, 0, None))]
    if in_order:
        assert landed == [scored(fold) for fold in FOLDS]
    else:
        assert landed[:2] == [scored(fold) for fold in known]


def test_what_has_arrived_and_waits_can_be_had():
    queue, pool, _ = begin([(0, 1, None), (1, 0, None), (0, 0, None)])
    for fold in FOLDS[:3]:
        queue.launch(fold)
    pool.order = [(0, 1, None), (1, 0, None)]
    with pytest.raises(StopIteration):
        queue.land()
    assert queue.landed() == [scored((0, 1, None)), scored((1, 0, None))]


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("n_allowed", range(5))
def test_no_fold_begins_after_one_that_may_not(in_order, n_allowed):
    asked = []

    def may_begin(fold):
        asked.append(fold)
        return len(asked) <= n_allowed

    queue, pool, _ = begin(FOLDS[::-1], in_order=in_order, may_begin=may_begin)
    for fold in FOLDS:
        queue.launch(fold)
        if len(asked) > n_allowed:
            break
    landed = []
    while len(queue):
        landed.append(queue.land())
    assert sorted(landed, key=str) == [scored(fold) for fold in FOLDS[:n_allowed]]
    assert not pool.running
    # It is asked when there is room, and not before.
    assert asked == FOLDS[: n_allowed + 1]


def test_draining_waits_for_what_runs_and_for_nothing_else():
    queue, pool, arrived = begin(FOLDS[::-1], known=[(2, 0, None)])
    for fold in FOLDS:
        queue.launch(fold)
    queue.drain()
    assert arrived == [scored((0, 1, None)), scored((0, 0, None))]
    assert not pool.running


def test_draining_takes_back_what_no_worker_has():
    queue, pool, arrived = begin(FOLDS[::-1])
    pool.has_backlog = True
    for fold in FOLDS:
        queue.launch(fold)
    queue.drain()
    assert arrived == [scored((0, 0, None))]
    assert not pool.running


def test_what_nobody_waits_for_raises_nothing():
    def to_event(outcome):
        if outcome.key == (0, 1, None):
            raise RuntimeError("a fit that failed")
        return scored(outcome.key)

    queue, pool, arrived = begin(FOLDS[::-1], to_event=to_event)
    for fold in FOLDS:
        queue.launch(fold)
    queue.drain()
    assert arrived == [scored((0, 0, None))]
    assert not pool.running
