"""What code that was written for scikit-optimize says, in the words of this search.

Its `BayesSearchCV` passes options on to an optimiser that has a choice of models, acquisition
functions and ways to maximise them. Here there is one of each. So an option either asks for what
is done anyway, or is not followed: then one warning says what is done instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from skbayes._compat import BaseSearchCV
from skbayes._warnings import warn
from skbayes.space import check_count, has, is_number, native, same_value, show

__all__ = [
    "MINIMIZERS",
    "dump",
    "joined_fit_params",
    "load",
    "no_minimizer",
    "read_optimizer_kwargs",
    "warn_of_differences",
]

# Functions of scikit-optimize that minimise a function, for which there is nothing here.
MINIMIZERS = ("dummy_minimize", "forest_minimize", "gbrt_minimize", "gp_minimize")

# Both names of the same number, the second one the older.
INITIAL = ("n_initial_points", "n_random_starts")
CONSTRAINT = "space_constraint"

# What the search does in the place of each option, and the values that ask for no more than that,
# beside None; texts in lower case.
OPTIONS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "base_estimator": ("the model is a Gaussian process", ("gp",)),
    "initial_point_generator": (
        "the first candidates are the estimator's own parameters, the middle of the space, and "
        "points of a Sobol sequence",
        ("sobol",),
    ),
    "acq_func": ("candidates are chosen by their expected improvement", ("ei",)),
    "acq_func_kwargs": ("the expected improvement has no options", ()),
    "acq_optimizer": (
        "the expected improvement is maximised over numbers and categories together",
        ("auto",),
    ),
    "acq_optimizer_kwargs": ("the maximiser has no options", ()),
    "n_jobs": (
        "a candidate is chosen on one thread; n_jobs of BayesSearchCV is for the fits",
        (1,),
    ),
    "random_state": ("random_state of BayesSearchCV is the seed of the whole search", ()),
    "avoid_duplicates": ("no candidate is evaluated twice", (True,)),
    "model_queue_size": ("no models are kept; insight() shows what was learnt", ()),
}


def read_optimizer_kwargs(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the arguments of our optimiser that options of scikit-optimize's stand for.

    Parameters
    ----------
    options : mapping or None
        `optimizer_kwargs` of a search.

    Raises
    ------
    TypeError
        If it is no mapping.
    ValueError
        If an option is unknown, or one that is followed is malformed.

    Warns
    -----
    UserWarning
        For each option that is not followed.
    """
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise TypeError(
            "optimizer_kwargs must be a dict of options for scikit-optimize's Optimizer, or None, "
            f"got {show(options)}. optimizer_kwargs is the third argument, as in scikit-optimize. "
            "Give other arguments by name, such as n_iter=30."
        )
    known = sorted([*OPTIONS, *INITIAL, CONSTRAINT])
    unknown = [name for name in options if name not in known]
    if unknown:
        raise ValueError(
            f"optimizer_kwargs has no option {show(unknown[0])}. It takes the options of "
            f"scikit-optimize's Optimizer: {', '.join(known)}."
        )
    ours: dict[str, Any] = {}
    for name, value in options.items():
        if name in INITIAL:
            if value is not None:
                check_count("optimizer_kwargs", name, value)
                ours["n_initial_points"] = int(value)
        elif name == CONSTRAINT:
            ours["is_allowed"] = _of_dict(value)
        else:
            instead, same = OPTIONS[name]
            asked = value.lower() if isinstance(value, str) else value
            if not any(same_value(asked, each) for each in (None, *same)):
                warn(f"optimizer_kwargs: {name}={show(value)} has no effect: {instead}.")
    return ours


def _of_dict(constraint: Any) -> Callable[[Mapping[str, Any]], Any] | None:
    """Return a constraint as a function of parameters; theirs is one of their values."""
    if not (constraint is None or callable(constraint)):
        raise ValueError(
            f"optimizer_kwargs: {CONSTRAINT} must be a function of the values of the parameters, "
            f"in the order of their names, or None, got {show(constraint)}."
        )
    if constraint is None:
        return None
    return lambda params: constraint([params[name] for name in sorted(params)])


def joined_fit_params(search: BaseSearchCV, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `fit` with those of the constructor; `fit` has the last word.

    Raises
    ------
    TypeError
        If something in `fit_params` has no name.
    """
    if search.fit_params is None:
        return dict(params)
    for name in search.fit_params:
        if not isinstance(name, str):
            raise TypeError(f"fit_params must have names of arguments of fit, got {show(name)}.")
    warn(
        "fit_params of BayesSearchCV is deprecated, as in scikit-optimize: give these parameters "
        f"to fit, as in fit(X, y, {', '.join(f'{name}=...' for name in search.fit_params)}).",
        FutureWarning,
    )
    return {**search.fit_params, **params}


def warn_of_differences(search: BaseSearchCV) -> None:
    """Warn where what is written means something else here than in scikit-optimize.

    Only those who come from there need it: scikit-learn's users mean the two values of
    ``[1, 10]``. They are known by an argument or a dimension that only scikit-optimize has.
    """
    if search.iid != "deprecated":
        warn(
            "iid is ignored, as in scikit-optimize: the score is the mean over the folds. Leave "
            "it out.",
        )
    spaces = search.search_spaces
    elements = list(spaces) if isinstance(spaces, list | tuple) else [spaces]
    bare = [element for element in elements if isinstance(element, Mapping)]
    firsts = [each[0] for each in elements if isinstance(each, tuple) and each]
    dicts = bare + [each for each in firsts if isinstance(each, Mapping)]
    is_from_there = (
        search.iid != "deprecated"
        or search.fit_params is not None
        or search.optimizer_kwargs is not None
        or any(_is_theirs(value) for each in dicts for value in each.values())
    )
    if not is_from_there:
        return
    pairs = [
        f"{name!r}: {show(list(map(native, values)))}"
        for each in dicts
        for name, values in each.items()
        if _are_two_numbers(values)
    ]
    if pairs:
        warn(
            f"search_spaces: {', '.join(pairs)}: a list of two numbers is two values, as in "
            "GridSearchCV. In scikit-optimize, it is a range. Write (low, high) for a range, or "
            "Categorical([a, b]) for two values without this warning.",
        )
    if len(bare) > 1:
        warn(
            f"n_iter={search.n_iter} is the number of candidates in all {len(bare)} dicts of "
            "search_spaces together. In scikit-optimize, each dict gets this number. To get the "
            f"same here, write [(dict, {search.n_iter}), ...].",
        )


def _is_theirs(value: Any) -> bool:
    """Whether a value is a dimension of scikit-optimize."""
    return type(value).__module__.partition(".")[0] == "skopt" and has(value, "prior")


def _are_two_numbers(values: Any) -> bool:
    """Whether scikit-optimize sees a range, and scikit-learn two values."""
    is_list = isinstance(values, list) or (isinstance(values, np.ndarray) and values.ndim == 1)
    return is_list and len(values) == 2 and all(map(is_number, values))


def dump(res: Any, filename: Any, store_objective: bool = True, **kwargs: Any) -> NoReturn:
    """Not available, because scikit-optimize's pickles run code when they are loaded.

    Write ``BayesSearchCV(..., checkpoint="search.jsonl")`` instead. For a fitted search, use
    ``joblib.dump(search, filename)``.

    Parameters
    ----------
    res, filename, store_objective, **kwargs
        As in scikit-optimize.

    Raises
    ------
    NotImplementedError
        Always.
    """
    raise NotImplementedError(
        "skbayes has no dump, because a pickle can run code when it is loaded. To save a search "
        "while it runs, write BayesSearchCV(..., checkpoint='search.jsonl'). To save a fitted "
        "search, write joblib.dump(search, filename)."
    )


def no_minimizer(name: str) -> Callable[..., NoReturn]:
    """Return what stands for a function of scikit-optimize that minimises: calling it raises.

    Parameters
    ----------
    name : str
        One of `MINIMIZERS`.
    """

    def minimizer(*args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(
            f"skbayes has no {name}. Import it from skopt, or write the loop with "
            "skbayes.Optimizer: ask() returns parameters, and tell(params, score) takes their "
            "score. A higher score is better, so negate a value that you want to minimise."
        )

    return minimizer


def load(filename: Any, **kwargs: Any) -> NoReturn:
    """Not available, because scikit-optimize's pickles run code when they are loaded.

    If you trust the file, use ``joblib.load(filename)``.

    Parameters
    ----------
    filename, **kwargs
        As in scikit-optimize.

    Raises
    ------
    NotImplementedError
        Always.
    """
    raise NotImplementedError(
        f"load({filename!r}): skbayes has no load, because a pickle can run code when it is "
        "loaded. If you trust the file, write joblib.load(filename). To continue a search, give it "
        "checkpoint='search.jsonl' and call fit again."
    )
