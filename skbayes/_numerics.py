"""What the model computes under: one thread, an own setting of numpy, and floats of any size.

Far points have a kernel of 0, hopeless ones an improvement of 0: a model underflows all the time,
and means to, far from any line that could be named. So it is said once, where the model is entered,
and not at each product. Whatever else goes wrong is a fault, and warns as it does by default:
nothing is hidden, and the `numpy.seterr` of a user, stricter or more lenient, changes no search.
What users wrote runs under their own setting: `own_arithmetic` is around no fit, scorer, callback
or rule, and a constraint, which a proposal calls, is called in `users_arithmetic`.
"""

from __future__ import annotations

import math
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import LibController, ThreadpoolController

from skbayes._compat import has_threads_of_its_own, set_threads

__all__ = [
    "MAD_TO_SD",
    "SCORE_ROUNDING",
    "OneThread",
    "at_most",
    "binary_exponent",
    "computing",
    "mean",
    "own_arithmetic",
    "rescaled",
    "same_score",
    "standard_deviation",
    "underflowing",
    "users_arithmetic",
]

# Turns a median absolute deviation into a standard deviation for normal data.
MAD_TO_SD = 1.4826

# Scores that differ by less, as a share of the larger one, are equal: sums in another order.
SCORE_ROUNDING = 1e-12

# What users have set, while our own setting is in force; None outside of it.
_users: ContextVar[dict[str, Any] | None] = ContextVar("_users", default=None)


@cache
def _blas() -> tuple[LibController, ...]:
    # Made at the first proposal: it looks through all libraries that are loaded.
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    # Some do not tell how many threads they have.
    return tuple(library for library in found if library.num_threads)


def _shared() -> list[LibController]:
    """Return the libraries that have one number of threads for the process."""
    return [each for each in _blas() if not has_threads_of_its_own(each)]


class _Limit:
    """What limits some libraries: the uses that are going on, and the numbers of threads before.

    Of several uses at the same time, the first keeps the numbers and the last brings them back;
    each on its own would bring back the limit of another.
    """

    def __init__(self) -> None:
        # An interrupt may keep a use from ending. It is forgotten then, and the next one ends it.
        self._uses: weakref.WeakSet[OneThread] = weakref.WeakSet()
        self._before: dict[str, int] = {}

    def before(self, library: LibController) -> int:
        """Return the number of threads of a library without this limit."""
        now: int = library.num_threads
        return self._before.get(library.filepath, now)

    def begin(self, use: OneThread, libraries: Iterable[LibController]) -> None:
        """Set the libraries to one thread, whatever others have set meanwhile."""
        for library in libraries:
            self._before[library.filepath] = self.before(library)
            set_threads(library, 1)
        self._uses.add(use)

    def end(self, use: OneThread, libraries: Iterable[LibController]) -> None:
        """Bring the numbers back, after the last of the uses."""
        self._uses.discard(use)
        if not self._uses:
            for library in libraries:
                self.bring_back(library, self._before[library.filepath])
            self._before.clear()

    def bring_back(self, library: LibController, number: int) -> None:
        """Set the number of threads of a library, at once or at the end of the last use."""
        if self._uses:
            self._before[library.filepath] = number
        else:
            set_threads(library, number)


class OneThread:
    """Limits linear algebra to one thread: the matrices are small, and the cores have other work.

    And with another number of threads, sums are rounded differently: a search would try other
    candidates. Most libraries have one number for the process. Some have one for each thread that
    calls them: each thread limits these for itself.
    """

    _lock = threading.Lock()
    _of_process: ClassVar[_Limit] = _Limit()
    _of_thread: ClassVar[threading.local] = threading.local()

    @classmethod
    @contextmanager
    def numbers_kept(cls) -> Iterator[None]:
        """Bring back, in the end, the numbers of threads that the process had in the beginning.

        A fit in another thread that limits linear algebra too may take our limit, if a proposal is
        made at the time, for the number to bring back.
        """
        with cls._lock:
            before = {each: cls._of_process.before(each) for each in _shared()}
        try:
            yield
        finally:
            with cls._lock:
                for library, number in before.items():
                    cls._of_process.bring_back(library, number)

    def __enter__(self) -> None:
        with self._lock:
            for limit, libraries in self._limits():
                limit.begin(self, libraries)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            for limit, libraries in self._limits():
                limit.end(self, libraries)

    def _limits(self) -> Iterator[tuple[_Limit, list[LibController]]]:
        """Yield the limit of the process and that of this thread, with what each is of."""
        yield self._of_process, _shared()
        own = [each for each in _blas() if has_threads_of_its_own(each)]
        if own:
            if not hasattr(self._of_thread, "limit"):
                self._of_thread.limit = _Limit()
            yield self._of_thread.limit, own


def _setting(**wanted: Any) -> AbstractContextManager[Any]:
    """Return a context with a setting of numpy, which does nothing where that is in force.

    Before numpy 2, whoever sets the default anew, though it was in force, ends what other threads
    ignore for a while: warnings of theirs come up that they had turned off.
    """
    return nullcontext() if wanted.items() <= np.geterr().items() else np.errstate(**wanted)


def underflowing() -> AbstractContextManager[Any]:
    """Return a context in which underflow is ignored."""
    return _setting(under="ignore")


@contextmanager
def own_arithmetic() -> Iterator[None]:
    """Compute with numpy's default setting, whatever users have set for theirs."""
    token = _users.set(_users.get() or {**np.geterr()})
    try:
        with _setting(divide="warn", over="warn", under="ignore", invalid="warn"):
            yield
    finally:
        _users.reset(token)


@contextmanager
def computing() -> Iterator[None]:
    """Enter the model: one thread of linear algebra, and numpy's default setting."""
    with OneThread(), own_arithmetic():
        yield


@contextmanager
def users_arithmetic() -> Iterator[None]:
    """Compute with the setting of the user, for a function of theirs within `own_arithmetic`."""
    setting = _users.get()
    token = _users.set(None)
    try:
        with np.errstate(**(setting or {})):
            yield
    finally:
        _users.reset(token)


def binary_exponent(*numbers: ArrayLike) -> int:
    """Return the least e with all of some finite numbers within 2**e; 0 if they are zeros.

    Their product with 2**-e, which `numpy.ldexp` gives, has the same digits, and its sums and
    squares stay within the range of floats.
    """
    largest = max(float(np.abs(each).max(initial=0.0)) for each in numbers)
    return math.frexp(largest)[1]


def mean(numbers: ArrayLike) -> float:
    """Return the mean of numbers, to the last bit as tables have it, row by row.

    NaN or infinity if one of them is, or if their sum is beyond the largest float.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return float(np.average(np.asarray(numbers, dtype=np.float64)))


def same_score(a: float, b: float) -> bool:
    """Whether two scores differ by rounding at most; False if one of them is NaN."""
    return math.isclose(a, b, rel_tol=SCORE_ROUNDING, abs_tol=SCORE_ROUNDING**2)


def at_most(a: float, b: float) -> bool:
    """Whether a score is at most another one, or above it by rounding only; False for NaN."""
    return a <= b or same_score(a, b)


def standard_deviation(numbers: ArrayLike, ddof: int = 0) -> float:
    """Return the standard deviation of numbers of any size, as `numpy.std` does."""
    y = np.asarray(numbers, dtype=np.float64)
    exponent = binary_exponent(y)
    with own_arithmetic(), np.errstate(over="ignore"):
        return float(np.ldexp(np.std(np.ldexp(y, -exponent), ddof=ddof), exponent))


def rescaled(t: ArrayLike, unit: float, centre: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Return ``centre + unit * t``, no further out than the largest floats.

    A model of scores near these may well expect others beyond them.
    """
    limit = np.finfo(np.float64).max
    with np.errstate(over="ignore"):
        numbers: NDArray[np.float64] = np.clip(
            np.asarray(centre) + unit * np.asarray(t), -limit, limit
        )
    return numbers
