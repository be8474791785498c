"""Searches in parts behind one interface: `ask(left)` says what to measure, `tell` how it went."""

import logging
import math
import tempfile
import warnings
from typing import Any, Protocol

from benchmarks.tasks.task import LOG, Params, is_integer, plain
from skbayes.model import Report
from skbayes.optimizer import Ladder, PointOptimizer, random_search
from skbayes.rules import Hyperband, Standing
from skbayes.space import parse_space

FACTOR = 3
# More than any search has: its cost ends it.
MANY = 10**6


class Player(Protocol):
    """What a run needs."""

    def ask(self, left: float) -> tuple[Params, int | None]:
        """Return parameters and the rung to measure them on; None: with the whole resource.

        `left` is the share of the budget that is left.
        """

    def tell(self, score: float, cost: float) -> None:
        """Report what was asked for last."""


class Skbayes:
    """The searches of this project, by the names that the study gives them."""

    def __init__(
        self, method: str, space: Params, shares: tuple[float, ...], n_iter: int, seed: int
    ) -> None:
        self._space = parse_space(space)
        optimizer = PointOptimizer(self._space, random_state=seed, n_iter=n_iter)
        self._strategy: Any = optimizer
        self._schedule: Any = None
        if method.startswith("ladder"):
            self._schedule = Ladder(optimizer, shares)
        elif method in ("hyperband", "random"):
            self._strategy = random_search(optimizer, seed)
            if method == "hyperband":
                self._schedule = Hyperband(len(shares), FACTOR, MANY)
        self._knows_costs = "cost" in method
        self._points: list[Any] = []
        self._scores: list[list[float | None]] = []
        self._costs: list[list[float | None]] = []
        self._whole: dict[int, float] = {}
        self._n_rungs = len(shares)

    def ask(self, left: float) -> tuple[Params, int | None]:
        """Let the schedule choose; a new candidate is the strategy's proposal."""
        told = left if self._knows_costs else None
        if self._schedule is None:
            return self._begin(None, None, told)
        choice = self._schedule.choose(self._standings(), True, False, told)
        return self._begin(choice.index, choice.rung, told)

    def go_on(self) -> tuple[Params, int | None] | None:
        """Let the schedule choose once there are no new candidates; None if it leaves the rest."""
        choice = self._schedule.choose(self._standings(), False, False)
        return None if choice is None else self._begin(choice.index, choice.rung, None)

    @property
    def n_begun(self) -> int:
        """Number of candidates."""
        return len(self._points)

    def _begin(
        self, index: int | None, rung: int | None, told: float | None
    ) -> tuple[Params, int | None]:
        if index is None:
            index = len(self._points)
            self._points.append(self._strategy.ask_point(told))
            self._scores.append([None] * self._n_rungs)
            self._costs.append([None] * self._n_rungs)
        self._asked = index, rung
        return self._space.decode(self._points[index]), rung

    def _standings(self) -> list[Standing]:
        standings = []
        for i, row in enumerate(self._scores):
            of_rungs = [math.nan if cost is None else cost for cost in self._costs[i]]
            seconds = (*of_rungs, self._whole.get(i, math.nan))
            standings.append(Standing(i, tuple(row), False, i in self._whole, seconds))
        return standings

    def tell(self, score: float, cost: float) -> None:
        """Report it with what is known of the candidate from before."""
        index, rung = self._asked
        if rung is None:
            self._whole[index] = cost
            whole = (score, (score,), cost)
        else:
            self._scores[index][rung], self._costs[index][rung] = score, cost
            whole = (math.nan, (None,), None)
        parts = tuple(self._scores[index]), tuple(self._costs[index])
        self._strategy.tell_report(self._points[index], Report(*whole, *parts))


class Optuna:
    """Optuna's TPE with its Hyperband pruner: a trial goes from rung to rung until it is pruned."""

    def __init__(self, space: Params, shares: tuple[float, ...], seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        self._pruned = optuna.trial.TrialState.PRUNED
        self._written, self._n_rungs = space, len(shares)
        self._study = optuna.create_study(
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=seed),
            pruner=optuna.pruners.HyperbandPruner(1, FACTOR ** len(shares), FACTOR),
        )
        self._trial: Any = None

    def ask(self, left: float) -> tuple[Params, int | None]:
        """Go on with the trial, or begin another."""
        if self._trial is None:
            self._trial, self._rung = self._study.ask(), 0
            self._params = {name: self._suggest(name, w) for name, w in self._written.items()}
        return self._params, self._rung if self._rung < self._n_rungs else None

    def _suggest(self, name: str, written: Any) -> Any:
        if isinstance(written, list):
            return self._trial.suggest_categorical(name, written)
        suggest = self._trial.suggest_int if is_integer(written) else self._trial.suggest_float
        return suggest(name, *written[:2], log=LOG in written)

    def tell(self, score: float, cost: float) -> None:
        """Report the score of the step."""
        self._trial.report(score, FACTOR**self._rung)
        if self._rung == self._n_rungs:
            self._study.tell(self._trial, score)
        elif self._trial.should_prune():
            self._study.tell(self._trial, state=self._pruned)
        else:
            self._rung += 1
            return
        self._trial = None


class Dehb:
    """DEHB: brackets of differential evolution."""

    def __init__(self, space: Params, shares: tuple[float, ...], seed: int) -> None:
        import ConfigSpace as cs
        from dehb import DEHB
        from loguru import logger

        logger.remove()
        logging.getLogger("dehb").setLevel(logging.ERROR)
        self._written, self._n_rungs = space, len(shares)
        configs = cs.ConfigurationSpace(seed=seed)
        for name, written in space.items():
            if isinstance(written, list):
                # Places instead of values: None and booleans are no categories to it.
                places = [str(i) for i in range(len(written))]
                configs.add(cs.CategoricalHyperparameter(name, places))
            else:
                kind = (
                    cs.UniformIntegerHyperparameter
                    if is_integer(written)
                    else cs.UniformFloatHyperparameter
                )
                configs.add(kind(name, *written[:2], log=LOG in written))
        self._folder = tempfile.TemporaryDirectory()  # DEHB writes its history
        self._optimizer = DEHB(
            cs=configs,
            min_fidelity=1,
            max_fidelity=FACTOR ** len(shares),
            eta=FACTOR,
            seed=seed,
            n_workers=1,
            save_freq="end",
            output_path=self._folder.name,
        )

    def ask(self, left: float) -> tuple[Params, int | None]:
        """Return the next configuration with its fidelity."""
        self._job = self._optimizer.ask()
        rung = round(math.log(self._job["fidelity"], FACTOR))
        params = {
            name: written[int(self._job["config"][name])]
            if isinstance(written, list)
            else plain(self._job["config"][name])
            for name, written in self._written.items()
        }
        return params, rung if rung < self._n_rungs else None

    def tell(self, score: float, cost: float) -> None:
        """Report a loss."""
        self._optimizer.tell(self._job, {"fitness": -score, "cost": cost})


PEERS = {"optuna": Optuna, "dehb": Dehb}


def make_player(
    method: str, space: Params, shares: tuple[float, ...], n_iter: int, seed: int
) -> Player:
    """Return a search of a space, with the shares of its rungs."""
    if method in PEERS:
        return PEERS[method](space, shares, seed)
    return Skbayes(method, space, shares, n_iter, seed)
