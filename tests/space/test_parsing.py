"""Every written form, and what each mistake is told."""

import collections
import copy
import types
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import scipy.stats as ss
from sklearn.linear_model import Ridge
from sklearn.model_selection import RandomizedSearchCV
from sklearn.svm import SVC

from skbayes import Optimizer
from skbayes.space import (
    MAX_BRANCHES,
    Categorical,
    Conditional,
    Distribution,
    Integer,
    Real,
    Space,
    parse_space,
)
from strategies import Elementwise, Hostile


def parsed(written, **kwargs):
    """Dimension that `written` becomes."""
    ((_, dimension),) = parse_space({"x": written}, **kwargs).branches[0].parameters
    return dimension


@pytest.mark.parametrize(
    ("written", "dimension"),
    [
        ([1, 10], Categorical([1, 10])),
        ([1, 5, 10], Categorical([1, 5, 10])),
        (["rbf"], Categorical(["rbf"])),
        ([True, False], Categorical([True, False])),
        ([1, 1, 2], Categorical([1, 2])),
        (range(2), Categorical([0, 1])),
        (range(3), Integer(0, 2)),
        (range(5, 0, -1), Integer(1, 5)),
        (range(2**80), Integer(0, 2**80 - 1)),
        (range(0, 50, 20), Categorical([0, 20, 40])),
        (np.array([1, 10]), Categorical([1, 10])),
        (np.array(["a", "b"]), Categorical(["a", "b"])),
        (np.logspace(0, 2, 3), Categorical([1.0, 10.0, 100.0])),
        (np.array([None, 1, "a"], dtype=object), Categorical([None, 1, "a"])),
        (pd.Series([1, 2, 4]), Categorical([1, 2, 4])),
        (pd.Index(["a", "b"]), Categorical(["a", "b"])),
        (collections.deque([1, 2]), Categorical([1, 2])),
        ((1, 10), Integer(1, 10)),
        ((np.int64(1), np.int8(10)), Integer(1, 10)),
        ((1, 10.0), Real(1, 10)),
        ((0.1, 1), Real(0.1, 1)),
        ((np.float32(0.5), 1), Real(0.5, 1)),
        ((Decimal("0.1"), Decimal("0.9")), Real(0.1, 0.9)),
        ((Decimal(1), 100, "log-uniform"), Real(1, 100, "log-uniform")),
        ((1, 100, "log-uniform"), Integer(1, 100, "log-uniform")),
        ((1e-3, 1e3, "log-uniform"), Real(1e-3, 1e3, "log-uniform")),
        ((1e-3, 1e3, "log-uniform", 2), Real(1e-3, 1e3, "log-uniform")),
        ((1, 1000, "auto", 10.0), Integer(1, 1000, "auto")),
        ((0.0, 0.99, "reverse-log-uniform"), Real(0, 0.99, "reverse-log-uniform")),
        ((1, 10, 100), Categorical([1, 10, 100])),
        ((1, 2, 3, 4), Categorical([1, 2, 3, 4])),
        ((1, 2, "a", "b", "c"), Categorical([1, 2, "a", "b", "c"])),
        (("a", "b"), Categorical(["a", "b"])),
        ((True, False), Categorical([True, False])),
        ((0, True), Categorical([0, True])),
        ((1, None), Categorical([1, None])),
        ((3,), Categorical([3])),
        ((1, 2, None), Categorical([1, 2, None])),
        (ss.uniform(1, 2), Real(1, 3)),
        (ss.uniform, Real(0, 1)),
        (ss.loguniform(1, 10), Real(1, 10, "log-uniform")),
        (ss.randint(1, 4), Integer(1, 3)),
        (ss.norm(0, 1), Distribution(ss.norm(0, 1))),
        (ss.norm, Distribution(ss.norm())),
        (
            ss.rv_discrete(values=([1, 5], [0.5, 0.5])),
            Distribution(ss.rv_discrete(values=([1, 5], [0.5, 0.5]))()),
        ),
    ],
    ids=lambda v: repr(v)[:40],
)
def test_written_forms(written, dimension):
    """Lists are values, tuples of two numbers are ranges, distributions are what they are."""
    assert parsed(written) == dimension


def test_our_own_dimensions_are_kept():
    """The very objects."""
    for dimension in (Real(0, 1), Integer(0, 1), Categorical("ab"[:1:1].split()), Categorical([1])):
        assert parsed(dimension) is dimension


def test_values_become_native_and_objects_stay():
    """Numbers of numpy become builtin, everything else is the user's own."""
    assert [type(v) for v in parsed(np.array([1, 2])).categories] == [int, int]
    assert [type(v) for v in parsed([np.float64(1), np.bool_(0)]).categories] == [float, bool]
    objects = [Hostile(), Elementwise(), Ridge(), {"a": 1}, np.eye(2), [1], Ridge]
    for written in (objects, tuple(objects), np.array([*objects, None], dtype=object)[:-1]):
        assert all(a is b for a, b in zip(parsed(written).categories, objects, strict=True))


class RvsOnly:
    """Something that can only draw."""

    def __init__(self, draw):
        self.draw = draw

    def rvs(self, random_state=None):
        assert isinstance(random_state, np.random.RandomState)
        return self.draw(random_state)


def test_numbers_drawn_from_a_foreign_object_are_ordered():
    """Distinct and sorted; the same for a seed and name, others for another name."""
    foreign = RvsOnly(lambda rng: rng.randint(0, 50))
    with pytest.warns(UserWarning, match=r"search_spaces\['x'\].*RvsOnly.*256.*range") as record:
        dimension = parsed(foreign)
    assert len(record) == 1
    assert dimension.is_ordered
    assert list(dimension.categories) == sorted(set(dimension.categories))
    assert {type(v) for v in dimension.categories} == {int}
    normal = RvsOnly(lambda rng: rng.normal())
    with pytest.warns(UserWarning, match="256"):
        space = parse_space({"x": normal, "y": normal}, random_state=3)
    with pytest.warns(UserWarning, match="256"):
        again = parsed(normal, random_state=3)
    with pytest.warns(UserWarning, match="256"):
        other = parsed(normal, random_state=4)
    x, y = (d for _, d in space.branches[0].parameters)
    assert x.n_values == 256
    assert x != y
    assert x == again
    assert x != other


def test_anything_else_that_is_drawn_stays_as_it_is():
    """Objects are categories, each draw its own; equal strings count once."""
    with pytest.warns(UserWarning, match="can only draw"):
        assert not parsed(RvsOnly(lambda rng: Hostile())).is_ordered
    with pytest.warns(UserWarning, match="can only draw"):
        strings = parsed(RvsOnly(lambda rng: "ab"[rng.randint(2)]))
    assert sorted(strings.categories) == ["a", "b"]
    with pytest.warns(UserWarning, match="can only draw"):
        assert parsed(RvsOnly(lambda rng: 7)).n_values == 1
    with pytest.warns(UserWarning, match="can only draw"):
        assert not parsed(RvsOnly(lambda rng: rng.choice([np.nan, 1.0, 2.0]))).is_ordered


@pytest.mark.parametrize("frozen", [ss.zipf(2.0), ss.yulesimon(0.5)])
def test_values_are_drawn_from_a_discrete_distribution_without_a_finite_mean(frozen):
    with pytest.warns(UserWarning, match=r"search_spaces\['x'\]: \w+\(.*no finite mean.*256"):
        dimension = parsed(frozen)
    assert dimension.is_ordered
    assert min(dimension.categories) == 1


def skopt_like(kind, **attributes):
    """Object with the attributes of one of scikit-optimize's dimensions."""
    return type(kind, (), {"rvs": None, **attributes})()


@pytest.mark.parametrize(
    ("foreign", "dimension"),
    [
        (
            skopt_like("Real", low=1, high=10, prior="log-uniform", base=10, dtype=float),
            Real(1, 10, "log-uniform"),
        ),
        (skopt_like("Real", low=0, high=1, prior="uniform", dtype="float32"), Real(0, 1)),
        (skopt_like("Real", low=0, high=1, prior="uniform"), Real(0, 1)),
        (skopt_like("Integer", low=0, high=9, prior="uniform", dtype=np.int64), Integer(0, 9)),
        (skopt_like("Categorical", categories=("a", "b"), prior=None), Categorical(["a", "b"])),
        (
            skopt_like("Categorical", categories=("a", "b"), prior=[0.5, 0.5]),
            Categorical(["a", "b"]),
        ),
    ],
)
def test_skopt_by_its_attributes(foreign, dimension):
    """Nothing is imported; the attributes decide."""
    assert parsed(foreign) == dimension


def test_skopt_itself():
    """The real objects, when they are installed; they are not modified."""
    skopt = pytest.importorskip("skopt.space")
    written = {
        "a": skopt.Real(1e-3, 1, "log-uniform"),
        "b": skopt.Integer(1, 10),
        "c": skopt.Categorical(["x", None]),
    }
    before = {name: dict(vars(dimension)) for name, dimension in written.items()}
    space = parse_space(written)
    assert [d for _, d in space.branches[0].parameters] == [
        Real(1e-3, 1, "log-uniform"),
        Integer(1, 10),
        Categorical(["x", None]),
    ]
    assert {name: vars(dimension) for name, dimension in written.items()} == before


def test_skopt_probabilities_are_not_dropped_silently():
    """One warning, since all categories start equally likely."""
    foreign = skopt_like("Categorical", categories=("a", "b"), prior=[0.2, 0.8])
    with pytest.warns(UserWarning, match=r"Categorical: .*\[0.2, 0.8\].*no effect"):
        assert parsed(foreign) == Categorical(["a", "b"])


def test_whole_spaces():
    """A dictionary, several, with or without a number of candidates."""
    one = {"b": [1, 2], "a": (0, 1)}
    assert parse_space(one).branches[0].names == ("a", "b")
    assert parse_space(types.MappingProxyType(one)) == parse_space(one)
    assert parse_space([one]) == parse_space(one)
    assert [b.n_iter for b in parse_space([one, (one, np.int64(4))]).branches] == [None, 4]
    assert type(parse_space([(one, np.int64(4))]).branches[0].n_iter) is int
    assert len(parse_space((one, {})).branches) == 2
    assert list(map(parse_space({}).decode, parse_space({}).grid())) == [{}]
    space = parse_space(one)
    assert parse_space(space) is space
    assert isinstance(space, Space)


def test_nothing_is_modified():
    """Neither dictionaries nor lists nor dimensions; categories are shared, not copied."""
    ridge = Ridge()
    values = [3, 1, 1, ridge]
    dimension = Real(0, 1)
    space = [{"b": values, "a": dimension, "c": (1, 5)}, ({"d": np.array([2, 1])}, 3)]
    before = copy.deepcopy(space)
    parse_space(space)
    assert values[:3] == [3, 1, 1]
    assert values[3] is ridge
    assert list(space[0]) == ["b", "a", "c"]
    assert space[0]["b"] is values
    assert space[0]["a"] is dimension
    assert dimension == before[0]["a"]
    assert space[1][0]["d"].tolist() == [2, 1]


def test_randomized_search_accepts_dimensions():
    """They have `rvs`, as scikit-learn wants it."""
    X = np.random.default_rng(0).normal(size=(30, 2))
    y = X[:, 0] > 0
    distributions = {
        "C": Real(0.1, 10, "log-uniform"),
        "degree": Integer(1, 4),
        "kernel": Categorical(["rbf", "poly"]),
        "gamma": Distribution(ss.expon(scale=0.1)),
        "tol": [1e-3],
    }
    search = RandomizedSearchCV(SVC(), distributions, n_iter=4, cv=2, random_state=0).fit(X, y)
    space = parse_space(distributions)
    for params in search.cv_results_["params"]:
        assert space.decode(space.encode(params)) == params


class Raising:
    def rvs(self, random_state=None):
        raise RuntimeError("no luck")


class Moody:
    def __getattr__(self, name):
        raise RuntimeError(name)


@pytest.mark.parametrize(
    ("written", "dimension"),
    [
        ([1e-3, 1e3, "log-uniform"], Real(1e-3, 1e3, "log-uniform")),
        ([1, 1000, "log-uniform", 10], Integer(1, 1000, "log-uniform")),
        ([0, 1.0, "uniform"], Real(0, 1)),
        ([0.5, 0.9, "reverse-log-uniform"], Real(0.5, 0.9, "reverse-log-uniform")),
    ],
)
def test_a_list_of_two_numbers_and_a_prior_is_a_range(written, dimension):
    """JSON and YAML have no tuples; what to write for either meaning is said once."""
    values = ", ".join(map(repr, written))
    with pytest.warns(UserWarning, match=r"search_spaces\['x'\].* is read as a range") as caught:
        assert parsed(written) == dimension
    assert len(caught) == 1
    assert f"Write ({values}) for this range" in str(caught[0].message)
    assert f"or Categorical([{values}]) for these values" in str(caught[0].message)
    assert parsed(Categorical(written)).categories == tuple(written)
    assert parsed(np.array(written, dtype=object)).categories == tuple(written)


@pytest.mark.parametrize(
    "written",
    [
        [0.01, 0.1, "auto"],
        [0.01, 0.1, "scale"],
        [0.01, 0.1, "log-uniform", "linear"],
        [0.01, 0.1, 1.0, "log-uniform"],
        [0.01, "log-uniform", 0.1],
        [True, False, "uniform"],
        [0.01, 0.1],
    ],
)
def test_any_other_list_is_its_values(written):
    assert parsed(written).categories == tuple(written)


@pytest.mark.parametrize(
    "written",
    [
        [Real(0.1, 1.0)],
        ("a", Integer(1, 4)),
        np.array([Real(0, 1), None], dtype=object),
        [Distribution(ss.norm())],
        [Space([Real(0, 1)])],
    ],
)
def test_a_dimension_is_no_value(written):
    with pytest.raises(TypeError, match=r"search_spaces\['x'\] .* is a dimension.*without a list"):
        parsed(written)
    with pytest.raises(TypeError, match="which is a dimension"):
        Categorical(written)


def test_a_dimension_of_scikit_optimize_is_no_value():
    theirs = pytest.importorskip("skopt.space")
    with pytest.raises(TypeError, match="which is a dimension"):
        parsed([theirs.Real(0.1, 1.0)])


X = "search_spaces['x']"
BAD = [
    # wrong kind of dimension
    ({"x": 3}, TypeError, [X, "needs to be a list", "got 3 of type int", "one element"]),
    ({"x": 0.5}, TypeError, [X, "got 0.5 of type float", "one element"]),
    ({"x": np.float64(0.5)}, TypeError, [X, "got 0.5", "one element"]),
    ({"x": "rbf"}, TypeError, [X, "got 'rbf' of type str", "one element"]),
    ({"x": b"rbf"}, TypeError, [X, "bytes"]),
    ({"x": None}, TypeError, [X, "got None", "one element"]),
    ({"x": True}, TypeError, [X, "got True of type bool"]),
    ({"x": {"low": 1}}, TypeError, [X, "dict", "Write its bounds as (low, high)"]),
    ({"x": {1, 2}}, TypeError, [X, "set", "sorted(...)"]),
    ({"x": iter([1, 2])}, TypeError, [X, "list_iterator", "Write list(...)"]),
    ({"x": map(int, "12")}, TypeError, [X, "map", "Write list(...)"]),
    ({"x": object()}, TypeError, [X, "scipy.stats", "Write its bounds as (low, high)"]),
    ({"x": Ridge()}, TypeError, [X, "Ridge()", "one element"]),
    ({"x": Ridge}, TypeError, [X, "Ridge", "one element"]),
    ({"x": Real}, TypeError, [X, "Real", "one element"]),
    ({"x": len}, TypeError, [X, "builtin_function_or_method"]),
    ({"x": Hostile()}, TypeError, [X, "<Hostile instance at "]),
    ({"x": Moody()}, TypeError, [X, "Moody"]),
    # empty or of the wrong shape
    ({"x": []}, ValueError, [X, "no values", "[]"]),
    ({"x": ()}, ValueError, [X, "no values", "()"]),
    ({"x": np.array([])}, ValueError, [X, "no values"]),
    ({"x": np.array(3)}, ValueError, [X, "one-dimensional", "shape ()"]),
    ({"x": np.eye(2)}, ValueError, [X, "one-dimensional", "(2, 2)", "list(array)"]),
    ({"x": pd.DataFrame({"a": [1]})}, ValueError, [X, "one-dimensional", "(1, 1)"]),
    # ranges
    ({"x": (10, 1)}, ValueError, [X, "Integer(10, 1)", "low < high", "Swap", "[10, 1]"]),
    ({"x": (1, 1)}, ValueError, [X, "Integer(1, 1)", "[1]"]),
    ({"x": (1j, 2)}, TypeError, [X, "Real(1j, 2)", "numbers as bounds", "[1j, 2]"]),
    ({"x": (0.1, np.complex128(1))}, TypeError, [X, "high=(1+0j) of type complex"]),
    ({"x": (1, 2j, "log-uniform")}, TypeError, [X, "high=2j of type complex"]),
    (
        {"x": [10, 1, "log-uniform"]},
        ValueError,
        [X, "low < high", "Categorical([10, 1, 'log-uniform'])"],
    ),
    ({"x": (1.5, 0)}, ValueError, [X, "Real(1.5, 0)", "[1.5, 0]"]),
    ({"x": (0.0, np.nan)}, ValueError, [X, "high=nan", "finite"]),
    ({"x": (0, np.inf)}, ValueError, [X, "high=inf", "finite"]),
    ({"x": (-np.inf, 0)}, ValueError, [X, "low=-inf"]),
    ({"x": (0, 10.0, "log-uniform")}, ValueError, [X, "prior='log-uniform'", "got 0"]),
    (
        {"x": range(0, 10**9, 2)},
        ValueError,
        [X, "range(0, 1000000000, 2)", "1048576 values", "(0, 999999998)"],
    ),
    ({"x": ss.randint(5, 5)}, ValueError, [X, "low=5 and high=5", "[value]"]),
    ({"x": (1, 10, "log")}, ValueError, [X, "a prior among", "'log'", "'log-uniform'"]),
    ([({"x": [1, 2]}, 0)], ValueError, ["search_spaces[0]", "got 0", "out to skip it"]),
    ({"x": (0, 10, "log-uniform")}, ValueError, [X, "Integer(0, 10", "low > 0, got 0"]),
    ({"x": (0.5, 1.0, "reverse-log-uniform")}, ValueError, [X, "high < pole"]),
    ({"x": (1, 9, "reverse-log-uniform")}, ValueError, [X, "'auto', got 'reverse-log-uniform'"]),
    ({"x": (1, 10, "log")}, ValueError, [X, "'log'", "'log-uniform'?", "[1, 10, 'log']"]),
    ({"x": (0.1, 1, "sqrt")}, ValueError, [X, "'sqrt'", "'auto'", "[0.1, 1, 'sqrt']"]),
    ({"x": (1, 2, "sqrt", None)}, ValueError, [X, "'sqrt'", "'uniform'"]),
    ({"x": (1, 2, "uniform", "e")}, ValueError, [X, "base='e'", "[1, 2, 'uniform', 'e']"]),
    ({"x": (1, 2, "uniform", 1)}, ValueError, [X, "base=1"]),
    ({"x": (1, 2, "uniform", -10)}, ValueError, [X, "base=-10"]),
    ({"x": (1, 2, "uniform", True)}, ValueError, [X, "base=True"]),
    # distributions
    ({"x": ss.uniform(1, 0)}, ValueError, [X, "uniform(loc=1, scale=0)"]),
    ({"x": ss.norm(0, -1)}, ValueError, [X, "norm(loc=0, scale=-1)"]),
    ({"x": ss.loguniform}, TypeError, [X, "scipy.stats.loguniform(a, b)"]),
    ({"x": ss.beta}, TypeError, [X, "scipy.stats.beta(a, b)"]),
    ({"x": Raising()}, TypeError, [X, "RuntimeError", "no luck", "range (low, high)"]),
    (
        {"x": skopt_like("Real", low=0, high=1, prior="log-uniform", dtype=float)},
        ValueError,
        [X, "low > 0"],
    ),
    ({"x": skopt_like("Integer", low=0, high=1, prior="normal")}, ValueError, [X, "'normal'"]),
    # names
    ({1: [1]}, TypeError, ["search_spaces", "strings as parameter names", "got 1 of type int"]),
    ({None: [1], "a": [1]}, TypeError, ["strings", "None"]),
    ({"": [1]}, ValueError, ["empty parameter name"]),
    # the whole
    ([], ValueError, ["search_spaces=[] is empty", "dictionary", "[{}]"]),
    ((), ValueError, ["search_spaces=() is empty"]),
    (None, TypeError, ["search_spaces needs to be a dictionary", "got None"]),
    (3, TypeError, ["got 3 of type int", "(dictionary, n_iter)"]),
    ("C", TypeError, ["got 'C' of type str"]),
    ({"C"}, TypeError, ["set"]),
    (Real(0, 1), TypeError, ["Real(0.0, 1.0)", "a dictionary of parameter names"]),
    ([[1, 2]], TypeError, ["search_spaces[0]", "[1, 2]", "(dictionary, n_iter)"]),
    ([{}, "C"], TypeError, ["search_spaces[1]", "'C'"]),
    ([(1, 2)], TypeError, ["search_spaces[0]", "(1, 2)"]),
    (({}, 3), TypeError, ["search_spaces[1]", "got 3"]),
    ([({}, 0)], ValueError, ["search_spaces[0]", "int >= 1", "got 0"]),
    ([({}, -3)], ValueError, ["int >= 1", "got -3"]),
    ([({}, 2.0)], TypeError, ["int >= 1", "got 2.0 of type float"]),
    ([({}, "3")], TypeError, ["int >= 1", "'3'"]),
    ([({}, None)], TypeError, ["int >= 1", "None"]),
    ([({}, True)], TypeError, ["int >= 1", "True"]),
    ([({}, {})], TypeError, ["int >= 1", "{}"]),
    ([({}, 1, 2)], TypeError, ["search_spaces[0]", "(dictionary, n_iter)"]),
    ([{}, {"svc__C": (2, 1)}], ValueError, ["search_spaces[1]['svc__C']: Integer(2, 1)"]),
    ([({"svc__C": 1}, 3)], TypeError, ["search_spaces[0]['svc__C']", "list"]),
]


@pytest.mark.parametrize(("written", "error", "fragments"), BAD)
def test_mistakes(written, error, fragments):
    """The parameter as the user names it, what was given, what is allowed, what to do."""
    with pytest.raises(error) as caught:
        parse_space(written)
    message = str(caught.value)
    if not all(fragment in message for fragment in fragments):
        pytest.fail(message)
    assert message.startswith("search_spaces")
    assert message.count("search_spaces['x']") <= 1
    assert "\n" not in message


KERNELS = ["rbf", "poly", "sigmoid"]


def together(written):
    """Return the parameters that exist together, with the values of those that are choices."""
    return [
        {name: getattr(d, "categories", d) for name, d in branch.parameters}
        for branch in parse_space(written).branches
    ]


def test_a_parameter_exists_where_its_conditions_hold():
    written = {
        "kernel": KERNELS,
        "degree": Conditional((2, 5), when={"kernel": ["poly"]}),
        "coef0": Conditional((0.0, 1.0), when={"kernel": ["sigmoid", "poly"]}),
    }
    coef0, degree = Real(0.0, 1.0), Integer(2, 5)
    assert together(written) == [
        {"kernel": ("rbf",)},
        {"kernel": ("poly",), "degree": degree, "coef0": coef0},
        {"kernel": ("sigmoid",), "coef0": coef0},
    ]


def test_values_for_which_the_same_exists_stay_together():
    written = {"kernel": KERNELS, "degree": Conditional([2, 3], when={"kernel": ["poly"]})}
    assert together(written) == [
        {"kernel": ("rbf", "sigmoid")},
        {"kernel": ("poly",), "degree": (2, 3)},
    ]
    everywhere = {"kernel": KERNELS, "degree": Conditional([2, 3], when={"kernel": KERNELS})}
    assert together(everywhere) == [{"kernel": tuple(KERNELS), "degree": (2, 3)}]


def test_a_condition_on_what_does_not_exist_does_not_hold():
    # "a" comes before the choice that it hangs on by its name, and is asked after it.
    written = {
        "solver": ["lbfgs", "saga"],
        "a": Conditional(["l2", "elasticnet"], when={"solver": ["saga"]}),
        "l1_ratio": Conditional((0.0, 1.0), when={"a": ["elasticnet"]}),
    }
    assert together(written) == [
        {"solver": ("lbfgs",)},
        {"solver": ("saga",), "a": ("l2",)},
        {"solver": ("saga",), "a": ("elasticnet",), "l1_ratio": Real(0.0, 1.0)},
    ]


def test_all_conditions_must_hold():
    written = {
        "a": [0, 1],
        "b": [0, 1],
        "c": Conditional([5, 6], when={"a": [1], "b": [1]}),
    }
    space = parse_space(written)
    uniform = np.random.default_rng(0).random((50, len(space.axes)))
    found = [space.decode(point) for point in space.points(space.sample(uniform))]
    assert all(("c" in params) == (params["a"] == params["b"] == 1) for params in found)
    assert space.n_values == 3 + 2


def test_parts_of_a_dictionary_share_its_number_of_candidates():
    conditional = {"a": [0, 1], "b": Conditional((0.0, 1.0), when={"a": [1]})}
    space = parse_space([{"a": [2]}, (conditional, 5)])
    assert [(branch.number, branch.n_iter) for branch in space.branches] == [
        (0, None),
        (1, 5),
        (1, 5),
    ]


def test_an_optimizer_proposes_what_exists():
    written = {"kernel": ["rbf", "poly"], "degree": Conditional((2, 5), when={"kernel": ["poly"]})}
    optimizer = Optimizer(written, random_state=0)
    asked = optimizer.ask(5)
    assert {(p["kernel"], p.get("degree")) for p in asked} == {
        ("rbf", None),
        *(("poly", degree) for degree in range(2, 6)),
    }


@pytest.mark.parametrize(
    ("when", "kind", "message"),
    [
        (
            "kernel",
            TypeError,
            r"when must be a dict such as when=\{'kernel': \['poly'\]\}, got 'kernel'",
        ),
        ({}, ValueError, "when is empty"),
        ({"kernel": "poly"}, ValueError, r"when\['kernel'\] must be a list of values"),
        ({"kernel": []}, ValueError, r"when\['kernel'\] must be a list of values"),
        ({3: ["poly"]}, ValueError, r"when\[3\] must be a list"),
    ],
)
def test_conditions_that_are_none(when, kind, message):
    with pytest.raises(kind, match=message):
        Conditional((2, 5), when=when)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"kernal": KERNELS}, "which is not in the same dict. Did you mean 'kernal'?"),
        ({}, "which is not in the same dict. Add 'kernel' to it."),
        ({"kernel": (0.0, 1.0)}, "which is the range Real"),
        ({"kernel": ["rbf", "linear"]}, r"when\['kernel'\]: 'poly'"),
        (
            {"kernel": Conditional(KERNELS, when={"degree": [2]})},
            "search_spaces: 'degree', 'kernel' depend on each other in a circle",
        ),
    ],
)
def test_conditions_that_cannot_hold(space, message):
    written = {"degree": Conditional([2, 3], when={"kernel": ["poly"]}), **space}
    with pytest.raises(ValueError, match=message):
        parse_space(written)


def test_a_conditional_holds_no_other():
    with pytest.raises(TypeError, match="Write all conditions into one `when`"):
        Conditional(Conditional([1, 2], when={"a": [1]}), when={"b": [1]})


def test_more_combinations_than_can_be_searched():
    choices = {f"c{i}": [0, 1] for i in range(9)}
    own = {f"p{i}": Conditional((0.0, 1.0), when={f"c{i}": [1]}) for i in range(9)}
    with pytest.raises(ValueError, match=f"more than {MAX_BRANCHES} combinations"):
        parse_space({**choices, **own})
