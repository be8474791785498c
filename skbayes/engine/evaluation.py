"""The evaluation of one candidate on one fold, in the terms of scikit-learn's searches."""

from __future__ import annotations

import copy
import time
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sklearn.base import clone

from skbayes._compat import CallbackContexts, fit_and_score, watched
from skbayes._trials import FoldScore
from skbayes.engine.growing import ROUNDS, Growth, begun
from skbayes.engine.resources import Resources
from skbayes.engine.rounds import rounds_of
from skbayes.space import show

__all__ = ["Evaluation", "evaluate_fold"]

# Arguments of `fit` that boosting libraries take callbacks by, after the names of steps.
_CALLBACKS = ("callback", "callbacks")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that the evaluation of a fold needs and that is the same for every candidate.

    Attributes
    ----------
    estimator : estimator
        Cloned for each fit.
    X, y : array-like
        The data, as the user gave them.
    splits : sequence of (train, test)
        Drawn once for a search, so that all candidates meet the same folds.
    keywords : mapping
        Further arguments of scikit-learn's fit-and-score: scorer, routed parameters, error score.
    n_candidates : int
        Number of candidates that are planned, for messages.
    contexts : CallbackContexts
        The tasks that callbacks see.
    resources : Resources or None, default=None
        What a candidate may be given less of.
    search : str
        Tells the models that workers keep of this search from those of others.
    """

    estimator: Any
    X: Any
    y: Any
    splits: Sequence[tuple[Any, Any]]
    keywords: Mapping[str, Any]
    n_candidates: int
    contexts: CallbackContexts
    resources: Resources | None = None
    search: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def n_folds(self) -> int:
        """Number of folds."""
        return len(self.splits)

    @property
    def n_rungs(self) -> int:
        """Number of shares of the resource below the whole."""
        return 0 if self.resources is None else len(self.resources.amounts)

    def share(self, rung: int | None) -> float:
        """Return what a rung takes of the whole resource; None: the whole."""
        return 1.0 if self.resources is None else self.resources.share(rung)

    def task(
        self, index: int, params: Mapping[str, Any], fold: int, rung: int | None = None
    ) -> tuple[Callable[..., FoldScore], tuple[Any, ...], dict[str, Any]]:
        """Return function, arguments and keywords that evaluate `params` on `fold`.

        On a rung, `fold` counts the folds in the order in which shares are measured.
        """
        if self.resources is not None:
            fold = self.resources.fold(fold, rung)
        train, test = self.splits[fold]
        parameters = dict(params)
        # Callbacks follow whole fits: each of these is one task.
        followed = self.contexts.fold_keywords(index, fold) if rung is None else {}
        growth = None
        if self.resources is not None:
            train = self.resources.train(fold, train, rung)
            parameters |= self.resources.params(rung)
            # Callbacks shall see the whole of a fit.
            if self.resources.name == ROUNDS and self.resources.amounts and not followed:
                growth = Growth(self.search, index, fold, rung is None)
        keywords = {
            **self.keywords,
            **followed,
            "growth": growth,
            "train": train,
            "test": test,
            "parameters": parameters,
            "split_progress": (fold, self.n_folds),
            "candidate_progress": (index, self.n_candidates),
        }
        return evaluate_fold, (clone(self.estimator), self.X, self.y), keywords


def evaluate_fold(
    estimator: Any, X: Any, y: Any, *, growth: Growth | None = None, **keywords: Any
) -> FoldScore:
    """Fit and score `estimator` on one fold.

    Parameters
    ----------
    estimator : estimator
        Modified: the parameters are set on it and it is fitted.
    X, y : array-like
        All of the data.
    growth : Growth or None, default=None
        What is fitted, if a fit may go on from one with less of the resource. None: the fit is
        from scratch, and its model is not kept.
    **keywords
        Arguments of scikit-learn's fit-and-score.

    Returns
    -------
    FoldScore
        A failed fit is a result like any other, with the traceback as its `error`: also one
        that fails before it begins, because the parameters cannot be set or cloned, or because
        with them the estimator cannot say which data it takes. The time of a fit that went on is
        that of the model in all: what it would have taken from scratch, about.

    Raises
    ------
    Exception
        With ``error_score="raise"``, whatever the fit or the scorer raised, with a note that
        names the parameters. Else only what no candidate is to blame for, such as a scorer that
        does not return a number.
    """
    parameters = keywords["parameters"]
    started = time.perf_counter()
    scorer = watched(keywords["scorer"])
    # All else is handed on as it is, as in GridSearchCV: an object may be compared by `is`.
    fit_params = {
        name: _own(value) if name.rpartition("__")[2] in _CALLBACKS else value
        for name, value in (keywords["fit_params"] or {}).items()
    }
    keywords = {**keywords, "scorer": scorer, "fit_params": fit_params}
    before = 0.0
    if growth is not None:
        estimator, before = begun(growth, estimator)
    try:
        raw = fit_and_score(estimator, X, y, return_times=True, **keywords)
    except Exception as error:
        # Before there is anything to score it is the candidate that fails: its values are set, and
        # the data are split as its tags say.
        if keywords["error_score"] != "raise" and not scorer.was_called:
            return FoldScore({}, None, time.perf_counter() - started, 0.0, traceback.format_exc())
        values = ", ".join(f"{name}={show(value)}" for name, value in parameters.items())
        error.add_note(f"Raised for the parameters {values}.")
        raise
    on_test, on_train = scorer.failed
    return FoldScore(
        test=_by_metric(raw["test_scores"], on_test),
        train=_by_metric(raw["train_scores"], on_train) if "train_scores" in raw else None,
        fit_time=before + raw["fit_time"],
        score_time=raw["score_time"],
        error=raw["fit_error"],
        rounds=rounds_of(estimator),
        is_dict=isinstance(raw["test_scores"], dict),
    )


def _by_metric(scores: Any, failed: frozenset[str] | None) -> dict[str, float]:
    """Return scores by metric: scikit-learn calls a single one "score"."""
    if failed is None:
        return {}
    by_metric = scores if isinstance(scores, dict) else {"score": scores}
    # scikit-learn lets any kind of number pass, a Decimal too.
    return {name: float(score) for name, score in by_metric.items() if name not in failed}


def _own(value: Any) -> Any:
    """Return callbacks for one fit alone: a copy of what can be copied.

    Callbacks of boosting libraries remember the fit that they are in; a second one that runs in
    another thread, or goes on where the first ended, would spoil both.
    """
    if type(value) in (list, tuple):
        return type(value)(map(_own, value))
    try:
        return copy.deepcopy(value)
    except Exception:  # of an open file, say: then there is only the one
        return value
