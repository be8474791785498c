"""Optimisers behind one interface: `ask()` returns parameters, `tell(params, score)` a score.

Each has its default settings and one thread, which the runner sets; higher scores are better, and
NaN is a failure, told in the way that the library documents. Those that know conditional spaces get
one (hyperopt, Optuna, SMAC), the others the parameters of all branches and the branch itself as a
category. Lists are categories to all peers, as their users would write them. A library is imported
when its method is made.
"""

import logging
import math
import warnings
from typing import Any, Protocol

import numpy as np

from benchmarks.tasks.task import (
    BRANCH,
    LOG,
    Params,
    Task,
    Union,
    from_unit,
    is_constant,
    is_integer,
    keys,
    plain,
)


class Peer(Protocol):
    """What the runner needs."""

    def ask(self) -> Params:
        """Return the parameters to be evaluated next."""

    def tell(self, params: Params, score: float) -> None:
        """Report the score of the parameters that were asked for last."""


class Skbayes:
    """The optimiser of the work tree."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        from skbayes import Optimizer

        optimizer = Optimizer(task.space, n_iter=n_iter, random_state=seed)
        self.ask, self.tell = optimizer.ask, optimizer.tell


class Random:
    """A branch, then each parameter evenly on its scale."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        self._task, self._rng = task, np.random.default_rng([seed, 1])

    def ask(self) -> Params:
        """Draw parameters."""
        return self._task.sample(self._rng)

    def tell(self, params: Params, score: float) -> None:
        """Learn nothing."""


class Sobol(Random):
    """Points of a scrambled Sobol sequence over the parameters of all branches."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        from scipy.stats import qmc

        self._union = Union(task)
        sobol = qmc.Sobol(len(self._union.written), rng=np.random.default_rng(seed))
        self._rows = iter(sobol.random_base2(math.ceil(math.log2(max(n_iter, 2)))))

    def ask(self) -> Params:
        """Return the next point."""
        row = next(self._rows)
        written = self._union.written.items()
        values = {key: from_unit(w, u) for (key, w), u in zip(written, row, strict=True)}
        return self._union.params(values)


class Skopt:
    """scikit-optimize: a failure is told as the worst score so far."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        import skopt

        self._union, self._worst = Union(task), 0.0
        dimensions = []
        for written in self._union.written.values():
            if isinstance(written, list):
                # Places instead of values: None and booleans are no categories to skopt.
                dimensions.append(skopt.space.Categorical([str(i) for i in range(len(written))]))
            else:
                kind = skopt.space.Integer if is_integer(written) else skopt.space.Real
                dimensions.append(kind(*written[:2], LOG if LOG in written else "uniform"))
        self._optimizer = skopt.Optimizer(dimensions, random_state=seed)
        self._has_score = False

    def ask(self) -> Params:
        """Propose parameters."""
        self._asked = self._optimizer.ask()
        values = {
            key: written[int(value)] if isinstance(written, list) else plain(value)
            for (key, written), value in zip(self._union.written.items(), self._asked, strict=True)
        }
        return self._union.params(values)

    def tell(self, params: Params, score: float) -> None:
        """Report a loss."""
        if math.isfinite(score):
            self._worst = max(self._worst, -score) if self._has_score else -score
            self._has_score = True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of points asked twice
            self._optimizer.tell(self._asked, -score if math.isfinite(score) else self._worst)


class Optuna:
    """A sampler of Optuna, define by run: a failure ends the trial in the state FAIL."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        self._failed = optuna.trial.TrialState.FAIL
        self._study = optuna.create_study(direction="maximize", sampler=self.sampler(task, seed))
        self._branches = task.branches
        self._keys = [keys(b, i, task.branches) for i, b in enumerate(task.branches)]

    def sampler(self, task: Task, seed: int) -> Any:
        """Return TPE, in groups of parameters that occur together where there are branches."""
        import optuna

        has_branches = len(task.branches) > 1
        return optuna.samplers.TPESampler(multivariate=True, group=has_branches, seed=seed)

    def ask(self) -> Params:
        """Propose parameters."""
        self._trial = self._study.ask()
        index = 0
        if len(self._branches) > 1:
            index = self._trial.suggest_categorical(BRANCH, range(len(self._branches)))
        named = self._keys[index]
        return {
            name: self._suggest(named[name], written) if name in named else written[0]
            for name, written in self._branches[index].items()
        }

    def _suggest(self, key: str, written: Any) -> Any:
        if isinstance(written, list):
            return self._trial.suggest_categorical(key, written)
        is_log = LOG in written
        suggest = self._trial.suggest_int if is_integer(written) else self._trial.suggest_float
        return suggest(key, *written[:2], log=is_log)

    def tell(self, params: Params, score: float) -> None:
        """Report a score."""
        if math.isfinite(score):
            self._study.tell(self._trial, score)
        else:
            self._study.tell(self._trial, state=self._failed)


class OptunaGP(Optuna):
    """Optuna's sampler with a Gaussian process."""

    def sampler(self, task: Task, seed: int) -> Any:
        """Return it."""
        import optuna
        import torch

        torch.set_num_threads(1)
        return optuna.samplers.GPSampler(seed=seed)


class Hyperopt:
    """hyperopt's TPE, its trials kept by hand: a failure has the status `fail`."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        import hyperopt

        logging.getLogger("hyperopt").setLevel(logging.ERROR)
        self._hyperopt, self._branches = hyperopt, task.branches
        branches = [
            {
                name: written[0] if is_constant(written) else self._node(f"{i}:{name}", written)
                for name, written in branch.items()
            }
            for i, branch in enumerate(task.branches)
        ]
        space = hyperopt.hp.choice(BRANCH, branches) if len(branches) > 1 else branches[0]
        self._domain = hyperopt.Domain(lambda params: 0.0, space)
        self._trials, self._space = hyperopt.Trials(), space
        self._rng = np.random.default_rng(seed)

    def _node(self, key: str, written: Any) -> Any:
        hp = self._hyperopt.hp
        if isinstance(written, list):
            return hp.choice(key, written)
        low, high = written[:2]
        if is_integer(written):
            low, high = low - 0.5, high + 0.5
            if LOG in written:
                return hp.qloguniform(key, math.log(low), math.log(high), 1)
            return hp.quniform(key, low, high, 1)
        if LOG in written:
            return hp.loguniform(key, math.log(low), math.log(high))
        return hp.uniform(key, low, high)

    def ask(self) -> Params:
        """Propose parameters."""
        number = self._trials.new_trial_ids(1)
        self._trials.refresh()
        seed = int(self._rng.integers(2**31 - 1))
        (self._trial,) = self._hyperopt.tpe.suggest(
            number, self._domain, self._trials, seed, verbose=False
        )
        chosen = {key: value[0] for key, value in self._trial["misc"]["vals"].items() if value}
        params = self._hyperopt.space_eval(self._space, chosen)
        branch = self._branches[int(chosen.get(BRANCH, 0))]
        # Its quantised ranges give floats, and at times one step too many.
        return {
            name: int(np.clip(value, *branch[name][:2]))
            if is_integer(branch[name])
            else plain(value)
            for name, value in params.items()
        }

    def tell(self, params: Params, score: float) -> None:
        """Report a loss."""
        status = self._hyperopt.STATUS_OK if math.isfinite(score) else self._hyperopt.STATUS_FAIL
        result = {"status": status, "loss": -score} if math.isfinite(score) else {"status": status}
        self._trial.update(state=self._hyperopt.JOB_STATE_DONE, result=result)
        self._trials.insert_trial_doc(self._trial)
        self._trials.refresh()
