"""Ax and Vizier, the open editions of two services, behind the interface of `Peer`.

Each brings many packages of its own, and wants an environment of its own.
"""

import logging
import math
import warnings
from typing import Any

from benchmarks.tasks.task import LOG, Params, Task, Union, is_integer, plain

OBJECTIVE = "score"


class Ax:
    """Ax with the generation strategy that it chooses, which is BoTorch's: failures are told."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        import torch
        from ax.api.client import Client
        from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig
        from ax.utils.common.logger import set_ax_logger_levels

        torch.set_num_threads(1)
        set_ax_logger_levels(logging.ERROR)
        warnings.simplefilter("ignore")  # of numerics, by the dozen
        # With one seed for the client all trials of a step would be drawn alike.
        torch.manual_seed(seed)
        self._union = Union(task)
        self._names = {key: f"p{i}" for i, key in enumerate(self._union.written)}
        parameters: list[Any] = []
        for key, written in self._union.written.items():
            name = self._names[key]
            if isinstance(written, list):
                places = list(map(str, range(len(written))))
                parameters.append(ChoiceParameterConfig(name, places, "str", is_ordered=False))
                continue
            kind = "int" if is_integer(written) else "float"
            scaling = "log" if LOG in written else "linear"
            bounds = (written[0], written[1])
            parameters.append(RangeParameterConfig(name, bounds, kind, scaling=scaling))
        self._client = Client(random_seed=seed)
        self._client.configure_experiment(parameters)
        self._client.configure_optimization(OBJECTIVE)

    def ask(self) -> Params:
        """Propose parameters."""
        ((self._trial, found),) = self._client.get_next_trials(1).items()
        return self._union.params(
            {
                key: written[int(found[self._names[key]])]
                if isinstance(written, list)
                else plain(found[self._names[key]])
                for key, written in self._union.written.items()
            }
        )

    def tell(self, params: Params, score: float) -> None:
        """Report a score."""
        if math.isfinite(score):
            self._client.complete_trial(self._trial, {OBJECTIVE: score})
        else:
            self._client.mark_trial_failed(self._trial)


class Vizier:
    """google-vizier's default algorithm: a Gaussian process with an upper confidence bound."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        import jax
        from vizier import algorithms, pyvizier
        from vizier.algorithms import designers

        # By default it computes in single precision, and most searches end in proposals of NaN.
        jax.config.update("jax_enable_x64", True)
        self._algorithms, self._pyvizier = algorithms, pyvizier
        self._union, self._n_asked = Union(task), 0
        problem = pyvizier.ProblemStatement()
        root = problem.search_space.root
        for key, written in self._union.written.items():
            if isinstance(written, list):
                root.add_categorical_param(key, list(map(str, range(len(written)))))
                continue
            add = root.add_int_param if is_integer(written) else root.add_float_param
            scale = pyvizier.ScaleType.LOG if LOG in written else pyvizier.ScaleType.LINEAR
            add(key, *written[:2], scale_type=scale)
        goal = pyvizier.ObjectiveMetricGoal.MAXIMIZE
        problem.metric_information.append(pyvizier.MetricInformation(OBJECTIVE, goal=goal))
        self._designer = designers.VizierGPUCBPEBandit(problem, rng=jax.random.PRNGKey(seed))

    def ask(self) -> Params:
        """Propose parameters."""
        self._n_asked += 1
        self._trial = self._designer.suggest(1)[0].to_trial(self._n_asked)
        found = self._trial.parameters.as_dict()
        return self._union.params(
            {
                key: written[int(found[key])]
                if isinstance(written, list)
                else (round(found[key]) if is_integer(written) else plain(found[key]))
                for key, written in self._union.written.items()
            }
        )

    def tell(self, params: Params, score: float) -> None:
        """Report a score."""
        if math.isfinite(score):
            self._trial.complete(self._pyvizier.Measurement({OBJECTIVE: score}))
        else:
            self._trial.complete(self._pyvizier.Measurement(), infeasibility_reason="failed")
        completed = self._algorithms.CompletedTrials([self._trial])
        self._designer.update(completed, self._algorithms.ActiveTrials())
