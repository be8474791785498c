"""A search as a study of Optuna, for its plots, its dashboard and its importances."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from typing import Any

from skbayes.space import PLAIN_TYPES, Categorical, Integer, Real, Space, brief, is_number, native

__all__ = ["optuna_study"]

# Optuna's integers have to fit into a column of its databases.
MAX_INTEGER = 2**53


def optuna_study(
    columns: Mapping[str, Sequence[Any]], space: Space, metric: str, settings: Mapping[str, Any]
) -> Any:
    """Return a study of Optuna with a trial for each candidate, in the order proposed.

    Parameters
    ----------
    columns : mapping of str to sequence
        As `trials_table` returns them.
    space : Space
    metric : str
        The score that is the value of a trial.
    settings : mapping
        Arguments of `optuna.create_study`.

    Raises
    ------
    ImportError
        If Optuna is not installed.
    TypeError
        If a direction is given: scores are maximised.
    """
    try:
        import optuna
    except ImportError as error:
        raise ImportError(
            "to_optuna() needs Optuna, which is not installed: pip install optuna."
        ) from error
    if settings.keys() & {"direction", "directions"}:
        raise TypeError("to_optuna() takes no direction: the scores of a search are maximised.")
    study = optuna.create_study(direction="maximize", **settings)
    names = [name.removeprefix("param_") for name in columns if name.startswith("param_")]
    forms = {name: _form(optuna.distributions, space, name, columns) for name in names}
    began = datetime.datetime.now()
    for row, status in enumerate(columns["status"]):
        params, distributions = {}, {}
        for name in names:
            value = columns[f"param_{name}"][row]
            if not (isinstance(value, float) and math.isnan(value)):
                distributions[name], written = forms[name]
                params[name] = written(value)
        study.add_trial(_trial(optuna, columns, row, status, metric, began, params, distributions))
    return study


def _trial(
    optuna: Any,
    columns: Mapping[str, Sequence[Any]],
    row: int,
    status: str,
    metric: str,
    began: datetime.datetime,
    params: Mapping[str, Any],
    distributions: Mapping[str, Any],
) -> Any:
    """Return one candidate as a trial that has ended."""
    states = optuna.trial.TrialState
    state = {"complete": states.COMPLETE, "stopped": states.PRUNED}.get(status, states.FAIL)
    score = columns[f"mean_test_{metric}"][row] if f"mean_test_{metric}" in columns else math.nan
    # What Optuna shows of a trial that was stopped: the mean after each of its folds.
    means: dict[int, float] = {}
    total = 0.0
    fold = 0
    while (name := f"split{fold}_test_{metric}") in columns:
        value = columns[name][row]
        if not math.isfinite(value):
            break
        total += value
        fold += 1
        means[fold - 1] = total / fold
    asked, ended = columns["proposed_at"][row], columns["finished_at"][row]
    start = began + datetime.timedelta(seconds=0.0 if math.isnan(asked) else asked)
    seconds = columns["seconds"][row]
    if not math.isnan(ended):
        stop = began + datetime.timedelta(seconds=max(ended, 0.0 if math.isnan(asked) else asked))
    else:
        stop = start + datetime.timedelta(seconds=0.0 if math.isnan(seconds) else seconds)
    notes = {name: columns[name][row] for name in ("candidate", "status", "proposed_by", "failure")}
    return optuna.trial.FrozenTrial(
        number=row,
        trial_id=row,
        state=state,
        value=float(score) if state == states.COMPLETE else None,
        datetime_start=start,
        datetime_complete=stop,
        params=dict(params),
        distributions=dict(distributions),
        user_attrs={name: value for name, value in notes.items() if value is not None},
        system_attrs={},
        intermediate_values=means,
    )


def _form(distributions: Any, space: Space, name: str, columns: Mapping[str, Any]) -> Any:
    """Return a distribution for a parameter, one in all branches, and how its values are written.

    Optuna has numbers on plain and logarithmic scales, and choices between plain values. All else
    is written as a text.
    """
    found = [d for branch in space.branches for n, d in branch.parameters if n == name]
    given = [v for v in columns[f"param_{name}"] if not (isinstance(v, float) and math.isnan(v))]
    categories = [c for d in found if isinstance(d, Categorical) for c in d.categories]
    if categories or not all(map(is_number, given)):
        values = [*categories, *(value for value in given if is_number(value) and found)]
        values = values or given
        if all(map(_is_plain, values)):
            # Equal numbers of different types are one choice to Optuna.
            choices = list({repr(native(value)): native(value) for value in values}.values())
            return distributions.CategoricalDistribution(choices), native
        texts = list(dict.fromkeys(map(brief, values)))
        return distributions.CategoricalDistribution(texts), brief
    lows = [float(d.low) if isinstance(d, Real | Integer) else min(given) for d in found]
    highs = [float(d.high) if isinstance(d, Real | Integer) else max(given) for d in found]
    low, high = min(lows, default=min(given)), max(highs, default=max(given))
    is_log = bool(found) and all(getattr(d, "scale", "") == "log-uniform" for d in found)
    is_log = is_log and low > 0
    if all(isinstance(d, Integer) for d in found) and found and abs(high) < MAX_INTEGER:
        return distributions.IntDistribution(int(low), int(high), log=is_log and low >= 1), int
    return distributions.FloatDistribution(low, high, log=is_log), float


def _is_plain(value: Any) -> bool:
    value = native(value)
    return type(value) in PLAIN_TYPES and not isinstance(value, complex | bytes)
