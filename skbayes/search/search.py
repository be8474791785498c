"""`BayesSearchCV`: Bayesian hyper-parameter search as a scikit-learn estimator."""

from __future__ import annotations

import copy
import functools
import inspect
import numbers
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from scipy.optimize import OptimizeResult
from sklearn.exceptions import NotFittedError
from sklearn.utils import metadata_routing
from sklearn.utils.validation import check_is_fitted

from skbayes._compat import SEARCH_CONSTRAINTS, BaseSearchCV, Interval, StrOptions, fit_context
from skbayes._pickles import lasting
from skbayes._warnings import unsaid
from skbayes.rules import EARLY_STOPPING, OneStandardError, best_row, one_standard_error
from skbayes.search.candidates import STRATEGIES, n_planned, n_possible
from skbayes.search.conditions import space_of
from skbayes.search.outcome import conclude, trials_of
from skbayes.search.refit import NotRefitted, delegated, fit_best, refit_best, says_how
from skbayes.search.view import SoFar, results_by_dict, settings_of

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["BayesSearchCV"]

# What scikit-learn's searches call the second argument.
_OTHER_NAMES = ("param_grid", "param_distributions")

# Looked at more closely, and in the user's words, before anything is fitted.
_READ_BY_FIT = ("search_spaces", "optimizer_kwargs", "stopping", "executor", "warm_start_from")

F = TypeVar("F", bound=Callable[..., None])


def _refusing_other_names(init: F) -> F:
    """Have a constructor say what the names of other searches for its space are called here.

    It keeps its signature, where scikit-learn reads the parameters, but for the types: the
    docstring has them in words, and with them the first line of `help` could not be read.
    """
    signature = inspect.signature(init)
    untyped = [each.replace(annotation=each.empty) for each in signature.parameters.values()]

    @functools.wraps(init)
    def refusing(*args: Any, **kwargs: Any) -> None:
        for name in kwargs.keys() & _OTHER_NAMES:
            raise TypeError(
                f"BayesSearchCV has no argument {name!r}: write search_spaces=..., or give "
                "the same as the second argument, which all searches take by position."
            )
        init(*args, **kwargs)

    refusing.__signature__ = inspect.Signature(untyped)  # type: ignore[attr-defined]
    return refusing  # type: ignore[return-value]


@lasting
class BayesSearchCV(BaseSearchCV):  # type: ignore[misc]
    """Bayesian search over hyper-parameters, scored by cross-validation.

    Takes the place of `GridSearchCV`, `RandomizedSearchCV` and scikit-optimize's
    `BayesSearchCV`. A Gaussian process learns from the candidates evaluated so far which
    parameters to try next, so that good ones are found in far fewer fits.

    Only the first two parameters are needed. The others are in the order in which most people
    need them:

    - what is searched, and how it is scored: `estimator` to `return_train_score`;
    - how it runs: `n_jobs`, `random_state`, `verbose`;
    - when it ends, and what it may cost: `max_time` to `fit_timeout`;
    - what is known before, and what is kept: `checkpoint` to `is_allowed`;
    - how candidates are proposed, and how much of a fit each gets: `strategy` to `factor`;
    - how workers share the work: `n_points` to `pre_dispatch`;
    - for users of scikit-optimize: those under "Other Parameters", below the attributes.

    Parameters
    ----------
    estimator : estimator object
        An object of that type is cloned for each candidate and fold.
    search_spaces : dict, list of dict or of (dict, int) tuples, or "auto"
        "auto" searches what `suggest_space` returns for the estimator and the data of `fit`.
        Else parameter names with the values to search:

        - a list or 1-D array: these values;
        - ``(low, high)``, ``(low, high, prior)``: all ints or floats of that range, both ends
          included, with the prior "uniform", "log-uniform", "reverse-log-uniform" or "auto";
        - a frozen distribution of `scipy.stats`;
        - `Real`, `Integer` or `Categorical` of `skbayes.space`, or of scikit-optimize.

        A list of dicts is a choice between spaces, searched by one model. In a list of
        ``(dict, n)`` that space gets exactly n candidates.
    n_iter : int, default=50
        Number of candidates. With ``(dict, n)`` spaces, of those without a number of their own.
    scoring : str, callable, list, tuple or dict, default=None
        As in `GridSearchCV`. Higher is better.
    cv : int, cross-validation generator or an iterable, default=None
        As in `GridSearchCV`. The folds are drawn once, the same for all candidates.
    refit : bool, str, OneStandardError or callable, default=True
        As in `GridSearchCV`. "1se": the simplest candidate within one standard error of the best
        one, by the metric that steers the search; `OneStandardError` says more. A function is given
        `cv_results_`, with the means masked of candidates that have none; it may not return the
        row of one that was stopped early or cut off.
    objective : str or None, default=None
        The metric that is optimised when `scoring` gives several. None: `refit` when it names
        one, else the first.
    error_score : 'raise' or numeric, default=np.nan
        Score of a fit that fails. The search goes on and learns from the failure, unless this
        is 'raise'.
    return_train_score : bool, default=False
        Whether `cv_results_` includes training scores.
    n_jobs : int, default=None
        Number of folds that are evaluated in parallel, on the active joblib backend.
    random_state : int, RandomState instance or None, default=None
        An int makes the search reproducible: whatever the backend and the timing, at the
        same `n_points`, unless `max_time`, `fit_timeout` or `asynchronous` make it depend on
        timing.
    verbose : int, default=0
        1 prints a line for each candidate, with the best so far and when the search will end;
        higher values print each fit too.
    max_time : float or None, default=None
        Seconds that `fit` may take, the refit aside. Candidates that are quick to evaluate are
        preferred, most so at the beginning. No fold begins when the time is over, nor one that is
        predicted to end much too late, so that the search overruns by at most a fold. `n_iter`
        holds as well.
    max_fits : float or None, default=None
        What may be spent, in fits of a fold with the whole resource: a fit with a third of it costs
        a third. `n_iter` and `max_time` hold as well.
    stopping : StoppingRule or list of StoppingRule, default=None
        Ends the search early: `TargetScore`, `Patience`, `Converged`, or any function of a
        `SearchState` that returns the reason, or None.
    early_stopping : {"racing", "median"} or None, default=None
        When a candidate is stopped after some of its folds. "racing": when folds and model leave
        next to nothing to be gained from the others. "median": when the mean of its folds is below
        the median that complete candidates had after as many. Such candidates have NaN in the
        folds that were not run, and are never the best.
    fit_timeout : float or None, default=None
        Seconds that the fit of a fold may take. One that takes longer has failed, and its worker
        is ended: that needs workers of joblib's own backend, loky, as ``n_jobs=2`` gives them.
    checkpoint : str, path-like or None, default=None
        File to which the search is written as it goes. If there is one already, of the same
        search, it is taken up where it ended: nothing that it holds is evaluated again. With a
        larger `n_iter` it goes on from there. ``{data}`` in the path stands for a digest of the
        data, so that each fold of an outer cross-validation has a file of its own.
    warm_start_from : object or list, default=None
        Results of earlier searches, of which this one makes what use it can: a fitted search, its
        `cv_results_` as a dict or a frame, the path of its `checkpoint` or of a CSV file of its
        `trials`, an `Optimizer`, pairs of parameters and score, or a list of these. They need not
        be of the same data, metric or space.
    initial_points : list of dict or None, default=None
        Parameters to evaluate first. None: those that the estimator has, or the nearest place in
        the space, as `verbose` says, then up to four that were good on other data, if such are
        known of the estimator; nothing with another `strategy` than "bayesian".
    is_allowed : callable or None, default=None
        Function of the parameters, a dict, that says whether they may be a candidate. It should
        be quick: it is asked of many. None: all may. A lambda keeps the search from being pickled.
    strategy : {"bayesian", "random", "grid", "hyperband"}, default="bayesian"
        What proposes the candidates. "random": a scrambled Sobol sequence, which follows the
        scales and distributions of the space and repeats nothing. "grid": each point of a finite
        space, in `ParameterGrid`'s order; `n_iter` limits it unless it has its default, 50. All
        else is the same, so that these are baselines; of an earlier search they make no use.
        "hyperband": those of "random" in brackets of successive halving, see `resource`.
    resource : str or None, default=None
        What a candidate may be given less of at first: "n_samples", or a parameter of the estimator
        whose values are whole numbers, such as "n_estimators" or "svc__max_iter". A candidate that
        promises enough after a share is measured with the whole, and only these can be the best.
        None: whole fits only.
    min_resources : int or {"smallest", "exhaust"}, default="exhaust"
        The smallest share. Words: the whole divided by `factor` up to four times, of "n_samples" no
        fewer than two rows for each fold and class.
    max_resources : int or "auto", default="auto"
        The whole. "auto": all samples, or the value that the estimator has of the parameter.
    factor : int or float, default=3
        How many times larger each share is than the one before.
    n_points : int or None, default=None
        Number of candidates that are evaluated at the same time. The fewer, the more each
        proposal knows. None: 1 for one worker, else as many as keep `n_jobs` workers busy.
    asynchronous : bool, default=False
        Whether scores are taken in as they arrive, which keeps workers busier and makes the search
        depend on timing.
    executor : concurrent.futures.Executor or None, default=None
        Runs the folds in place of joblib. It is not closed.
    pre_dispatch : int, or str, default='2*n_jobs'
        Number of folds that are handed to the workers ahead of time. With `max_time`, `stopping`
        or a callback none is handed over before a worker is free, so that none begins too late.

    Attributes
    ----------
    cv_results_ : dict of numpy (masked) ndarrays
        A column for each key, a row for each candidate; the keys are those of `GridSearchCV`.
        The rows are in the order tried; once each point of a space of lists has one, in that of
        `GridSearchCV`.
    best_estimator_ : estimator
        Refitted on all of the data. Not available if ``refit=False``.
    best_score_ : float
        Mean cross-validated score of the best candidate, or of the simplest of those as good.
        Not available if `refit` is callable. It is too high on average, see ``insight().best``.
    best_params_ : dict
        Parameters of the best candidate.
    best_index_ : int
        Its row in `cv_results_`. A candidate that has failed, by the metric that chooses, is the
        best only if all have, whatever its rank: an infinite mean has the first one, and a
        number as `error_score` its own.
    scorer_ : function or dict
        Scorer, or scorers by name.
    n_splits_ : int
        Number of folds.
    candidate_status_ : list of str
        For each row of `cv_results_`: "complete"; "failed": a fit or the scorer raised, or a score
        of the metric that steers the search is not finite; "stopped" after some folds, see
        `early_stopping`; or "cut off" by the end of the search.
    n_folds_run_ : int
        Number of fits that were made, the refit aside.
    fits_spent_ : float
        What they cost, in fits of a fold with the whole resource.
    n_resources_ : list of int
        What the shares are, the whole last; only with a `resource`.
    optimizer_results_ : list of OptimizeResult
        What scikit-optimize calls the result, one for each dict of `search_spaces`: `x`, `fun`,
        `x_iters`, `func_vals`, `space`, `specs`, `random_state`, and no `models`. Candidates are in
        the order tried. Values are negated mean scores, infinity for one that has none: it
        failed, or was stopped early. Made when it is read.
    total_iterations : int
        Number of candidates that `fit` evaluates if nothing ends it earlier, and `is_allowed`
        refuses none. It needs no fit.
    stop_reason_ : str
        Why the search ended: "n_iter", "max_time", "max_fits", "exhausted", "interrupted",
        "no_workers", or what a rule said.
    refit_time_ : float
        Seconds that the refit took.
    multimetric_ : bool
        Whether the scorers compute several metrics.
    classes_ : ndarray of shape (n_classes,)
        Class labels, if `best_estimator_` has them.
    n_features_in_ : int
        Number of features, if `best_estimator_` has it.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if `best_estimator_` has them.

    Other Parameters
    ----------------
    optimizer_kwargs : dict or None, default=None
        Options of scikit-optimize's optimiser. `n_initial_points` is the number of candidates
        before the first of the model; of each other one a warning says what is done instead.
    fit_params : dict or None, default=None
        Parameters for `fit`, which takes them itself.

        .. deprecated:: 0.1
            As in scikit-optimize: give them to `fit`.
    iid : bool, default="deprecated"
        Ignored, with a warning, as in scikit-optimize.

    Raises
    ------
    ValueError, TypeError
        By `fit`, before anything is fitted, if an argument is malformed. By `fit` at its end,
        if every fit failed.

    See Also
    --------
    sklearn.model_selection.GridSearchCV : Every combination of some values.
    suggest_space : What is known of an estimator, as a dict to be changed.
    Optimizer : The same search in a loop of your own, for anything that has a score.
    compare : Several searches side by side.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skbayes import BayesSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> search = BayesSearchCV(
    ...     SVC(),
    ...     {"C": (1e-2, 1e3, "log-uniform"), "kernel": ["linear", "rbf"]},
    ...     n_iter=10,
    ...     random_state=0,
    ... ).fit(X, y)
    >>> bool(search.best_score_ > 0.97)
    True
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012 - scikit-learn's own name
        **SEARCH_CONSTRAINTS,
        **{name: [object] for name in _READ_BY_FIT},
        "refit": [*SEARCH_CONSTRAINTS["refit"], OneStandardError],
        "n_iter": [Interval(numbers.Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "n_points": [Interval(numbers.Integral, 1, None, closed="left"), None],
        "initial_points": [list, tuple, None],
        "asynchronous": ["boolean"],
        "early_stopping": [StrOptions(set(EARLY_STOPPING)), None],
        "max_time": [Interval(numbers.Real, 0, None, closed="neither"), None],
        "fit_timeout": [Interval(numbers.Real, 0, None, closed="neither"), None],
        "checkpoint": [str, os.PathLike, None],
        "objective": [str, None],
        "strategy": [StrOptions(set(STRATEGIES))],
        "is_allowed": [callable, None],
        "resource": [str, None],
        "min_resources": [
            Interval(numbers.Integral, 1, None, closed="left"),
            StrOptions({"smallest", "exhaust"}),
        ],
        "max_resources": [
            Interval(numbers.Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "factor": [Interval(numbers.Real, 1, None, closed="neither")],
        "max_fits": [Interval(numbers.Real, 0, None, closed="neither"), None],
        "fit_params": [dict, None],
        "iid": ["boolean", StrOptions({"deprecated"})],
    }

    # While a search runs; a fitted one has them as attributes.
    best_index_: Any = SoFar()
    best_score_: Any = SoFar()
    best_params_: Any = SoFar()
    cv_results_: Any = SoFar()
    best_estimator_: Any = NotRefitted()

    predict = delegated("predict")
    predict_proba = delegated("predict_proba")
    predict_log_proba = delegated("predict_log_proba")
    decision_function = delegated("decision_function")
    score_samples = delegated("score_samples")
    transform = delegated("transform")
    inverse_transform = delegated("inverse_transform")

    # Callbacks are for this search and not for the estimator: nothing to route.
    __metadata_request__fit = {"callback": metadata_routing.UNUSED}  # noqa: RUF012

    # In scikit-optimize's order up to `return_train_score`, for its users give some by position.
    @_refusing_other_names
    def __init__(
        self,
        estimator: Any,
        search_spaces: Any,
        optimizer_kwargs: Any = None,
        n_iter: int = 50,
        scoring: Any = None,
        fit_params: Any = None,
        n_jobs: int | None = None,
        n_points: int | None = None,
        iid: Any = "deprecated",
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = np.nan,
        return_train_score: bool = False,
        *,
        objective: str | None = None,
        max_time: float | None = None,
        max_fits: float | None = None,
        stopping: Any = None,
        early_stopping: str | None = None,
        fit_timeout: float | None = None,
        checkpoint: Any = None,
        warm_start_from: Any = None,
        initial_points: Any = None,
        is_allowed: Any = None,
        strategy: str = "bayesian",
        resource: str | None = None,
        min_resources: int | str = "exhaust",
        max_resources: int | str = "auto",
        factor: float = 3,
        asynchronous: bool = False,
        executor: Any = None,
    ) -> None:
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.search_spaces = search_spaces
        self.optimizer_kwargs = optimizer_kwargs
        self.fit_params = fit_params
        self.iid = iid
        self.n_iter = n_iter
        self.random_state = random_state
        self.n_points = n_points
        self.initial_points = initial_points
        self.asynchronous = asynchronous
        self.early_stopping = early_stopping
        self.max_time = max_time
        self.fit_timeout = fit_timeout
        self.stopping = stopping
        self.checkpoint = checkpoint
        self.executor = executor
        self.objective = objective
        self.warm_start_from = warm_start_from
        self.strategy = strategy
        self.is_allowed = is_allowed
        self.resource = resource
        self.min_resources = min_resources
        self.max_resources = max_resources
        self.factor = factor
        self.max_fits = max_fits

    def _bare(self) -> Self:
        """Return a copy without what is handed on as it is: an earlier search, an executor."""
        bare = copy.copy(self)
        bare.warm_start_from = bare.executor = None
        return bare

    def __sklearn_clone__(self) -> Self:
        # A clone of an earlier search would have lost what was learnt from it, and a clone of an
        # executor would be another one, if it could be made.
        clone: Self = super(BayesSearchCV, self._bare()).__sklearn_clone__()
        clone.warm_start_from, clone.executor = self.warm_start_from, self.executor
        return clone

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters of the search.

        Parameters
        ----------
        deep : bool, default=True
            Whether to add those of the estimator. Those of an earlier search in
            `warm_start_from` are none of this one.

        Returns
        -------
        dict of str to object
            Values by name.
        """
        params: dict[str, Any] = super().get_params(deep=False)
        if not deep:
            return params
        return {**super(BayesSearchCV, self._bare()).get_params(deep=True), **params}

    def __getstate__(self) -> dict[str, Any]:
        # Workers stay where they are.
        state: dict[str, Any] = super().__getstate__()
        return {**state, "executor": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A parameter that is younger than the pickle has its default.
        parameters = inspect.signature(BayesSearchCV.__init__).parameters.values()
        defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        super().__setstate__(defaults | state)

    def __copy__(self) -> Self:
        # Not by way of a pickle, which has no workers.
        new = type(self).__new__(type(self))
        new.__dict__.update(self.__dict__)
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # A copy runs on the same workers.
        memo[id(self.executor)] = self.executor
        memo[id(self)] = new = type(self).__new__(type(self))
        new.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return new

    # The estimator is validated by its own fit, not here.
    @fit_context(prefer_skip_nested_validation=False)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None, *, callback: Any = None, **params: Any) -> Self:
        """Search, and fit the best candidate on all of the data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Training data; square for pairwise estimators.
        y : array-like of shape (n_samples,) or (n_samples, n_output), default=None
            Target.
        callback : callable or list of callable, default=None
            Called after each candidate with the search so far: `best_score_`, `best_params_` and
            `cv_results_` can be read from it, or from the search itself. A true return value ends
            the search. `skbayes.callbacks` has some, a `ProgressBar` among them.
        **params : dict of str -> object
            Parameters for the estimator's `fit`, the scorer and the splitter, routed as in
            `GridSearchCV.fit`; those with one entry for each sample are split along.

        Returns
        -------
        self : object
            The fitted search.
        """
        # What a search runs on is imported when one begins: it takes as long as all the rest, and
        # who only names the class, or unpickles a search, has no use for it.
        from skbayes.search.run import Run

        run = Run(self, X, y, callback, params)
        engine = run.evaluate()
        # Before the callbacks and the refit, which may fail: what was searched is not lost.
        try:
            conclude(self, run, engine)
        finally:
            run.contexts.end_search()
        if self.refit:
            fit_best(self, run.data, run.fit_params, run.contexts.refit)
        run.contexts.end()
        return self

    def refit_best(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit the best candidate so far on all of the data, after `fit` has ended without that.

        For a search that was interrupted, or that has ``refit=False``. The search can predict
        then. With several metrics and ``refit=False``, the best one is that of the metric which
        the search followed.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Data to fit on.
        y : array-like of shape (n_samples,) or (n_samples, n_output), default=None
            Target.
        **params : dict of str -> object
            As for `fit`; what is routed to the estimator counts.

        Returns
        -------
        self : object
            The search, which can predict now.

        Raises
        ------
        NotFittedError
            If there are no results, or the search still runs.
        ValueError
            If no candidate has a score on all folds.
        """
        refit_best(self, X, y, params)
        return self

    def trials(self, *, as_frame: bool = True) -> Any:
        """Return a table with a row for each candidate, whatever became of it.

        While the search runs, a callback can call it too. Before `fit`, it tells of what the file
        of the `checkpoint` holds, which another process may be writing.

        Parameters
        ----------
        as_frame : bool, default=True
            Whether to return a data frame of pandas; else a dict of lists.

        Returns
        -------
        DataFrame or dict of str to list
            In the order proposed. ``candidate`` counts from 1. ``status`` is as in
            `candidate_status_`, or "running"; "unfinished" where a file does not say more.
            ``proposed_by`` is "estimator" (its present parameters), "portfolio", "given"
            (`initial_points`), "earlier" (`warm_start_from`), "design", "model", "random" or
            "grid". Then come the scores, a column ``param_<name>`` for each parameter, ``n_folds``
            that were run, ``seconds`` spent in them, the seconds of search at which a candidate was
            ``proposed_at`` and ``finished_at``, ``mean_rounds`` of estimators that stop by
            themselves, the ``failure``, and the ``row`` in `cv_results_`. What is not known is
            empty.

        Raises
        ------
        NotFittedError
            If there is nothing to tell of.
        ImportError
            If pandas is not installed, and a frame is wanted.
        """
        from skbayes.tables import as_frame as framed

        columns = trials_of(self)
        return framed(columns, "trials()") if as_frame else columns

    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Return the score of `best_estimator_` on given data, by `scoring`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Data.
        y : array-like of shape (n_samples,) or (n_samples, n_output), default=None
            Target.
        **params : dict of str -> object
            Parameters for the scorer, if metadata routing is enabled.

        Returns
        -------
        float
            By the metric that `refit` names; by the one that steered the search if `refit` is a
            rule.
        """
        view = self
        is_rule = one_standard_error(self.refit) is not None and hasattr(self, "_metric")
        if not self.refit and "best_estimator_" not in self.__dict__:
            raise AttributeError(says_how(self, "score"))
        if is_rule or not self.refit:
            view = copy.copy(self)
            view.refit = self._metric
        return super(BayesSearchCV, view).score(X, y, **params)  # type: ignore[no-any-return]

    def to_optuna(self, **settings: Any) -> Any:
        """Return the search as a study of Optuna, whose plots and dashboard can show it then.

        Each candidate is a trial: complete, pruned if it was stopped early, else failed. Its value
        is the mean score that the search followed. Values that Optuna does not know, such as
        estimators, are texts; scales that it does not have are plain.

        Parameters
        ----------
        **settings
            Arguments of `optuna.create_study`, such as ``storage`` and ``study_name``.

        Returns
        -------
        optuna.study.Study
            In the memory, unless ``storage`` says where.

        Raises
        ------
        NotFittedError
            If the search has not been fitted, or `fit` is under way.
        ImportError
            If Optuna is not installed.
        """
        from skbayes.tables import optuna_study

        space, _, _ = self._learnt("to_optuna()")
        return optuna_study(trials_of(self), space, self._metric, settings)

    @property
    def classes_(self) -> Any:
        """Class labels, if `best_estimator_` has them."""
        return self.best_estimator_.classes_

    @property
    def total_iterations(self) -> int:
        """Number of candidates that `fit` evaluates if nothing ends it earlier or is refused."""
        from skbayes.known import written_spaces

        # `fit` says what there is to say about the space.
        with unsaid():
            # Some spaces are drawn, and the seed of this search may not be known yet.
            seed = self.random_state if isinstance(self.random_state, numbers.Integral) else 0
            try:
                space = space_of(written_spaces(self), self.estimator, int(seed))
                return n_possible(space, n_planned(self, space))
            except (OverflowError, TypeError, ValueError) as error:
                # `dir` and the display of notebooks ask for every attribute whether there is one.
                raise AttributeError(f"total_iterations: {error}") from error

    @property
    def optimizer_results_(self) -> list[OptimizeResult]:
        """Result in scikit-optimize's form for each dict of `search_spaces`."""
        space, observations, _ = self._learnt("optimizer_results_")
        means = self.cv_results_[f"mean_test_{self._metric}"][self._rows_tried]
        scores = np.where(np.isnan(observations.scores), np.nan, means).tolist()
        return results_by_dict(space, observations.points, scores, settings_of(self))

    def insight(self) -> Insight:
        """Return what the search has learnt about the metric that it followed.

        The score to expect on new folds, predictions with their uncertainty, importances, what
        more candidates would bring, best values at a bound; a report when printed. With
        ``refit="1se"``, the best parameters and their bounds are those of the candidate taken. The
        models are fitted anew by each call, which takes less than most fits.

        Returns
        -------
        Insight
            The answers. Printed, it is a report.

        Raises
        ------
        NotFittedError
            If the search has not been fitted, or `fit` is under way and has called a callback.
        ValueError
            If fewer than two candidates have a score.
        """
        from skbayes.insight import NO_LIMITS, Insight
        from skbayes.model import Surrogate

        space, observations, noise = self._learnt("insight()")
        # Of equal scores, the best is that of the first row, as `best_index_` has it.
        has_score = np.zeros(len(self.candidate_status_), dtype=bool)
        has_score[self._rows_tried] = np.isfinite(observations.scores)
        row = best_row(self.cv_results_[f"rank_test_{self._metric}"], has_score)
        best = self._rows_tried.index(row)
        taken = best
        if one_standard_error(self.refit) is not None and hasattr(self, "best_index_"):
            taken = self._rows_tried.index(self.best_index_)
        # Older pickles have neither of these.
        said, limits = getattr(self, "_best", None), getattr(self, "_limits", NO_LIMITS)
        return Insight.learn(
            space, observations, Surrogate(space), noise, best, said, limits, taken
        )

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write one page about the search to send on: a file of HTML that needs nothing else.

        The answer comes first: the best parameters, what they gain, whether more candidates would
        pay. Then pictures, a table of all candidates that sorts, settings and versions.

        Parameters
        ----------
        path : str or path-like
            File to write, such as "report.html". It is replaced if it exists.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        NotFittedError
            If the search has not been fitted, or `fit` is under way.
        ImportError
            If matplotlib is not installed.
        OSError
            If the file cannot be written.
        """
        from skbayes.report import write_report

        self._learnt("report()")
        return write_report(self, path)

    def _short_form(self) -> str:
        """Return what a notebook shows above scikit-learn's own form; nothing before a fit."""
        if "_so_far" in self.__dict__ or "_learnt_from" not in self.__dict__:
            return ""
        from skbayes.report import short_form

        return short_form(self)

    # A notebook asks for one or the other; `estimator_html_repr` of scikit-learn gives its own.
    def _repr_html_inner(self) -> str:
        return self._short_form() + str(super()._repr_html_inner())

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        if "text/html" in bundle:
            bundle["text/html"] = self._short_form() + bundle["text/html"]
        return bundle

    def _learnt(self, wanted: str) -> Any:
        """Return what the search has learnt, when it has ended."""
        if "_so_far" in self.__dict__:
            # The table is that of this fit, and the rest would be that of the one before.
            raise NotFittedError(
                f"{wanted} is known when fit has ended. A callback can read best_score_, "
                "best_params_ and cv_results_."
            )
        check_is_fitted(self, "_learnt_from")
        return self._learnt_from
