"""The callbacks with scikit-optimize's names, beside scikit-optimize's own."""

import inspect
import math
import random
import time

import numpy as np
import pytest
from scipy.optimize import OptimizeResult

from skbayes import Patience, TargetScore, callbacks
from skbayes.scikit_optimize.callbacks import _state
from skbayes.space import parse_space

SPACE = parse_space({"a": (0.0, 1.0), "b": ["x", "y"]})


def result(values, rows=None):
    """A result as scikit-optimize has it."""
    rows = rows or [[0.5, "x"]] * len(values)
    return OptimizeResult(
        func_vals=np.array(values, dtype=float),
        fun=min(values),
        x_iters=rows,
        x=rows[int(np.argmin(values))],
        models=[],
        space=SPACE,
    )


STOPPERS = [
    ("DeltaYStopper", (0.1,)),
    ("DeltaYStopper", (0.1, 2)),
    ("DeltaYStopper", (0.5, 3)),
    ("HollowIterationsStopper", (3,)),
    # Between the tenths of the values: a rise by rounding counts as none here, and as one there.
    ("HollowIterationsStopper", (2, 0.15)),
    ("HollowIterationsStopper", (2, -0.15)),
    ("ThresholdStopper", (-0.8,)),
    ("DeltaXStopper", (0.2,)),
    ("DeltaXStopper", (1.5,)),
]


@pytest.mark.parametrize(("name", "arguments"), STOPPERS)
def test_stops_where_scikit_optimize_stops(name, arguments):
    theirs = pytest.importorskip("skopt.callbacks")
    space = pytest.importorskip("skopt.space").Space([(0.0, 1.0), ["x", "y"]])
    rng = random.Random(0)
    for n in range(1, 12):
        for _ in range(40):
            values = [round(rng.uniform(-1, 0), 1) for _ in range(n)]
            rows = [[rng.random(), rng.choice("xy")] for _ in range(n)]
            ours = getattr(callbacks, name)(*arguments)(result(values, rows))
            other = result(values, rows)
            other.space = space
            assert bool(ours) == bool(getattr(theirs, name)(*arguments)(other)), values


def test_rules_of_the_search_are_what_decides():
    for values in ([-1.0, -2.0, -2.0, -2.0], [-1.0, -2.0, -2.1, -3.0], [math.inf, -1.0, -1.0]):
        found = result(values)
        state = _state(found)
        patience = Patience(2, 0.05)(state) is not None
        assert callbacks.HollowIterationsStopper(2, 0.05)(found) == patience
        target = TargetScore(2.5)(state) is not None
        assert callbacks.ThresholdStopper(-2.5)(found) == target


def test_failures_are_no_values():
    failed = [math.inf] * 12
    assert not callbacks.DeltaYStopper(1.0, 2)(result([*failed, -1.0]))
    assert not callbacks.StdStopper(1.0)(result([*failed, -1.0]))
    assert not callbacks.HollowIterationsStopper(3)(result(failed))
    assert not callbacks.ThresholdStopper(0.0)(result(failed))
    assert callbacks.DeltaYStopper(1.0, 2)(result([*failed, -1.0, -1.5]))


def test_signatures_are_theirs():
    theirs = pytest.importorskip("skopt.callbacks")
    for name in set(callbacks.__all__) - {"ProgressBar"}:
        ours, other = (
            [(p.name, p.default, p.kind) for p in inspect.signature(c).parameters.values()]
            for c in (getattr(callbacks, name), getattr(theirs, name))
        )
        if name != "EarlyStopper":
            assert ours == other, name


class Clock:
    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


def test_a_deadline_runs_from_the_call_of_fit(monkeypatch):
    clock = Clock(monkeypatch)
    deadline = callbacks.DeadlineStopper(10.0)
    clock.now += 50.0
    deadline.begin_fit()
    answers = []
    for seconds in (2.0, 3.0, 1.0, 1.5):
        clock.now += seconds
        answers.append(deadline(result([0.0])))
    # After 7.5 of 10 seconds a candidate that takes the longest of them would be too much.
    assert answers == [False, False, False, True]
    assert deadline.iter_time == [2.0, 3.0, 1.0, 1.5]
    deadline.begin_fit()
    clock.now += 2.0
    assert not deadline(result([0.0]))
    assert deadline.iter_time == [2.0]


def test_timer(monkeypatch):
    clock = Clock(monkeypatch)
    timer = callbacks.TimerCallback()
    timer.begin_fit()
    for seconds in (1.0, 2.5):
        clock.now += seconds
        assert timer(result([0.0])) is None
    assert timer.iter_time == [1.0, 2.5]


def test_verbose(monkeypatch, capsys):
    clock = Clock(monkeypatch)
    verbose = callbacks.VerboseCallback(3, n_init=1, n_random=1)
    verbose.begin_fit()
    for values in ([-0.5], [-0.5, -0.25], [-0.5, -0.25, -0.75]):
        clock.now += 1.5
        assert verbose(result(values)) is None
    assert capsys.readouterr().out.splitlines() == [
        "Candidate 1 of 3, given: value -0.5000, lowest so far -0.5000, 1.50 s",
        "Candidate 2 of 3, drawn: value -0.2500, lowest so far -0.5000, 1.50 s",
        "Candidate 3 of 3: value -0.7500, lowest so far -0.7500, 1.50 s",
    ]
    verbose.begin_fit()
    assert verbose.iter_no == 1


def test_spread(capsys):
    stopper = callbacks.StdStopper(0.1, log_interval=5)
    assert stopper(result([-1.0] * 9)) is None
    assert stopper(result([-1.0] * 10)) is True
    assert stopper(result([-1.0] * 5 + [-2.0] * 6)) is False
    assert capsys.readouterr().out == "standard deviation of 10 values: 0\n"


def test_stoppers_of_ones_own():
    class Tenth(callbacks.EarlyStopper):
        def _criterion(self, result):
            return len(result.func_vals) >= 10

    assert not Tenth()(result([0.0] * 9))
    assert Tenth()(result([0.0] * 10))
    with pytest.raises(NotImplementedError, match="EarlyStopper has no method _criterion"):
        callbacks.EarlyStopper()(result([0.0]))


def test_stoppers_as_public_scripts_write_them():
    """Some replace the call itself; some make a stopper of the base class in their constructor."""

    class Third(callbacks.EarlyStopper):
        def __init__(self):
            callbacks.EarlyStopper().__init__()

        def __call__(self, result):
            return len(result.func_vals) >= 3

    assert [Third()(result([0.0] * n)) for n in (2, 3)] == [False, True]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: callbacks.DeltaXStopper("1"), "DeltaXStopper: delta must be a finite number"),
        (lambda: callbacks.DeltaYStopper(0.1, 0), "DeltaYStopper: n_best must be an int"),
        (lambda: callbacks.HollowIterationsStopper(2.0), "n_iterations must be an int"),
        (lambda: callbacks.HollowIterationsStopper(2, None), "threshold must be a finite number"),
        (lambda: callbacks.DeadlineStopper(math.nan), "total_time must be a finite number"),
        (lambda: callbacks.StdStopper(0.1, None), "log_interval must be an int"),
        (lambda: callbacks.ThresholdStopper(None), "threshold must be a finite number"),
    ],
)
def test_mistakes(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_checkpoints_are_not_pickled(tmp_path):
    with pytest.raises(NotImplementedError, match=r"checkpoint='search\.jsonl'"):
        callbacks.CheckpointSaver(str(tmp_path / "result.pkl"), compress=9)
    assert list(tmp_path.iterdir()) == []


def test_integers_of_numpy_are_integers(capsys):
    few, many = np.uint8(2), np.uint8(200)
    assert callbacks.DeltaYStopper(0.1, few)(result([-3.0, -2.0, -1.0])) is False
    assert callbacks.HollowIterationsStopper(few)(result([-1.0, -1.0])) is False
    assert callbacks.StdStopper(0.1, few)(result([-1.0] * 300)) is True
    verbose = callbacks.VerboseCallback(many, n_init=many, n_random=many)
    verbose.begin_fit()
    verbose(result([-0.5]))
    assert "Candidate 1 of 200, given" in capsys.readouterr().out
