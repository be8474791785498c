"""One fit of a search: its parameters and its data, read and checked, then evaluated."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from sklearn.base import clone
from sklearn.utils import indexable

from skbayes._compat import (
    BaseSearchCV,
    CallbackContexts,
    check_method_params,
    get_routed_params,
    get_scorers,
    scorers_by_name,
)
from skbayes._numerics import OneThread
from skbayes._output import say
from skbayes._trials import Scored, Trial
from skbayes.engine import (
    Budget,
    Engine,
    Evaluation,
    Objective,
    Observer,
    Spending,
    read_resources,
)
from skbayes.known import AUTO, described, score_limits, written_spaces
from skbayes.model import Observations, Row, read_sources
from skbayes.progress import Lines, Pace
from skbayes.rules import (
    EARLY_STOPPING,
    Limits,
    check_rules,
    fold_noise,
    one_standard_error,
    parse_stopping,
)
from skbayes.scikit_optimize import joined_fit_params, read_optimizer_kwargs, warn_of_differences
from skbayes.search.candidates import warn_of_whole_ranges
from skbayes.search.checkpoint import Checkpoint
from skbayes.search.conditions import space_of
from skbayes.search.counting import counting, may_ignore, said_of_ignored
from skbayes.search.preferences import preferences
from skbayes.search.proposals import check_strategy, proposals, schedule
from skbayes.search.results import in_row_order, results_table
from skbayes.search.splits import check_weights, draw_splits, smallest_fold
from skbayes.search.view import (
    BEST_SO_FAR,
    Ended,
    SearchView,
    as_rule,
    parse_callbacks,
    settings_of,
)
from skbayes.space import Space, native, same_value
from skbayes.workers import Pool

if TYPE_CHECKING:
    from skbayes.journal import Journal

__all__ = ["Run"]


class Run:
    """A search with its data. Nothing has been fitted, or written, when it is made.

    Parameters
    ----------
    search : BaseSearchCV
        Its parameters are read.
    X, y : array-like
    callback : callable, list of callable or None
    params : mapping
        Further arguments of `fit`.

    Attributes
    ----------
    estimator : estimator
        A clone of that of the search.
    data : tuple
        X, and y if there is one.
    fit_params : mapping
        Arguments of the estimator's `fit`.
    n_folds : int
    smallest_fold : int
        Rows of the smallest training fold.
    objective : Objective
        The metric that steers.
    refit_metric : str or callable
        What the best candidate is chosen by.
    preferences : Preferences or None
        What makes candidates simple, if the simplest one is taken.
    scorers : callable or dict
        As a fitted search shows them.
    contexts : CallbackContexts
        Of scikit-learn's callbacks.

    Raises
    ------
    TypeError, ValueError, OSError
        If an argument is malformed.
    """

    def __init__(
        self, search: BaseSearchCV, X: Any, y: Any, callback: Any, params: Mapping[str, Any]
    ) -> None:
        self._started = time.monotonic()
        self._search = search
        self._rules, self._callback = parse_stopping(search.stopping), parse_callbacks(callback)
        for each in self._callback:
            # One with a clock is told when a search begins.
            getattr(each, "begin_fit", lambda: None)()
        warn_of_differences(search)
        options = read_optimizer_kwargs(search.optimizer_kwargs)
        check_strategy(search, options)
        params = joined_fit_params(search, params)
        self.estimator = clone(search.estimator)
        rule = one_standard_error(search.refit)
        # scikit-learn would take the rule for the name of a metric.
        scorers, self._refit_metric = get_scorers(search, search.refit if rule is None else False)
        self.objective = Objective(search, scorers)
        self.scorers = scorers_by_name(scorers) if self.objective.is_multimetric else scorers
        X, y = indexable(X, y)
        self.data = (X,) if y is None else (X, y)
        checkpoint = Checkpoint(search, X, y)
        seed = checkpoint.seed()
        params = check_method_params(X, params=params)
        routed = get_routed_params(search, params)
        self.fit_params: Mapping[str, Any] = routed.estimator.fit
        weight = params.get("sample_weight")
        check_weights(weight, X)
        self.contexts = CallbackContexts(
            search,
            X,
            y,
            None if weight is None else {"sample_weight": weight},
            has_refit=bool(search.refit),
        )
        splits = draw_splits(search.cv, search.estimator, X, y, routed.splitter.split)
        self.n_folds = len(splits)
        check_rules(self._rules, self.n_folds)
        self.smallest_fold = smallest_fold(splits)
        self._written = written_spaces(search, X, y, self.smallest_fold)
        self._space = space_of(self._written, search.estimator, seed)
        if may_ignore(search, options):
            self._space = counting(self._space, search.estimator)
        warn_of_whole_ranges(search, self._space)
        self.preferences = preferences(self._space, search.estimator, rule) if rule else None
        earlier = self._read_sources()
        self._proposals = proposals(search, self._space, self.data, options, seed, earlier)
        self.resources = read_resources(
            search, self._space, self.data, splits, routed.splitter.split, seed
        )
        self._schedule = schedule(search, self._proposals, self.resources, self.n_folds)
        self._evaluation = Evaluation(
            estimator=self.estimator,
            X=X,
            y=y,
            splits=splits,
            keywords={
                "scorer": scorers,
                "fit_params": self.fit_params,
                "score_params": routed.scorer.score,
                "return_train_score": search.return_train_score,
                "error_score": search.error_score,
                "verbose": search.verbose,
            },
            n_candidates=self._proposals.n_candidates,
            contexts=self.contexts,
            resources=self.resources,
        )
        self._open_journal = partial(
            checkpoint.open,
            *(self._space, params, splits, earlier, seed, self.objective.expected_metric or ""),
            *(self._amounts, self._proposals.allows),
        )

    @property
    def refit_metric(self) -> Any:
        """What the best candidate is chosen by: with several metrics, what `refit` says."""
        if self.preferences is not None:
            return self.objective.metric or "score"
        return self._search.refit if self.objective.is_multimetric else self._refit_metric

    def evaluate(self) -> Engine:
        """Evaluate the candidates, with a line for each if that is wanted."""
        search, evaluation = self._search, self._evaluation
        n_candidates = evaluation.n_candidates
        observers: list[Observer] = []
        if search.verbose > 0:
            self._say_what_begins()
        rules = self._rules
        if self._callback:
            ended = Ended(self.objective)
            observers.append(ended)
            rules = (as_rule(self._callback, lambda: self._show(ended, engine)), *rules)
        with self._open_journal() as journal:
            spent = time.monotonic() - self._started
            # The limit begins with this `fit`: a second call has as much time as the first one.
            budget = Budget(native(search.max_time), spent, journal.elapsed if journal else 0.0)
            max_fits = math.inf if search.max_fits is None else float(search.max_fits)
            pace = Pace(n_candidates, budget, self._rules, max_fits)
            lines = self._lines(pace, journal) if search.verbose > 0 else None
            if lines is not None:
                observers.append(lines)
            self.contexts.begin_search(n_candidates, self.n_folds)
            engine = Engine(
                self._proposals.strategy,
                evaluation,
                Pool(
                    search.n_jobs,
                    search.pre_dispatch,
                    # What workers hold ahead of time would begin after the end.
                    has_queue=not rules and search.max_time is None,
                    executor=search.executor,
                    fit_timeout=search.fit_timeout,
                    deadline=budget.seconds_left,
                ),
                n_iter=n_candidates,
                n_points=search.n_points,
                objective=self.objective,
                origin_of=self._proposals.origin_of,
                is_asynchronous=search.asynchronous,
                stops_early=EARLY_STOPPING.get(search.early_stopping),
                schedule=self._schedule,
                rules=rules,
                budget=budget,
                spending=Spending(max_fits),
                journal=journal,
                error_score=search.error_score,
                observers=observers,
            )
            pace.spent = lambda: engine.fits_spent
            pace.spent_now = lambda: engine.spending.spent_now
            pace.is_over = lambda: engine.stop_reason is not None
            if self._schedule is not None:
                pace.begun = lambda: len(engine.history.trials)
            # Those of an earlier fit would hide what this one shows to callbacks.
            earlier = {n: search.__dict__.pop(n) for n in BEST_SO_FAR if n in search.__dict__}
            try:
                for each in self._callback:
                    getattr(each, "begin_search", lambda pace: None)(pace)
                with engine.ending(), OneThread.numbers_kept():
                    engine.run()
            finally:
                # Before the callbacks are told: one that raises must not leave the search running.
                search.__dict__.pop("_so_far", None)
                search.__dict__.update(earlier)
                self._end(engine, lines, journal)
        return engine

    def _end(self, engine: Engine, lines: Lines | None, journal: Journal | None) -> None:
        """Tell all that the search is over; one that raises leaves no other one without its end."""
        ends: list[Callable[[], Any]] = [] if lines is None else [lines.end]
        for each in self._callback:
            end = getattr(each, "end_search", lambda reason: None)
            ends.append(partial(end, engine.stop_reason))
        if journal is not None:
            ends.append(journal.close)
        for end in ends:
            with engine.ending():
                end()

    def _say_what_begins(self) -> None:
        """Print how many fits there will be, of what, and what is searched."""
        search, n_candidates = self._search, self._evaluation.n_candidates
        n_fits = self.n_folds * n_candidates
        if search.max_fits is not None:
            n_fits = min(n_fits, math.floor(search.max_fits))
        is_cut = n_fits < self.n_folds * n_candidates or search.max_time is not None
        # Callbacks may end a search too, but few do.
        is_open = is_cut or bool(self._rules) or not self._proposals.is_counted
        begin = (
            f"Fitting {self.n_folds} folds for each of {'at most ' if is_open else ''}"
            f"{n_candidates} candidates, "
        )
        if self._schedule is None:
            at_most = "at most " if is_open or search.early_stopping is not None else ""
            say(f"{begin}totalling {at_most}{n_fits:.0f} fits")
        else:
            assert self.resources is not None
            *few, last = map(str, self.resources.amounts)
            some = f"{', '.join(few)} or {last}" if few else last
            folds = "" if self._schedule.n_rung_folds is None else "one fold of each "
            whole = f"{self.resources.whole} {self.resources.name}"
            say(f"{begin}first {folds}with {some} of {whole}")
        if self.resources is not None and not self.resources.amounts:
            all_of_it = f"{self.resources.whole} {self.resources.name}"
            say(f"No fit has a share: {all_of_it} are too few for a share of min_resources")
        if isinstance(search.search_spaces, str):
            say(f"search_spaces={AUTO!r} searches\n{described(self._written)}")
        for said in (said_of_ignored(self._space), self._proposals.said):
            if said:
                say(said)

    def in_row_order(self, trials: Sequence[Trial]) -> list[Trial]:
        """Return trials in the order of the rows of `cv_results_`."""
        return in_row_order(trials, self._space, self._search.search_spaces)

    def table(self, trials: Sequence[Trial]) -> dict[str, Any]:
        """Return `cv_results_` of some trials."""
        return results_table(
            trials,
            self._params(trials),
            metrics=self.objective.metrics,
            error_score=self._search.error_score,
            has_train_scores=self._search.return_train_score,
            amounts=self._amounts,
        )

    def learnt_from(self, trials: Sequence[Trial]) -> tuple[Space, Observations, float]:
        """Return what `insight` needs: the space, what was observed, the noise of the folds."""
        return (
            self._space,
            Observations.of([(trial.point, self.objective.report(trial)) for trial in trials]),
            fold_noise([self.objective.fold_scores(trial) for trial in trials]),
        )

    def notes(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        """Return what is known of trials beside their scores."""
        from skbayes.tables import note_of

        return [
            note_of(
                trial,
                self.objective.status(trial) if trial.is_closed else "running",
                params,
            )
            for trial, params in zip(trials, self._params(trials), strict=True)
        ]

    def is_estimator(self, trial: Trial) -> bool:
        """Return whether a trial is the estimator as it was."""
        own = self.estimator.get_params()
        given = {} if self.resources is None else self.resources.params(None)
        is_given = all(same_value(own.get(name), value) for name, value in given.items())
        return is_given and trial.point == self._proposals.as_it_was

    def limits(self, scores: Sequence[Sequence[float]]) -> Limits:
        """Return between which values the metric that steers can lie, given some scores."""
        search, metric = self._search, self.objective.metric
        return score_limits(search.scoring, metric, search.estimator, self._space, scores)

    @property
    def _amounts(self) -> tuple[int, ...]:
        return () if self.resources is None else self.resources.all_amounts

    def _params(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        given = {} if self.resources is None else self.resources.params(None)
        return [self._space.decode(trial.point) | given for trial in trials]

    def _lines(self, pace: Pace, journal: Journal | None) -> Lines:
        """Return what prints a line for each candidate."""
        scoring = self._search.scoring
        name = scoring if isinstance(scoring, str) else "score"
        events = [] if journal is None else journal.events
        known = [event for event in events if isinstance(event, Scored)]
        path = "" if journal is None else journal.path
        given = self.resources
        shares = [f"{amount} {given.name}" for amount in given.amounts] if given else []
        return Lines(self.objective, name, pace, self._space.decode, known, path, shares)

    def _candidates(self, trials: Sequence[Trial]) -> tuple[Any, Any, Any]:
        """Return candidates as `trials_table` takes them."""
        begun = [trial for trial in trials if trial.has_begun]
        row_of = {trial.index: row for row, trial in enumerate(begun)}
        table = self.table(begun) if begun else {}
        return self.notes(trials), table, [row_of.get(trial.index) for trial in trials]

    def _show(self, ended: Ended, engine: Engine) -> SearchView:
        """Return the search so far, which callbacks may read from the search itself as well."""
        # They only grow: what is made later is made of the same candidates.
        n = len(ended.trials)
        view = SearchView(
            ended.scores[:n],
            lambda: self._params(ended.trials[:n]),
            lambda: self.table(ended.trials[:n]),
            self._space,
            settings_of(self._search),
            partial(self._candidates, list(engine.history.trials)),
            (self, engine),
        )
        self._search._so_far = view
        return view

    def _read_sources(self) -> list[list[Row]] | None:
        if self._search.warm_start_from is None:
            return None
        if self._search.warm_start_from is self._search:
            raise ValueError(
                "warm_start_from is the search itself. Give its cv_results_, or a fitted search "
                "that this one is a clone of."
            )
        # Most searches start from nothing, and should not pay for the import.
        from skbayes.journal import read_results
        from skbayes.tables import find_values, read_csv

        def read_file(path: str) -> Mapping[str, Any]:
            if path.lower().endswith(".csv"):
                return read_csv(path, self._space, f"warm_start_from {path!r}")
            return read_results(path, self._space)

        # A table with several metrics has the name of the scorer, as this search would have then.
        scoring = self._search.scoring
        metric = scoring if isinstance(scoring, str) else self.objective.expected_metric
        sources = read_sources(self._search.warm_start_from, metric, read_file)
        # A frame that went through a file has texts in the place of values, too.
        return [
            [(find_values(self._space, params)[0], score) for params, score in rows]
            for rows in sources
        ]
