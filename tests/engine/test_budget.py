import time

from skbayes.engine.budget import Budget, Spending


def test_without_a_limit_everything_is_affordable():
    budget = Budget(None)
    assert budget.affords(1e300)
    assert budget.share_left is None


def test_time_runs_from_the_beginning():
    budget = Budget(1000.0)
    assert 0.99 < budget.share_left <= 1.0
    time.sleep(0.01)
    assert 0.01 <= budget.elapsed < 100.0


def test_what_was_spent_before_counts():
    budget = Budget(100.0, spent=60.0)
    assert 0.3 < budget.share_left <= 0.4
    assert budget.affords(50.0)
    assert not budget.affords(70.0)


def test_earlier_runs_are_no_part_of_the_limit():
    budget = Budget(100.0, spent=60.0, earlier=1e6)
    assert 0.3 < budget.share_left <= 0.4
    assert 30.0 < budget.seconds_left <= 40.0
    assert budget.elapsed >= 1e6 + 60.0


def test_nothing_is_affordable_when_the_time_is_over():
    budget = Budget(1.0, spent=2.0)
    assert budget.share_left == 0.0
    assert not budget.affords(0.0)


def test_what_is_promised_counts_as_spent():
    spending = Spending(10.0)
    spending.decide(6.5)
    spending.decide(0.5)
    spending.take(6.5)
    assert spending.affords(0.5, 2.5)
    assert not spending.affords(1.0, 2.5)
    # What was promised is spent in part only.
    assert spending.affords(0.0, 3.0)
    assert spending.spent == 6.5


def test_rounded_shares_are_not_overspent():
    spending = Spending(1.0)
    for _ in range(10):
        assert spending.affords(0.0, 0.1)
        spending.decide(0.1)
    assert not spending.affords(0.0, 0.1)


def test_what_is_spent_is_the_sum_of_what_was_taken_in():
    spending = Spending()
    for _ in range(300):
        spending.take(0.1)
    assert spending.spent == 30.0


def test_without_a_limit_nothing_is_over():
    spending = Spending()
    spending.decide(1e300)
    assert spending.affords(1e300, 1e300)
