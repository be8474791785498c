import pytest

from skbayes._flight import Flight
from skbayes._pool import Outcome
from skbayes._trials import FoldScore, Scored

FOLDS = [(0, 0), (0, 1), (1, 0), (2, 0)]


def scored(fold):
    return Scored(*fold, FoldScore({"score": sum(fold)}, None, 0.0, 0.0))


class FakePool:
    """A pool of two places whose tasks end as they are told to."""

    def __init__(self, order):
        self.order = list(order)
        self.running = []

    @property
    def has_room(self):
        return len(self.running) < 2

    def submit(self, fold):
        assert self.has_room
        self.running.append(fold)

    def wait(self):
        fold = next(fold for fold in self.order if fold in self.running)
        self.running.remove(fold)
        return Outcome(fold)


def fly(order, *, in_order, known=()):
    pool, arrived = FakePool(order), []
    flight = Flight(
        pool,
        pool.submit,
        lambda outcome: scored(outcome.key),
        in_order=in_order,
        known=map(scored, known),
        arrived=arrived.append,
    )
    for fold in FOLDS:
        flight.launch(fold)
    landed = []
    while len(flight):
        landed.append(flight.land())
    return landed, arrived


@pytest.mark.parametrize("order", [FOLDS, FOLDS[::-1]])
def test_in_order_is_as_decided(order):
    landed, arrived = fly(order, in_order=True)
    assert landed == [scored(fold) for fold in FOLDS]
    assert sorted(arrived, key=str) == sorted(landed, key=str)


def test_else_it_is_as_they_arrive():
    order = [(0, 1), (1, 0), (2, 0), (0, 0)]
    landed, arrived = fly(order, in_order=False)
    assert landed == arrived == [scored(fold) for fold in order]


@pytest.mark.parametrize("in_order", [True, False])
def test_what_is_known_is_not_evaluated_again(in_order):
    known = [(2, 0), (0, 0)]
    landed, arrived = fly(FOLDS, in_order=in_order, known=known)
    assert len(landed) == 4
    assert arrived == [scored((0, 1)), scored((1, 0))]
    if in_order:
        assert landed == [scored(fold) for fold in FOLDS]
    else:
        assert landed[:2] == [scored(fold) for fold in known]


def test_what_has_arrived_and_waits_can_be_had():
    pool = FakePool([(0, 1), (1, 0), (0, 0)])
    flight = Flight(pool, pool.submit, lambda outcome: scored(outcome.key), in_order=True)
    for fold in FOLDS[:3]:
        flight.launch(fold)
    pool.order = [(0, 1), (1, 0)]
    with pytest.raises(StopIteration):
        flight.land()
    assert flight.landed() == [scored((0, 1)), scored((1, 0))]
