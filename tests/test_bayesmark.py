"""The tasks with the search spaces of Bayesmark."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.tasks import TASKS
from benchmarks.tasks.bayesmark import built
from benchmarks.tasks.task import BAYESMARK, from_unit

ROOT = Path(__file__).parents[1]
NAMES = [name for name, task in TASKS.items() if task.origin == BAYESMARK]


def test_there_are_nine_estimators_on_four_data_sets() -> None:
    assert len(NAMES) == 36
    assert len({TASKS[name].family for name in NAMES}) == 9


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(("iris", "diabetes"))])
def test_the_middle_has_the_same_score_twice(name: str) -> None:
    task, rng = TASKS[name], np.random.default_rng(0)
    params = {key: from_unit(written, 0.5) for key, written in task.space.items()}
    score = task.make()(params, rng)
    assert np.isfinite(score)
    assert task.make()(params, rng) == score


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("wine")])
def test_estimators_take_both_ends_of_all_ranges(name: str) -> None:
    task = TASKS[name]
    for u in (0.0, 1.0):
        params = {key: from_unit(written, u) for key, written in task.space.items()}
        built(**dict(task.make.fixed), **params)._validate_params()


def test_logits_become_what_they_are_logits_of() -> None:
    space = TASKS["bayesmark-tree-iris"].space
    low, high = space["logit_min_samples_leaf"]
    assert built(dict, logit_min_samples_leaf=low)["min_samples_leaf"] == pytest.approx(0.01)
    assert built(dict, logit_min_samples_leaf=high)["min_samples_leaf"] == pytest.approx(0.49)
    assert built(dict, max_depth=3) == {"max_depth": 3}


def test_a_digest_is_the_same_in_another_process() -> None:
    # It would not be with the address of an object in it: then nothing kept would count.
    code = "from benchmarks.tasks import TASKS; print(*[t.digest for t in TASKS.values()])"
    run = [sys.executable, "-c", code]
    made = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT)
    assert made.stdout.split() == [task.digest for task in TASKS.values()]
