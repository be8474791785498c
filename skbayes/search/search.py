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
from skbayes.rules import EARLY_STOPPING, NO_LIMITS, OneStandardError, best_row, one_standard_error
from skbayes.search.candidates import STRATEGIES, n_planned, n_possible
from skbayes.search.conditions import space_of
from skbayes.search.outcome import conclude, set_as_ended, trials_of
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

    `BayesSearchCV` replaces `GridSearchCV`, `RandomizedSearchCV` and scikit-optimize's
    `BayesSearchCV`. A candidate is one combination of parameter values. A Gaussian process learns
    from the scores so far, and predicts which candidates are good. So the search usually needs
    fewer fits for the same score.

    Only the first two parameters are required. This list has the order in which most people need
    the parameters. The constructor has the order of scikit-optimize, so give all parameters after
    the first two by name.

    - what is searched, and how it is scored: `estimator` to `return_train_score`;
    - how the search runs: `n_jobs`, `random_state`, `verbose`;
    - when the search ends, and what it may cost: `max_time` to `fit_timeout`;
    - what is saved, and what is known before: `checkpoint` to `is_allowed`;
    - how candidates are proposed, and how much of a resource each gets: `strategy` to `factor`;
    - how the workers share the work: `n_points` to `pre_dispatch`;
    - for users of scikit-optimize: the parameters under "Other Parameters", below the attributes.

    Parameters
    ----------
    estimator : estimator object
        The search clones the estimator for each candidate and fold.
    search_spaces : dict, list of dict or of (dict, int) tuples, or "auto"
        "auto" searches the space that `suggest_space` returns for the estimator and the data of
        `fit`. In a dict, the keys are parameter names. A value is one of these:

        - a list or 1-D array: exactly these values;
        - ``(low, high)`` or ``(low, high, prior)``: all ints or floats of the range, including
          both ends. `prior` is "uniform", "log-uniform", "reverse-log-uniform" or "auto";
        - a frozen distribution of `scipy.stats`;
        - `Real`, `Integer` or `Categorical` of `skbayes.space`, or of scikit-optimize.

        A list of dicts has several spaces. Each candidate comes from one of these spaces, and one
        model learns from all spaces. In a list of ``(dict, n)``, each space gets exactly n
        candidates.
    n_iter : int, default=50
        Number of candidates. If some spaces are ``(dict, n)``, `n_iter` is the number of candidates
        for all other dicts together.
    scoring : str, callable, list, tuple or dict, default=None
        As in `GridSearchCV`. Higher scores are better.
    cv : int, cross-validation generator or an iterable, default=None
        As in `GridSearchCV`. The search draws the folds once, so all candidates have the same
        folds.
    refit : bool, str, OneStandardError or callable, default=True
        As in `GridSearchCV`. With "1se", the search takes the simplest candidate within one
        standard error of the best candidate, by the metric that the search optimises; see
        `OneStandardError`. If `refit` is a function, it gets `cv_results_` and returns the index
        of a row. The function must not return the row of a candidate with folds that were not
        run. In the table that the function gets, the mean is masked if a candidate has no mean
        score.
    objective : str or None, default=None
        The metric that the search optimises if `scoring` has several metrics. None: the search
        optimises the metric that `refit` names. If `refit` names no metric, the search optimises
        the first metric of `scoring`.
    error_score : 'raise' or numeric, default=np.nan
        Score of a fold if its fit fails. With 'raise', the search ends at the first failure.
        With a number, the search continues, and learns to avoid candidates that fail.
    return_train_score : bool, default=False
        Whether `cv_results_` includes training scores.
    n_jobs : int, default=None
        Number of folds that are evaluated at the same time, on the active joblib backend.
    random_state : int, RandomState instance or None, default=None
        With an int, a second search with the same `n_points` tries the same candidates, on any
        backend. With `max_time`, `fit_timeout` or `asynchronous`, the search depends on timing,
        so two searches may differ. With a `resource`, they may differ if a fit takes a tenth of a
        second or longer.
    verbose : int, default=0
        With 1, the search prints a line for each candidate. The line has the best score so far,
        and the time until the search ends. With a higher value, the search also prints a line
        for each fit.
    max_time : float or None, default=None
        Limit for the time of each call of `fit`, in seconds. The time of the refit does not
        count. With a `checkpoint`, the time of earlier calls does not count either. With a limit,
        the search prefers candidates that are fast to evaluate, at the beginning more than at the
        end. After `max_time`, no fold starts. Before `max_time`, a fold does not start if the
        search predicts that the fold would end much too late. So the search takes at most one
        fold longer than `max_time`. `n_iter` also limits the search.
    max_fits : float or None, default=None
        Limit for the cost of the search. One fit of one fold with the whole resource costs 1. A
        fit with a third of the resource costs a third. `n_iter` and `max_time` also limit the
        search.
    stopping : StoppingRule or list of StoppingRule, default=None
        Rules that end the search early: `TargetScore`, `Patience`, `Converged`, or a function. The
        function gets a `SearchState`, and returns the reason to stop, or None.
    early_stopping : {"racing", "median"} or None, default=None
        Rule that stops a candidate after some of its folds. "racing" stops a candidate if it is
        very unlikely to be better than the best candidate on all folds. "median" stops a
        candidate if its mean over the folds so far is below a limit: the median of the means of
        all complete candidates after the same number of folds. A stopped candidate has NaN for
        the folds that were not run, and is never the best candidate.
    fit_timeout : float or None, default=None
        Limit for the time of one fit of one fold, in seconds. A fit that takes longer counts as
        failed, and the search ends its worker process. The limit needs processes of joblib's
        default backend, loky, for example with ``n_jobs=2``.
    checkpoint : str, path-like or None, default=None
        Path of a file. The search writes its results to this file while it runs. If the file has
        results of the same search, the search continues from the file, and does not evaluate the
        folds in the file again. With a larger `n_iter`, the search then evaluates more
        candidates. The search replaces ``{data}`` in the path by a short code that is computed
        from the data. So each fold of an outer cross-validation can have its own file.
    warm_start_from : object or list, default=None
        Results of earlier searches. The search learns from these results if they help. The
        earlier searches may have other data, another metric or another space. Give a fitted
        search, its `cv_results_` as a dict or a data frame, the path of its `checkpoint`, the path
        of a CSV file of its `trials`, an `Optimizer`, pairs of parameters and score, or a list of
        these.
    initial_points : list of dict or None, default=None
        Parameters that the search evaluates first. None: the parameters of the estimator, or the
        nearest values in the space, which ``verbose=1`` prints. After these parameters, the
        search tries up to four configurations that were good on other data, if skbayes knows some
        for the estimator. If `strategy` is not "bayesian", None means no initial points.
    is_allowed : callable or None, default=None
        Function that gets a dict of parameters. It returns a true value if the search may try
        these parameters. The function should be fast, because the search calls it many times.
        None: all parameters are allowed. With a lambda, you cannot pickle the search.
    strategy : {"bayesian", "random", "grid", "hyperband"}, default="bayesian"
        How the search proposes candidates. "bayesian" uses a model of the score. The other
        strategies are baselines that do not learn from scores. With these baselines,
        `warm_start_from` is an error, and the search does not begin with the parameters of the
        estimator. "random": points of a scrambled Sobol sequence. The points follow the scales
        and distributions of the space, and no point is repeated. "grid": all points of a finite
        space, in the order of `ParameterGrid`. `n_iter` limits the grid, unless `n_iter` has its
        default, 50. "hyperband": the points of "random", in brackets of successive halving; see
        `resource`.
    resource : str or None, default=None
        Resource of which a candidate first gets only a part, called a share. "n_samples" means
        the rows. Any other resource is a parameter of the estimator that takes whole numbers, such
        as "n_estimators" or "svc__max_iter". If a candidate is good with a share, the search
        evaluates it with the whole resource. Only a candidate with the whole resource can be the
        best candidate. With `strategy` "random" or "grid", a resource is an error. None: each fit
        has the whole resource, and `min_resources`, `max_resources` and `factor` have no effect.
    min_resources : int or {"smallest", "exhaust"}, default="exhaust"
        The smallest share has at least this amount. The search divides the whole resource by
        `factor` as often as this amount allows, so the smallest share may be larger. "smallest" and
        "exhaust" mean the same: the search divides the whole resource up to four times. With
        "n_samples", the smallest share then has at least two rows for each fold and class.
    max_resources : int or "auto", default="auto"
        The whole resource. "auto": all rows, or the value of the parameter in the estimator.
    factor : int or float, default=3
        How many times larger each share is than the next smaller share.
    n_points : int or None, default=None
        Number of candidates that are evaluated at the same time. With a small number, the search
        knows more scores when it proposes a candidate. None: 1 for one worker, else as many as
        keep `n_jobs` workers busy.
    asynchronous : bool, default=False
        Whether the search uses each score as soon as it arrives. Then the workers wait less, but
        the search depends on timing.
    executor : concurrent.futures.Executor or None, default=None
        Executor that runs the folds instead of joblib. The search does not shut it down.
    pre_dispatch : int, or str, default='2*n_jobs'
        Number of folds that are sent to the workers ahead of time. With `max_time`, `stopping` or
        a callback, the search sends a fold only when a worker is free, so that no fold starts
        too late.

    Attributes
    ----------
    cv_results_ : dict of numpy (masked) ndarrays
        Table with a row for each candidate. The keys are those of `GridSearchCV`, and each key is
        a column. The rows are in the order in which the candidates were tried. If a search of
        lists tried all candidates, the rows are in the order of `GridSearchCV`.
    best_estimator_ : estimator
        The best candidate, fitted on all data. Not available if ``refit=False``.
    best_score_ : float
        Mean cross-validated score of the best candidate. With ``refit="1se"``, the mean score of
        the simplest candidate. Not available if `refit` is callable. This score is too high on
        average; see ``insight().best``.
    best_params_ : dict
        Parameters of the best candidate.
    best_index_ : int
        Row of the best candidate in `cv_results_`. A candidate that failed by the metric of `refit`
        is the best only if all candidates failed by this metric. So the best candidate may not
        have rank 1: in `rank_test_score`, a failed candidate may have rank 1 if its mean is
        infinite, or if `error_score` is a high number.
    scorer_ : function or dict
        The scorer, or a dict of scorers by name.
    n_splits_ : int
        Number of folds.
    candidate_status_ : list of str
        Status of each candidate, in the order of the rows of `cv_results_`. "complete": all folds
        have a score. "failed": a fit or the scorer raised an error, or a score of the metric that
        the search optimises is not finite. "stopped": stopped early after some folds, see
        `early_stopping`. "cut off": the search ended first.
    n_folds_run_ : int
        Number of fits, without the refit.
    fits_spent_ : float
        Cost of these fits. One fit of one fold with the whole resource costs 1.
    n_resources_ : list of int
        Amounts of the resource: the shares, and last the whole resource. Only with a `resource`.
    optimizer_results_ : list of OptimizeResult
        Results in the form of scikit-optimize, one for each dict of `search_spaces`. A result has
        `x`, `fun`, `x_iters`, `func_vals`, `space`, `specs` and `random_state`. Its list `models`
        is empty. Candidates are in the order in which they were tried. Values are negated mean
        scores. The value is infinity if a candidate has no mean score, because it failed or was
        stopped early. The list is computed when you read it.
    total_iterations : int
        Number of candidates that `fit` evaluates if nothing ends the search earlier, and
        `is_allowed` refuses none. Also available before `fit`.
    stop_reason_ : str
        Why the search ended: "n_iter", "max_time", "max_fits", "exhausted", "interrupted",
        "no_workers", "error", the text that a stopping rule returned, or a text that names the
        callback that ended the search. "error": an error was raised, for example by a callback, a
        stopping rule, `is_allowed` or the checkpoint, or by a fit with ``error_score="raise"``.
        "copied while running": this is a pickle or a copy that a callback made.
    refit_time_ : float
        Time of the refit, in seconds.
    multimetric_ : bool
        Whether the scorers compute several metrics.
    classes_ : ndarray of shape (n_classes,)
        Class labels, if `best_estimator_` has them.
    n_features_in_ : int
        Number of features, if `best_estimator_` has this attribute.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if `best_estimator_` has them.

    Other Parameters
    ----------------
    optimizer_kwargs : dict or None, default=None
        Options of scikit-optimize's optimiser. `n_initial_points` is the number of candidates
        before the first candidate of the model. For any other option, a warning says what the
        search does instead.
    fit_params : dict or None, default=None
        Parameters for `fit` of the estimator.

        .. deprecated:: 0.1
            As in scikit-optimize. Give these parameters to `fit` instead.
    iid : bool, default="deprecated"
        Ignored, with a warning, as in scikit-optimize.

    Raises
    ------
    ValueError, TypeError
        If an argument is invalid, `fit` raises an error before the first fit. If every fit
        failed, `fit` raises an error at its end.

    See Also
    --------
    sklearn.model_selection.GridSearchCV : Search over all combinations of lists of values.
    suggest_space : A space for an estimator, as a dict that you can change.
    Optimizer : The same search in your own loop, for anything that has a score.
    compare : Table of several searches.

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
            Whether to include the parameters of the estimator. Parameters of an earlier search in
            `warm_start_from` are never included.

        Returns
        -------
        dict of str to object
            Parameter names and their values.
        """
        params: dict[str, Any] = super().get_params(deep=False)
        if not deep:
            return params
        return {**super(BayesSearchCV, self._bare()).get_params(deep=True), **params}

    def __getstate__(self) -> dict[str, Any]:
        # Workers stay where they are.
        state: dict[str, Any] = super(BayesSearchCV, self._as_ended()).__getstate__()
        return {**state, "executor": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A parameter that is younger than the pickle has its default.
        parameters = inspect.signature(BayesSearchCV.__init__).parameters.values()
        defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        super().__setstate__(defaults | state)

    def __copy__(self) -> Self:
        # Not by way of a pickle, which has no workers.
        new = type(self).__new__(type(self))
        new.__dict__.update(self._as_ended().__dict__)
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # A copy runs on the same workers.
        memo[id(self.executor)] = self.executor
        memo[id(self)] = new = type(self).__new__(type(self))
        new.__dict__.update(copy.deepcopy(self._as_ended().__dict__, memo))
        return new

    def _as_ended(self) -> Self:
        """Return the search; while it runs, a copy with the results so far, which does not run."""
        view = self.__dict__.get("_so_far")
        if view is None:
            return self
        new = type(self).__new__(type(self))
        new.__dict__.update(self.__dict__)
        del new._so_far
        set_as_ended(new, *view.running)
        return new

    # The estimator is validated by its own fit, not here.
    @fit_context(prefer_skip_nested_validation=False)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None, *, callback: Any = None, **params: Any) -> Self:
        """Run the search, and fit the best candidate on all data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Training data. For pairwise estimators, a square matrix.
        y : array-like of shape (n_samples,) or (n_samples, n_output), default=None
            Target.
        callback : callable or list of callable, default=None
            Function that `fit` calls after each candidate. Its argument has the results so far:
            `best_score_`, `best_params_` and `cv_results_`. While the search runs, the search
            itself has these attributes too. If the function returns a true value, the search ends.
            `skbayes.callbacks` has callbacks such as `ProgressBar`.
        **params : dict of str -> object
            Parameters for `fit` of the estimator, for the scorer and for the splitter. They are
            routed as in `GridSearchCV.fit`. If a parameter has one value for each sample, each fold
            gets the values of its samples.

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
        """Fit the best candidate so far on all data, if `fit` did not do this.

        Use this method after an interrupt, or with ``refit=False``. Afterwards the search can
        predict. With several metrics and ``refit=False``, the best candidate is the best by the
        metric that the search optimised.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Data for the fit.
        y : array-like of shape (n_samples,) or (n_samples, n_output), default=None
            Target.
        **params : dict of str -> object
            As in `fit`. Only parameters for the estimator have an effect.

        Returns
        -------
        self : object
            The search, which can now predict.

        Raises
        ------
        NotFittedError
            If there are no results, or the search is still running.
        ValueError
            If no candidate has a score on all folds.
        """
        refit_best(self, X, y, params)
        return self

    def trials(self, *, as_frame: bool = True) -> Any:
        """Return a table with a row for each candidate, also for candidates that failed.

        A callback can call this method while the search runs. Before `fit`, the table shows the
        candidates in the file of `checkpoint`. Another process may be writing to this file.

        Parameters
        ----------
        as_frame : bool, default=True
            Whether to return a data frame of pandas. With False, return a dict of lists.

        Returns
        -------
        DataFrame or dict of str to list
            Table in the order in which the candidates were proposed. An unknown value is an empty
            cell. The columns are:

            - ``candidate``: the number of the candidate, from 1;
            - ``status``: as in `candidate_status_`, or "running". In a file, "unfinished" is a
              candidate with missing folds that has not failed;
            - ``proposed_by``: "estimator" (the parameters of the estimator), "portfolio" (good on
              other data), "given" (`initial_points`), "earlier" (`warm_start_from`), "design",
              "model", "random" or "grid";
            - the scores;
            - ``param_<name>``: one column for each parameter;
            - ``n_folds``: the number of folds that were run. With a `resource`, only folds with the
              whole resource count;
            - ``seconds``: the time of fitting and scoring, in seconds. With a `resource`, folds
              with a share count too;
            - ``proposed_at``, ``finished_at``: seconds since the search began;
            - ``mean_rounds``: the mean number of rounds, for estimators that stop by themselves;
            - ``failure``: the error of a failed fit. With a `resource`, also of a candidate whose
              fits with a share failed;
            - ``row``: the row in `cv_results_`.

        Raises
        ------
        NotFittedError
            If there are no candidates to show.
        ImportError
            If `as_frame` is True and pandas is not installed.
        """
        from skbayes.tables import as_frame as framed

        columns = trials_of(self)
        return framed(columns, "trials()") if as_frame else columns

    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Return the score of `best_estimator_` on the given data, by `scoring`.

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
            Score by the metric that `refit` names. If `refit` is a rule or a function, score by
            the metric that the search optimised.
        """
        view = self
        names_no_metric = callable(self.refit) or one_standard_error(self.refit) is not None
        if not self.refit and "best_estimator_" not in self.__dict__:
            raise AttributeError(says_how(self, "score"))
        if (names_no_metric and hasattr(self, "_metric")) or not self.refit:
            view = copy.copy(self)
            view.refit = self._metric
        return super(BayesSearchCV, view).score(X, y, **params)  # type: ignore[no-any-return]

    def to_optuna(self, **settings: Any) -> Any:
        """Return the search as a study of Optuna.

        Optuna's plots and its dashboard can show this study. Each candidate is a trial. A trial is
        complete, pruned if the candidate was stopped early, or failed. The value of a trial is the
        mean score by the metric that the search optimised. A value that Optuna does not support,
        such as an estimator, becomes a text. If Optuna does not have the scale of a range, the
        range becomes uniform.

        Parameters
        ----------
        **settings
            Arguments of `optuna.create_study`, such as ``storage`` and ``study_name``.

        Returns
        -------
        optuna.study.Study
            The study. It is in memory, unless you give ``storage``.

        Raises
        ------
        NotFittedError
            If the search has not been fitted, or `fit` is still running.
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
        """Number of candidates that `fit` evaluates if nothing ends the search earlier."""
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
        """Results in the form of scikit-optimize, one for each dict of `search_spaces`."""
        space, observations, _ = self._learnt("optimizer_results_")
        means = self.cv_results_[f"mean_test_{self._metric}"][self._rows_tried]
        scores = np.where(np.isnan(observations.scores), np.nan, means).tolist()
        return results_by_dict(space, observations.points, scores, settings_of(self))

    def insight(self) -> Insight:
        """Return what the search has learnt about the metric that it optimised.

        The result answers these questions: which score to expect on new folds, which score to
        predict for any parameters, which parameters matter, whether more candidates would help, and
        whether the best values are at a bound. Printing the result shows a report. With
        ``refit="1se"``, the best parameters and their bounds are those of the candidate that was
        taken. Each call fits the models of the scores again. This often takes less time than
        one fit of your estimator.

        Returns
        -------
        Insight
            The answers.

        Raises
        ------
        NotFittedError
            If the search has not been fitted, or if a callback calls this method while `fit` runs.
        ValueError
            If fewer than two candidates have a score.
        """
        from skbayes.insight import Insight
        from skbayes.model import Surrogate
        from skbayes.search.bounds import last_bounds
        from skbayes.search.candidates import is_used_up

        space, observations, noise = self._learnt("insight()")
        # Of equal scores, the best is that of the first row, as `best_index_` has it.
        has_score = np.zeros(len(self.candidate_status_), dtype=bool)
        has_score[self._rows_tried] = np.isfinite(observations.scores)
        row = best_row(self.cv_results_[f"rank_test_{self._metric}"], has_score)
        # If no candidate has a score, the first row ranks first, and may be one of shares only.
        best = self._rows_tried.index(row) if has_score.any() else None
        taken = best
        if one_standard_error(self.refit) is not None and hasattr(self, "best_index_"):
            taken = self._rows_tried.index(self.best_index_)
        # What a step gets may differ between candidates, and is known of the one that is fitted.
        own, fitted = self.__dict__, None
        if taken is not None and self._rows_tried[taken] == own.get("best_index_"):
            fitted = own.get("best_estimator_")
        last, unsure = last_bounds(space, self.estimator, fitted, own.get("_smallest_fold"))
        allows = self.is_allowed
        return Insight.learn(
            space,
            observations,
            Surrogate(space),
            noise,
            best_row=best,
            taken_row=taken,
            # Older pickles have none of these.
            best=getattr(self, "_best", None),
            limits=getattr(self, "_limits", NO_LIMITS),
            is_exhausted=self.stop_reason_ == "exhausted"
            or (allows is not None and is_used_up(space, observations.points, allows)),
            resource=getattr(self, "resource", None),
            last=last,
            unsure=unsure,
            n_asked=len(self.candidate_status_),
        )

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write a report about the search in one file.

        The report is an HTML page that loads no other files. The answers come first: the best
        parameters, their gain, and whether more candidates would help. Then come pictures, a table
        of all candidates that you can sort, the settings and the versions.

        Parameters
        ----------
        path : str or path-like
            Path of the file, such as "report.html". An existing file is replaced.

        Returns
        -------
        pathlib.Path
            Path of the file.

        Raises
        ------
        NotFittedError
            If the search has not been fitted, or `fit` is still running.
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
