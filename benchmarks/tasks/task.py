"""What a task of the regret benchmark is, and how its space is read without skbayes.

A space is written as skbayes takes it: a dict of parameters, or a list of dicts for a choice
between branches. A tuple is a range, `(low, high)` or `(low, high, "log-uniform")`, whole numbers
if both ends are; a list holds the values themselves, and a list of one value is a constant. The
unit coordinate of a value is where it lies in its range, between 0 and 1, on the scale of the
range; the values of a list lie at even distances.
"""

import hashlib
import inspect
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any

import numpy as np

LOG = "log-uniform"
BRANCH = "(branch)"
FLAT = "-flat"
FAMILIES = ("real", "noisy", "conditional", "categorical", "many-dimensions", "smooth", "rough")
FOREIGN_FAMILIES = ("lcbench", "xgboost", "rpart", "glmnet")
BAYESMARK_FAMILIES = ("knn", "svm", "tree", "forest", "adam", "sgd", "ada", "lasso", "linear")
# Who wrote the space: others, others with conditions that are told on top, or this project.
FOREIGN, BAYESMARK, TOLD, OWN = ORIGINS = ("foreign", "bayesmark", "told", "own")
FAMILIES_OF = {
    FOREIGN: FOREIGN_FAMILIES,
    BAYESMARK: BAYESMARK_FAMILIES,
    TOLD: FOREIGN_FAMILIES,
    OWN: FAMILIES,
}
ALL_FAMILIES = (*FOREIGN_FAMILIES, *BAYESMARK_FAMILIES, *FAMILIES)
HALVES = ("choose", "confirm")

Params = dict[str, Any]
Objective = Callable[[Params, np.random.Generator], float]
Make = Callable[[], Objective]


@dataclass(frozen=True)
class Task:
    """A space and an objective to be maximised over it.

    Parameters
    ----------
    name : str
    family : str
        One of `FAMILIES`, or of `FOREIGN_FAMILIES` if it is not of this project's own.
    written : dict, list of dict or callable
        The space, or what reads it when it is needed: the digest holds its source instead.
    make : callable
        Returns the objective, a function of the parameters and of a generator of random numbers;
        NaN is a failed evaluation.
    noise_free : callable or None
        Returns the objective by which a noisy task is judged; None if `make` has no noise.
    optimum : float or None
        The highest value there is, if known.
    is_estimator : bool
        Whether the objective is the score of an estimator.
    origin : str
        One of `ORIGINS`.
    n_reference : int
        Number of random evaluations that say what is easy.
    refer : callable or None
        Returns the record of the reference for a seed, where more is known of the task than so
        many scores.
    half : str
        One of `HALVES`: constants are chosen on one half of the tasks, confirmed on the other.
    """

    name: str
    family: str
    written: Any
    make: Make
    noise_free: Make | None = None
    optimum: float | None = None
    is_estimator: bool = False
    origin: str = OWN
    n_reference: int = 1000
    refer: Callable[[int], Params] | None = None
    half: str = ""

    @cached_property
    def space(self) -> Any:
        """The space as skbayes takes it."""
        return self.written() if callable(self.written) else self.written

    @cached_property
    def branches(self) -> list[Params]:
        """The dicts of the space."""
        return self.space if isinstance(self.space, list) else [self.space]

    @property
    def problem(self) -> str:
        """What it has in common with its flat twin: their best scores are the same."""
        return self.name.removesuffix(FLAT)

    @cached_property
    def free(self) -> Params:
        """What may be varied in any branch; the branch itself is not among it."""
        return {
            name: written
            for branch in self.branches
            for name, written in branch.items()
            if not is_constant(written)
        }

    @property
    def n_dimensions(self) -> int:
        """Number of parameters that may be varied, the branch included."""
        return len(self.free) + (len(self.branches) > 1)

    @cached_property
    def digest(self) -> str:
        """What scores depend on: the space, the source of the objective, the library's version."""
        parts = [_described(self.written), _described(self.make), _described(self.noise_free)]
        if self.is_estimator:
            import sklearn

            parts.append(sklearn.__version__)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]

    def sample(self, rng: np.random.Generator) -> Params:
        """Draw parameters: a branch, then each of its parameters evenly on its scale."""
        branch = self.branches[rng.integers(len(self.branches))]
        return {name: from_unit(written, rng.random()) for name, written in branch.items()}


def own_seed(name: str, seed: int) -> int:
    """Return a seed of a task's own: with one for all, those of a space share first points."""
    return 1000 * (seed + 1) + zlib.crc32(name.encode()) % 1000


def is_constant(written: Any) -> bool:
    """Tell whether there is but one value."""
    return isinstance(written, list) and len(written) == 1


def is_integer(written: Any) -> bool:
    """Tell whether a range is one of whole numbers."""
    return (
        isinstance(written, tuple) and isinstance(written[0], int) and isinstance(written[1], int)
    )


def bounds(written: Any) -> tuple[float, float]:
    """Return the ends of a range on its scale; those of integers are half a step further out."""
    low, high = written[:2]
    if is_integer(written):
        low, high = low - 0.5, high + 0.5
    return (math.log(low), math.log(high)) if LOG in written else (low, high)


def from_unit(written: Any, u: float) -> Any:
    """Return the value at a unit coordinate."""
    if isinstance(written, list):
        return written[min(int(u * len(written)), len(written) - 1)]
    low, high = bounds(written)
    value = low + float(u) * (high - low)
    value = math.exp(value) if LOG in written else value
    kind = round if is_integer(written) else float
    return min(max(kind(value), written[0]), written[1])


def to_unit(written: Any, value: Any) -> float:
    """Return the unit coordinate of a value; 0 for a constant."""
    if isinstance(written, list):
        return written.index(value) / max(len(written) - 1, 1)
    low, high = bounds(written)
    return ((math.log(value) if LOG in written else value) - low) / (high - low)


def flat(branches: list[Params]) -> Params:
    """Return one dict with the parameters of all branches: those of other branches do nothing."""
    space: Params = {}
    for branch in branches:
        for name, written in branch.items():
            known = space.setdefault(name, written)
            if isinstance(written, list):
                space[name] = known + [value for value in written if value not in known]
            elif known != written:
                raise ValueError(f"{name!r} is {known!r} in one branch, {written!r} in another.")
    return space


def plain(value: Any) -> Any:
    """Return a Python number or string for a numpy scalar."""
    return value.item() if isinstance(value, np.generic) else value


def keys(branch: Params, index: int, others: list[Params]) -> dict[str, str]:
    """Return what the free parameters of a branch are called, for libraries with one name space.

    A name that has another range in another branch gets the number of its branch.
    """
    return {
        name: name
        if all(other.get(name, written) == written for other in others)
        else f"{index}:{name}"
        for name, written in branch.items()
        if not is_constant(written)
    }


class Union:
    """The parameters of all branches in one dict, and the way back."""

    def __init__(self, task: Task) -> None:
        self._branches = task.branches
        self._keys = [keys(b, i, task.branches) for i, b in enumerate(task.branches)]
        self.written: Params = {}
        if len(self._branches) > 1:
            self.written[BRANCH] = list(range(len(self._branches)))
        for branch, named in zip(self._branches, self._keys, strict=True):
            self.written.update({key: branch[name] for name, key in named.items()})

    def params(self, values: Params) -> Params:
        """Return the parameters of the branch that is chosen."""
        index = values.get(BRANCH, 0)
        named = self._keys[index]
        return {
            name: values[named[name]] if name in named else written[0]
            for name, written in self._branches[index].items()
        }


def _described(maker: Any) -> Any:
    """Return a text that changes with the source and the settings of a maker of objectives.

    What its functions call is not looked at.
    """
    if inspect.isclass(maker) and maker.__module__.startswith("sklearn"):
        return maker.__qualname__
    if inspect.isclass(maker):
        return inspect.getsource(maker)
    if inspect.isfunction(maker):
        enclosed = [_described(cell.cell_contents) for cell in maker.__closure__ or ()]
        return [inspect.getsource(maker), *enclosed]
    if is_dataclass(maker):
        settings = [_described(getattr(maker, field.name)) for field in fields(maker)]
        return [_described(type(maker)), *settings]
    return [_described(each) for each in maker] if isinstance(maker, tuple) else maker
