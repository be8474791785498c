"""The metric that steers a search, and which candidates have failed by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from skbayes._compat import (
    BaseScorer,
    BaseSearchCV,
    MultimetricScorer,
    check_refit,
    scorers_by_name,
)
from skbayes._numerics import mean, standard_deviation
from skbayes._trials import FoldScore, Trial
from skbayes.model import MEAN, Report, read_report
from skbayes.rules import one_standard_error

__all__ = ["Objective"]


class Objective:
    """The metric that a search maximises.

    A callable scorer may return several metrics, whose names are known from its first result
    only: the metric is settled then.

    Parameters
    ----------
    search : BaseSearchCV
        Its `objective`, `refit` and `scoring` are read.
    scorers : scorer or scorers
        What the search scores with.

    Attributes
    ----------
    metric : str or None
        Name of the metric; None as long as it is not known.
    metrics : tuple of str
        Names of all that are scored; "score" alone as long as they are not known.
    is_multimetric : bool
        Whether scores have names: those of several metrics, or of a function that returns a dict.

    Raises
    ------
    ValueError
        If `objective` is none of the metrics.
    """

    def __init__(self, search: BaseSearchCV, scorers: Any) -> None:
        self._search = search
        self.metric: str | None = None
        self.metrics: tuple[str, ...] = ("score",)
        self.is_multimetric = isinstance(scorers, MultimetricScorer)
        if isinstance(scorers, MultimetricScorer):
            self._settle(scorers_by_name(scorers))
        elif isinstance(scorers, BaseScorer) or not callable(search.scoring):
            self._settle({"score": scorers})
        self._is_open = self.metric is None

    @property
    def expected_metric(self) -> str | None:
        """The metric; before the first result, what `objective` or `refit` names, if one does."""
        search = self._search
        is_rule = one_standard_error(search.refit) is not None
        for name in (self.metric, search.objective, None if is_rule else search.refit):
            if isinstance(name, str):
                return name
        return None

    def _settle(self, metrics: Mapping[str, Any]) -> None:
        """Choose the metric among `metrics`."""
        search = self._search
        names = list(metrics)
        aliases = {search.scoring: "score"} if isinstance(search.scoring, str) else {}
        wanted = search.objective
        if wanted is None:
            named = isinstance(search.refit, str) and search.refit in metrics
            self.metric = search.refit if named else names[0]
        elif wanted in metrics or wanted in aliases:
            self.metric = aliases.get(wanted, wanted)
        else:
            raise ValueError(
                f"objective={wanted!r} is none of the metrics that scoring gives: {names}. "
                "Name one of these, or leave objective=None."
            )
        self.metrics = tuple(names)

    def settle(self, score: FoldScore) -> None:
        """Settle the metric at the first score, if it was not known before.

        Raises
        ------
        ValueError
            If `objective` or `refit` is none of the metrics, or if a function as `scoring` returns
            other metrics than for the first score.
        """
        metrics = score.test
        # Of several scorers, those that raised have no score. A function has all or none.
        if not self._is_open or not metrics:
            return
        if self.metric is not None:
            self._check_same(metrics)
            return
        is_multimetric = score.is_dict or list(metrics) != ["score"]
        if is_multimetric and one_standard_error(self._search.refit) is None:
            check_refit(self._search, metrics)
        self._settle(metrics)
        self.is_multimetric = is_multimetric

    def _check_same(self, metrics: Mapping[str, float]) -> None:
        """Raise ValueError if these are not the metrics of the first score."""
        missing = [name for name in self.metrics if name not in metrics]
        additional = [name for name in metrics if name not in self.metrics]
        if missing or additional:
            remedy = "Return NaN for a metric that cannot be computed on a fold"
            if self._search.checkpoint is not None:
                remedy += ", and name another file in checkpoint, because this one keeps the fold"
            raise ValueError(
                "scoring must return the same metrics for each fold. Compared with the first "
                f"fold, another fold has missing metrics {missing} and additional metrics "
                f"{additional}. {remedy}."
            )

    def score(self, trial: Trial, metric: str | None = None) -> float:
        """Return the mean over the folds; NaN if a fit failed or a score is not finite.

        Parameters
        ----------
        trial : Trial
        metric : str or None, default=None
            None: the one that steers.
        """
        metric = metric or self.metric
        if metric is None or trial.has_failed:
            return math.nan
        return trial.mean(metric)

    def fold_scores(self, trial: Trial, rung: int | None = None) -> list[float | None]:
        """Return the score of each fold; None where it was not run, NaN where that failed.

        Those of a rung, or, if that is None, those with the whole resource.
        """
        metric, folds = self.metric or "", trial.at(rung)
        return [None if fold is None else fold.test.get(metric, math.nan) for fold in folds]

    def rung_scores(self, trial: Trial) -> tuple[float | None, ...]:
        """Return the mean score of each rung: None as long as folds are missing, NaN for failures.

        A failure on a share is not a failure of the candidate: few rows may lack a class.
        """
        means: list[float | None] = []
        for rung in range(len(trial.rungs)):
            scores = [score for score in self.fold_scores(trial, rung) if score is not None]
            value = mean(scores) if len(scores) == len(trial.rungs[rung]) else None
            means.append(math.nan if value is not None and not math.isfinite(value) else value)
        return tuple(means)

    def has_failed(self, trial: Trial) -> bool:
        """Whether a trial has failed by the metric that steers.

        This is so for all: the model, the status, the line that is printed, and the choice of the
        best.
        """
        return trial.has_failed_by(self.metric or "")

    def status(self, trial: Trial) -> str:
        """Return how a closed trial ended: as `Trial.status`, or "failed"."""
        return "failed" if self.has_failed(trial) else str(trial.status)

    def report(self, trial: Trial) -> Report:
        """Return what an optimiser is told about a closed trial."""
        score = None if self.has_failed(trial) else MEAN
        rungs = tuple(
            None if value is None or math.isnan(value) else value
            for value in self.rung_scores(trial)
        )
        costs = tuple(
            max(0.0, sum(fold.seconds for fold in part if fold is not None)) if all(part) else None
            for part in trial.rungs
        )
        if not trial.n_scored:
            return Report(math.nan, (None,) * len(trial.folds), None, rungs, costs)
        # The clock of the machine may have been set back meanwhile.
        report = read_report(score, self.fold_scores(trial), max(0.0, trial.seconds))
        return replace(report, rungs=rungs, rung_costs=costs) if rungs else report

    def standard_error(self, trial: Trial, rung: int | None = None) -> float:
        """Return the standard error of the mean over the folds; NaN for a single fold.

        Of the folds of a rung, or, if that is None, of those with the whole resource.
        """
        scores = np.array(self.fold_scores(trial, rung), dtype=np.float64)
        if len(scores) < 2:
            return math.nan
        return standard_deviation(scores, ddof=1) / math.sqrt(len(scores))
