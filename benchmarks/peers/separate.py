"""SMAC and HEBO behind the interface of `Peer`: they bring many packages of their own."""

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tasks.task import BRANCH, LOG, Params, Task, Union, is_integer, keys, plain


class Smac:
    """SMAC's facade for hyper-parameters.

    A failure has the status CRASHED and the worst cost so far: with an infinite one, which is its
    default, its forest cannot be fitted.
    """

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        import ConfigSpace as cs
        import smac
        from smac.runhistory import StatusType, TrialValue

        self._value, self._crashed = TrialValue, StatusType.CRASHED
        self._union, self._worst = Union(task), -math.inf
        space = cs.ConfigurationSpace(seed=seed)
        parameters = {}
        for key, written in self._union.written.items():
            if isinstance(written, list):
                places = [str(i) for i in range(len(written))]
                parameters[key] = cs.CategoricalHyperparameter(key, places)
            else:
                kind = (
                    cs.UniformIntegerHyperparameter
                    if is_integer(written)
                    else cs.UniformFloatHyperparameter
                )
                parameters[key] = kind(key, *written[:2], log=LOG in written)
        space.add(*parameters.values())
        named = [keys(b, i, task.branches) for i, b in enumerate(task.branches)]
        for key, parameter in parameters.items():
            has = [str(i) for i, names in enumerate(named) if key in names.values()]
            if key != BRANCH and len(has) < len(named):
                space.add(cs.InCondition(parameter, parameters[BRANCH], has))
        self._folder = tempfile.TemporaryDirectory()  # SMAC writes its history
        scenario = smac.Scenario(
            space,
            deterministic=True,
            n_trials=n_iter,
            seed=seed,
            output_directory=Path(self._folder.name),
        )
        self._facade = smac.HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: 0.0, overwrite=True, logging_level=False
        )

    def ask(self) -> Params:
        """Propose parameters."""
        self._info = self._facade.ask()
        values = {
            key: self._union.written[key][int(value)]
            if isinstance(self._union.written[key], list)
            else plain(value)
            for key, value in dict(self._info.config).items()
        }
        return self._union.params(values)

    def tell(self, params: Params, score: float) -> None:
        """Report a cost."""
        if math.isfinite(score):
            self._worst = max(self._worst, -score)
            self._facade.tell(self._info, self._value(cost=-score))
        else:
            cost = self._worst if math.isfinite(self._worst) else 0.0
            self._facade.tell(self._info, self._value(cost=cost, status=self._crashed))


class Hebo:
    """HEBO: a failure is told as the worst score so far."""

    def __init__(self, task: Task, n_iter: int, seed: int) -> None:
        import torch
        from hebo.design_space.design_space import DesignSpace
        from hebo.optimizers.hebo import HEBO

        torch.set_num_threads(1)
        np.random.seed(seed)  # noqa: NPY002
        torch.manual_seed(seed)
        self._union, self._worst = Union(task), -math.inf
        parameters: list[dict[str, Any]] = []
        for key, written in self._union.written.items():
            if isinstance(written, list):
                places = [str(i) for i in range(len(written))]
                parameters.append({"name": key, "type": "cat", "categories": places})
                continue
            kind = "pow" if LOG in written else "num"
            if is_integer(written):
                kind = "pow_int" if LOG in written else "int"
            parameters.append({"name": key, "type": kind, "lb": written[0], "ub": written[1]})
        self._optimizer = HEBO(DesignSpace().parse(parameters), scramble_seed=seed)

    def ask(self) -> Params:
        """Propose parameters."""
        self._asked = self._optimizer.suggest(1)
        row = self._asked.iloc[0].to_dict()
        values = {}
        for key, written in self._union.written.items():
            if isinstance(written, list):
                values[key] = written[int(row[key])]
            else:  # a row of numbers only is one of floats
                values[key] = round(row[key]) if is_integer(written) else plain(row[key])
        return self._union.params(values)

    def tell(self, params: Params, score: float) -> None:
        """Report a loss."""
        if math.isfinite(score):
            self._worst = max(self._worst, -score)
        loss = -score if math.isfinite(score) else self._worst
        self._optimizer.observe(self._asked, np.array([[loss if math.isfinite(loss) else 0.0]]))
