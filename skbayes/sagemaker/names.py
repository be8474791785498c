"""Names of parameters: from those of a document to those of an estimator, and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skbayes.sagemaker.documents import Node
from skbayes.sagemaker.problems import Report
from skbayes.sagemaker.values import as_text, cast, unquoted
from skbayes.space import close_names, has, show

__all__ = ["XGBOOST_TO_SKLEARN", "Names", "apply", "check_estimator", "check_maps"]

# Parameters of XGBoost that mean the same in scikit-learn's histogram-based gradient boosting.
# Those that mean nearly the same are left out: `min_child_weight` is no number of samples, and
# `subsample` and `alpha` have no counterpart.
XGBOOST_TO_SKLEARN: dict[str, str | None] = {
    "eta": "learning_rate",
    "lambda": "l2_regularization",
    "reg_lambda": "l2_regularization",
    "num_round": "max_iter",
    "n_estimators": "max_iter",
    "max_leaves": "max_leaf_nodes",
    "max_bin": "max_bins",
    "colsample_bynode": "max_features",
    "early_stopping_rounds": "n_iter_no_change",
    "seed": "random_state",
}


def check_maps(
    report: Report, param_map: Any, prefix: Any, casts: Any, metric_map: Any = None
) -> None:
    """Note what is wrong with the arguments that say what names mean."""
    for name, given in (("param_map", param_map), ("casts", casts), ("metric_map", metric_map)):
        if not (given is None or isinstance(given, Mapping)):
            report.problem(name, f"must be a dict or None, got {show(given)}.")
    for key, value in _items(param_map):
        if not (value is None or (isinstance(value, str) and value)):
            report.problem(
                f"param_map[{key!r}]", f"must be a name, or None to drop it, got {show(value)}."
            )
    for key, value in _items(casts):
        if not callable(value):
            report.problem(f"casts[{key!r}]", f"must be a function, got {show(value)}.")
    for key, value in _items(metric_map):
        if not (callable(value) or (isinstance(value, str) and value)):
            report.problem(
                f"metric_map[{key!r}]",
                f"must be a name of a scorer or a function, got {show(value)}.",
            )
    if not isinstance(prefix, str):
        report.problem("prefix", f"must be a text such as 'model__', got {show(prefix)}.")


def _items(mapping: Any) -> Iterable[tuple[Any, Any]]:
    return mapping.items() if isinstance(mapping, Mapping) else ()


@dataclass(slots=True)
class Names:
    """What the names and texts of a document are to an estimator.

    Parameters
    ----------
    estimator : estimator
        Its present parameters say what texts stand for.
    param_map : mapping of str to str or None
        Names of the estimator by those of the document; None drops one.
    prefix : str
        Put before each name.
    casts : mapping of str to callable
        Functions that make the values of parameters, by the name in the document or in the
        estimator.
    """

    estimator: Any
    param_map: Mapping[str, str | None]
    prefix: str
    casts: Mapping[str, Callable[[Any], Any]]
    known: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.known = self.estimator.get_params(deep=True)

    @classmethod
    def of(cls, estimator: Any, param_map: Any, prefix: Any, casts: Any) -> Names:
        """Make one of arguments, of which malformed ones have been noted and count for nothing."""
        return cls(
            estimator,
            param_map if isinstance(param_map, Mapping) else {},
            prefix if isinstance(prefix, str) else "",
            {k: f for k, f in _items(casts) if callable(f)},
        )

    def target(self, name: str) -> str | None:
        """Return what the estimator would call a parameter; None if it is to be dropped."""
        own = self.param_map.get(name, name)
        # A malformed entry of the map has been noted.
        return None if own is None else f"{self.prefix}{own}"

    def unknown(self, name: str) -> str:
        """Return that the estimator does not have a parameter, and what may be meant."""
        target = self.target(name) or name
        meant = " or ".join(map(repr, close_names(target, self.known)))
        hint = f" Did you mean {meant}?" if meant else ""
        return (
            f"{type(self.estimator).__name__} has no parameter {target!r}.{hint} Say what {name!r} "
            f"is called there with param_map={{{name!r}: ...}}, or drop it with None."
        )

    def caster(self, name: str) -> Callable[[Any], Any] | None:
        """Return the user's own function for the values of a parameter, if there is one."""
        own = self.casts.get(name)
        return own or self.casts.get(self.target(name) or name)

    def value(self, name: str, node: Node) -> Any:
        """Return what the text at a place of the document is for a parameter of the estimator.

        Raises
        ------
        ValueError
            With the reason, if it is no text, or the user's own function refuses it.
        """
        text = unquoted(as_text(node.value))
        own = self.caster(name)
        if own is not None:
            return apply(own, text)
        return cast(text, self.estimator, self.target(name) or name)


def apply(function: Callable[[Any], Any], value: Any) -> Any:
    """Return what a user's function makes of a value.

    Raises
    ------
    ValueError
        If it raises.
    """
    try:
        return function(value)
    except Exception as error:
        called = getattr(function, "__name__", "the function")
        raise ValueError(
            f"casts: {called}({value!r}) raised {type(error).__name__}: {error}."
        ) from error


def check_estimator(report: Report, estimator: Any, place: str = "estimator") -> bool:
    """Tell whether an object has parameters that can be set, and note a problem if not."""
    is_right = not isinstance(estimator, type) and has(estimator, "get_params")
    if not is_right:
        report.problem(place, f"must be an estimator, got {show(estimator)}.")
    return is_right
