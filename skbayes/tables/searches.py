"""What tables, pictures and reports need of a fitted search, beside what it shows to everybody.

The attributes with an underscore that they need are read in this file. Searches of scikit-learn
have none of them, and older pickles lack some.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sklearn.base import is_classifier, is_regressor

from skbayes.rules import named_metric
from skbayes.space import Space, brief, has
from skbayes.tables.notes import Note
from skbayes.tables.trials import MEAN_TEST

if TYPE_CHECKING:
    from skbayes.model import Observations
    from skbayes.rules import BestScore

__all__ = [
    "began_with_estimator",
    "choosing_metric",
    "followed_metric",
    "kept_best",
    "kept_notes",
    "learnt_from",
    "measure",
    "own_params",
    "rows_begun",
    "rows_tried",
    "taken_by",
    "written_metric",
]


def followed_metric(search: Any) -> str:
    """Return the metric that a search followed, or else its first one, as its table calls it."""
    found = (name for name in search.cv_results_ if name.startswith(MEAN_TEST))
    return named_metric(search) or next(found).removeprefix(MEAN_TEST)


def choosing_metric(search: Any) -> str:
    """Return the metric that the best candidate was chosen by, as the table of a search calls it.

    This is the metric that `refit` names. If `refit` names none, it is the metric followed.
    """
    refit = getattr(search, "refit", None)
    is_named = isinstance(refit, str) and MEAN_TEST + refit in search.cv_results_
    return str(refit) if is_named else followed_metric(search)


def taken_by(search: Any) -> tuple[str, float] | None:
    """Return the metric that the best candidate was chosen by, and its score by this metric.

    None if this is the metric that the search followed, or the best candidate has no such score.
    """
    row = getattr(search, "best_index_", None)
    if row is None or (metric := choosing_metric(search)) == followed_metric(search):
        return None
    score = float(search.cv_results_[MEAN_TEST + metric][row])
    return (metric, score) if math.isfinite(score) else None


def written_metric(search: Any, metric: str) -> str:
    """Return a metric as the user has written it; "score" for the `score` of the estimator.

    Parameters
    ----------
    search : object
        A fitted search.
    metric : str
        As its table calls it, which is "score" for any single one.
    """
    scoring = getattr(search, "scoring", None)
    if metric != "score" or scoring is None:
        return metric
    if isinstance(scoring, str):
        return scoring
    function = scoring.func if isinstance(scoring, partial) else scoring
    return str(getattr(function, "__name__", None) or _described(function))


def measure(search: Any, metric: str) -> str:
    """Return what scores are by which they can be compared, given the metric as it was written.

    The method `score` of a classifier is the accuracy, and that of a regressor is r2, as
    scikit-learn's estimators have it.
    """
    estimator = getattr(search, "estimator", None)
    if metric != "score" or not has(estimator, "fit"):
        return metric
    return "accuracy" if is_classifier(estimator) else "r2" if is_regressor(estimator) else metric


def _described(scoring: Any) -> str:
    """Return a scoring as text; of an object whose text has its address, its class."""
    text: str = brief(scoring)
    return type(scoring).__name__ if " at 0x" in text else text


def own_params(params: Mapping[str, Any], space: Space) -> dict[str, Any]:
    """Return the parameters that a space has; a resource is among those of a table, too."""
    names = {name for branch in space.branches for name in branch.names}
    return {name: value for name, value in params.items() if name in names}


def kept_notes(search: Any) -> list[Note]:
    """Return what is known of each candidate beside its scores; nothing if no notes were kept."""
    return list(getattr(search, "_notes", ()))


def kept_best(search: Any) -> BestScore | None:
    """Return what the best candidate would score on new folds; None if that is not kept."""
    best: BestScore | None = getattr(search, "_best", None)
    return best


def began_with_estimator(search: Any) -> bool | None:
    """Tell whether the first candidate was the estimator as it was; None if that is not kept."""
    began: bool | None = getattr(search, "_begins_with_estimator", None)
    return began


def learnt_from(search: Any) -> tuple[Space, Observations, float] | None:
    """Return the space, what was observed and the noise of the folds; None if that is not kept."""
    learnt: tuple[Space, Observations, float] | None = getattr(search, "_learnt_from", None)
    return learnt


def rows_tried(search: Any) -> list[int]:
    """Return the rows of the candidates with scores of whole fits, in the order tried."""
    return list(getattr(search, "_rows_tried", range(len(search.cv_results_["params"]))))


def rows_begun(search: Any) -> list[int]:
    """Return the rows of all candidates in the order tried, those with shares only too."""
    begun = getattr(search, "_rows_begun", None)
    return rows_tried(search) if begun is None else list(begun)
