"""The outline of a search: what its journal says of it so that other searches can learn from it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skbayes._trials import History, Trial
from skbayes.exceptions import JournalError
from skbayes.journal.journal import Journal
from skbayes.journal.tokens import token
from skbayes.space import Branch, Categorical, Point, Space, native

__all__ = ["Recorded", "known_categories", "outline", "read_results", "read_trials"]

# Categories that JSON holds as they are. All others are written as tokens, which are compared
# with those of present categories: nothing is made from them.
WRITTEN_TYPES = (str, bool, type(None))


def outline(
    space: Space, n_folds: int, metric: str = "score", amounts: Sequence[int] = ()
) -> dict[str, Any]:
    """Return what a journal needs to say of a search besides its events.

    Parameters
    ----------
    space : Space
    n_folds : int
    metric : str, default="score"
        The one that the search follows, as its table calls it; "" if it is not known yet.
    amounts : sequence of int, default=()
        Of a resource, ascending, the whole last.

    Returns
    -------
    dict
        "n_folds", "metric", "amounts", and "branches": for each its parameters, as pairs of the
        name and of None where codes are values, or else of the list of categories.
    """
    branches = [_written(branch) for branch in space.branches]
    amounts = [int(amount) for amount in amounts]
    return {"n_folds": n_folds, "metric": metric, "amounts": amounts, "branches": branches}


def read_results(path: str | os.PathLike[str], space: Space) -> dict[str, list[Any]]:
    """Read the results in a journal, which may be in use, as a table.

    Parameters
    ----------
    path : str or path-like
    space : Space
        Where the results are needed: categories that are no strings or numbers are found in it.

    Returns
    -------
    dict of str to list
        "params", "mean_test_<metric>" for each metric, and "score", the one of these that the
        search followed. A row for each candidate of which all folds were evaluated, or any has
        failed: NaN then.

    Raises
    ------
    JournalError
        If the file is no journal, is damaged, or does not hold an outline.
    OSError
        If it cannot be read.
    """
    recorded = read_trials(path)
    known = known_categories(space)
    done = [t for t in recorded.trials if t.has_failed or t.n_scored == recorded.n_folds]
    params = [recorded.params(trial.point, known) for trial in done]
    means = {
        metric: [math.nan if t.has_failed else t.mean(metric) for t in done]
        for metric in recorded.metrics
    }
    table = {f"mean_test_{metric}": column for metric, column in means.items()}
    return {"params": params, **table, "score": means[recorded.metric]}


def _metrics_of(outline: Mapping[str, Any], trials: Sequence[Trial]) -> tuple[str, tuple[str, ...]]:
    """Return the metric that a search followed, and all that it scored.

    The scores decide: with a function for `scoring`, the outline was written before the metrics
    were known, and older files do not name one. Then it is the first one that was scored.
    """
    parts = (part for trial in trials for part in (trial.folds, *trial.rungs))
    scored = tuple(dict.fromkeys(m for part in parts for fold in part if fold for m in fold.test))
    named = str(outline.get("metric", ""))
    metrics = scored or (named or "score",)
    return named if named in metrics else metrics[0], metrics


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """What a journal says to somebody who does not know the search.

    Attributes
    ----------
    trials : sequence of Trial
        In the order asked; none is closed.
    n_folds : int
    branches : sequence
        For each its parameters, see `outline`.
    stand_ins : mapping
        By name and token, what stands for a category of which only the token is known.
    metric : str
        The one that the search followed, which the scores decide.
    metrics : tuple of str
        All that were scored.
    amounts : tuple of int
        Of the resource, ascending, the whole last; nothing without one.
    stops_early : bool
        Whether a candidate may end without some of its folds before the search does.
    seed : int
        The one of the search.
    """

    trials: Sequence[Trial]
    n_folds: int
    branches: Sequence[list[list[Any]]]
    stand_ins: Mapping[str, Mapping[str, Any]]
    metric: str
    metrics: tuple[str, ...]
    amounts: tuple[int, ...]
    stops_early: bool
    seed: int

    def params(
        self, point: Point, known: Mapping[str, Mapping[str, Any]] | None = None
    ) -> dict[str, Any]:
        """Return the parameters of a point; `known` has categories by name and token."""
        parameters = self.branches[point.branch]
        params = {}
        for (name, categories), code in zip(parameters, point.codes, strict=True):
            if categories is None:
                params[name] = code
                continue
            params[name] = self._value(name, categories[int(code)], known)
        return params

    def categories(
        self, branch: int, known: Mapping[str, Mapping[str, Any]] | None = None
    ) -> dict[str, list[Any] | None]:
        """Return the list of each parameter of a branch, None for a range; `known` as before."""
        found: dict[str, list[Any] | None] = {}
        for name, categories in self.branches[branch]:
            if categories is None:
                found[name] = None
                continue
            found[name] = [self._value(name, category, known) for category in categories]
        return found

    def _value(
        self, name: str, category: Any, known: Mapping[str, Mapping[str, Any]] | None
    ) -> Any:
        if not isinstance(category, dict):
            return category
        told = category["token"]
        return (known or {}).get(name, {}).get(told, self.stand_ins[name][told])


def read_trials(path: str | os.PathLike[str]) -> Recorded:
    """Read the trials in a journal, which may be in use, without the space of its search.

    Raises
    ------
    JournalError
        If the file is no journal, is damaged, or does not hold an outline.
    OSError
        If it cannot be read.
    """
    header, events = Journal.read(path)
    try:
        n_folds, branches = header["outline"]["n_folds"], header["outline"]["branches"]
        history = History.of(events, n_folds)
        stand_ins: dict[str, dict[str, Any]] = {}
        for name, categories in (pair for branch in branches for pair in branch):
            for value in categories or ():
                if isinstance(value, dict):
                    of_name = stand_ins.setdefault(name, {})
                    of_name.setdefault(value["token"], Unknown(value["token"]))
        settings = header["fingerprint"]
        stops_early = any(
            settings.get(name, "None") != "None" for name in ("early_stopping", "resource")
        )
        metric, metrics = _metrics_of(header["outline"], history.trials)
        recorded = Recorded(
            history.trials,
            n_folds,
            branches,
            stand_ins,
            metric,
            metrics,
            amounts=tuple(map(int, header["outline"].get("amounts", ()))),
            stops_early=stops_early,
            seed=int(header["seed"]),
        )
        for trial in history.trials:
            recorded.params(trial.point)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise JournalError(
            os.fspath(path),
            "the space of its search cannot be read from the file "
            f"({type(error).__name__}: {error}). Give the cv_results_ of that search instead.",
        ) from None
    return recorded


class Unknown:
    """Stands for a category of which only the token is known."""

    def __init__(self, told: str) -> None:
        self._told = told

    def __repr__(self) -> str:
        return self._told


def _written(branch: Branch) -> list[list[Any]]:
    return [
        [name, [_category(c) for c in d.categories] if isinstance(d, Categorical) else None]
        for name, d in branch.parameters
    ]


def _category(value: Any) -> Any:
    value = native(value)
    is_finite = isinstance(value, float) and math.isfinite(value)
    is_short = type(value) is int and abs(value) < 2**64
    if type(value) in WRITTEN_TYPES or is_finite or is_short:
        return value
    return {"token": token(value)}


def known_categories(space: Space) -> dict[str, dict[str, Any]]:
    """Return the categories of a space by name and token."""
    known: dict[str, dict[str, Any]] = {}
    for branch in space.branches:
        for name, dimension in branch.parameters:
            if isinstance(dimension, Categorical):
                of_name = known.setdefault(name, {})
                for category in dimension.categories:
                    of_name.setdefault(token(category), category)
    return known
