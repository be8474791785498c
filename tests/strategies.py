"""Hypothesis strategies: dimensions, spaces and opaque values."""

from __future__ import annotations

import functools

import numpy as np
import scipy.stats
from hypothesis import strategies as st

from skbayes.space import Categorical, Distribution, Integer, Real, parse_space


class Hostile:
    """An object that refuses to be compared, hashed, shown or tested for truth."""

    def __eq__(self, other):
        raise RuntimeError("compared")

    def __hash__(self):
        raise RuntimeError("hashed")

    def __bool__(self):
        raise RuntimeError("tested for truth")

    def __repr__(self):
        raise RuntimeError("shown")


class Elementwise:
    """An object whose comparison is an array, like that of a data frame."""

    __hash__ = None

    def __eq__(self, other):
        return np.array([True, False])


def _ordered_pair(elements):
    return st.tuples(elements, elements).filter(lambda p: p[0] != p[1]).map(sorted)


@st.composite
def reals(draw):
    """`Real` of any prior and of far more widths than are met."""
    prior = draw(st.sampled_from(["uniform", "log-uniform", "reverse-log-uniform", "auto"]))
    finite = st.floats(-1e150, 1e150)
    if prior in ("log-uniform", "auto"):
        finite = st.floats(1e-150, 1e150)
    if prior == "reverse-log-uniform":
        finite = st.floats(-1e150, 1.0, exclude_max=True)
    low, high = draw(_ordered_pair(finite))
    return Real(low, high, prior)


@st.composite
def integers(draw):
    """`Integer` of any prior and any size."""
    prior = draw(st.sampled_from(["uniform", "log-uniform", "auto"]))
    magnitude = draw(st.sampled_from([10, 10**3, 2**33, 2**53, 2**64, 10**40]))
    smallest = 1 if prior == "log-uniform" else -magnitude
    low, high = draw(_ordered_pair(st.integers(smallest, magnitude)))
    return Integer(low, high, prior)


@st.composite
def categoricals(draw):
    """`Categorical` of plain, opaque or hostile objects."""
    plain = st.one_of(
        st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=3)
    )
    opaque = st.builds(Hostile) | st.builds(Elementwise) | st.lists(plain, max_size=2)
    ordered = draw(st.sampled_from([None, True, False]))
    return Categorical(draw(st.lists(plain | opaque, min_size=1, max_size=6)), ordered=ordered)


@functools.cache
def _distributions():
    """Return what takes a tenth of a second to make, once."""
    return [
        Distribution(frozen)
        for frozen in (
            scipy.stats.norm(3, 0.1),
            scipy.stats.expon(scale=10),
            scipy.stats.beta(0.5, 0.5),
            scipy.stats.cauchy(),
            scipy.stats.lognorm(2.0),
            scipy.stats.binom(20, 0.3),
            scipy.stats.binom(10**6, 0.5),
            scipy.stats.poisson(4),
            scipy.stats.rv_discrete(values=([0.5, 2, 3], [0.2, 0.3, 0.5]))(loc=0.1),
        )
    ]


def distributions():
    """`Distribution` of every kind: bounded or not, continuous or discrete."""
    return st.sampled_from(_distributions())


def dimensions():
    """Any dimension."""
    return st.one_of(reals(), integers(), categoricals(), distributions())


@st.composite
def spaces(draw):
    """`Space` of up to four branches, which share names and sometimes dimensions."""
    shared = draw(st.lists(dimensions(), min_size=1, max_size=4))
    branch = st.dictionaries(
        st.sampled_from(["a", "b", "c", "svc__C"]), st.sampled_from(shared), max_size=4
    )
    return parse_space(draw(st.lists(branch, min_size=1, max_size=4)))


def units(n_columns, n_rows=8):
    """Matrices of numbers in [0, 1)."""
    number = st.floats(0.0, 1.0, exclude_max=True)
    return st.lists(
        st.lists(number, min_size=n_columns, max_size=n_columns), min_size=1, max_size=n_rows
    ).map(lambda rows: np.array(rows, dtype=float).reshape(len(rows), n_columns))
