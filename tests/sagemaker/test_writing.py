"""Spaces and searches as documents, and back again."""

import json
import string

import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.svm import SVC

from skbayes import BayesSearchCV, Converged, Patience, TargetScore
from skbayes.sagemaker import from_sagemaker, to_sagemaker
from skbayes.space import Categorical, Conditional, Integer, Real, parse_space

CONFIG = "HyperParameterTuningJobConfig"


class Anything(BaseEstimator):
    """Has parameters a to h, which nothing is known of."""

    def __init__(self, a=None, b=None, c=None, d=None, e=None, f=None, g=None, h=None):
        self.a, self.b, self.c, self.d, self.e, self.f, self.g, self.h = a, b, c, d, e, f, g, h


# Spaces that have a form of the service.

magnitudes = st.floats(1e-150, 1e150)
finite = st.one_of(st.just(0.0), magnitudes, magnitudes.map(lambda x: -x))


def pairs(numbers):
    return st.tuples(numbers, numbers).filter(lambda p: p[0] != p[1]).map(sorted)


@st.composite
def reals(draw):
    prior = draw(st.sampled_from(["uniform", "log-uniform", "reverse-log-uniform", "auto"]))
    numbers = finite
    if prior == "log-uniform":
        numbers = magnitudes
    elif prior == "reverse-log-uniform":
        numbers = st.floats(0, 1, exclude_max=True, allow_subnormal=False)
    return Real(*draw(pairs(numbers)), prior)


@st.composite
def integers(draw):
    prior = draw(st.sampled_from(["uniform", "log-uniform", "auto"]))
    size = draw(st.sampled_from([10, 2**33, 10**20]))
    low, high = draw(pairs(st.integers(1 if prior == "log-uniform" else -size, size)))
    return Integer(low, high, prior)


# What is no word and no number: a text "3" is the number 3 where numbers are taken.
texts = st.text(st.sampled_from(string.printable + 'äß"\\'), max_size=20).filter(
    lambda text: from_text(text) == text
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), finite, texts)


def from_text(text):
    from skbayes.sagemaker.values import cast

    return cast(text, Anything(), "a")


def keys(values):
    return [1.0 * v if type(v) in (int, float) else (type(v), v) for v in values]


categories = (
    st.lists(scalars, min_size=2, max_size=8)
    .filter(lambda values: len(set(keys(values))) == len(values))
    .map(Categorical)
)

spaces = st.dictionaries(
    st.sampled_from("abcdefgh"), st.one_of(reals(), integers(), categories), min_size=1, max_size=5
)


@given(spaces, st.sampled_from(["ParameterRanges", CONFIG]))
@settings(max_examples=150, deadline=None)
def test_import_is_the_inverse_of_export(space, kind):
    document = json.loads(json.dumps(to_sagemaker(space, kind=kind)))
    search = from_sagemaker(document, Anything(), n_iter=5)
    assert search.search_spaces == space
    assert parse_space(search.search_spaces) == parse_space(space)
    # And once more: what was read is written as it was.
    assert to_sagemaker(search.search_spaces, kind=kind) == document


@given(spaces)
@settings(max_examples=50, deadline=None)
def test_exports_are_of_the_service(space):
    pytest.importorskip("botocore")
    from services import faults

    assert faults(to_sagemaker(space), "ParameterRanges") == []
    assert faults(to_sagemaker(space, kind=CONFIG), CONFIG) == []


@given(st.lists(st.booleans() | st.none(), min_size=1, unique=True))
def test_words_come_back(values):
    document = to_sagemaker({"a": Categorical([*values, "x"])})
    found = from_sagemaker(document, Anything(), n_iter=5).search_spaces["a"]
    assert [type(v) for v in found.categories] == [*map(type, values), str]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ((1, 10), {"MinValue": "1", "MaxValue": "10", "ScalingType": "Linear"}),
        ((0.1, 1), {"MinValue": "0.1", "MaxValue": "1.0", "ScalingType": "Linear"}),
        (
            scipy.stats.uniform(1, 4),
            {"MinValue": "1.0", "MaxValue": "5.0", "ScalingType": "Linear"},
        ),
        (scipy.stats.randint(1, 5), {"MinValue": "1", "MaxValue": "4", "ScalingType": "Linear"}),
        (
            scipy.stats.loguniform(1e-3, 1e3),
            {"MinValue": "0.001", "MaxValue": "1000.0", "ScalingType": "Logarithmic"},
        ),
        (Real(0.1, 1, "auto"), {"MinValue": "0.1", "MaxValue": "1.0", "ScalingType": "Auto"}),
        ([1, 2.5, True, None, "a"], {"Values": ["1", "2.5", "true", "None", "a"]}),
        (['"a"', "b"], {"Values": [r'"\"a\""', "b"]}),
    ],
)
def test_what_is_written(written, expected):
    document = to_sagemaker({"p": written})
    [entry] = [entry for entries in document.values() for entry in entries]
    assert entry == {"Name": "p"} | expected
    assert document.static == {}


def test_what_has_one_value_is_static():
    document = to_sagemaker({"C": (0.1, 1.0), "kernel": ["rbf"], "shrinking": [False]})
    assert document.static == {"kernel": "rbf", "shrinking": "false"}
    request = {
        CONFIG: {
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 3},
            "ParameterRanges": document,
        },
        "TrainingJobDefinition": {"StaticHyperParameters": document.static},
    }
    search = from_sagemaker(request, SVC(kernel="poly"))
    assert (search.estimator.kernel, search.estimator.shrinking) == ("rbf", False)
    assert search.search_spaces == {"C": Real(0.1, 1.0)}


FULL = BayesSearchCV(
    SVC(),
    {"C": Real(0.1, 10.0), "kernel": Categorical(["rbf", "linear"])},
    n_iter=30,
    scoring="neg_log_loss",
    n_jobs=2,
    random_state=7,
    early_stopping="median",
    max_time=300,
    stopping=[
        TargetScore(-0.25),
        Patience(5, 0.01, relative=True),
        Converged(0.01, relative=True),
    ],
)

EXPECTED = {
    "Strategy": "Bayesian",
    "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:logloss"},
    "ResourceLimits": {
        "MaxNumberOfTrainingJobs": 30,
        "MaxParallelTrainingJobs": 2,
        "MaxRuntimeInSeconds": 300,
    },
    "TrainingJobEarlyStoppingType": "Auto",
    "TuningJobCompletionCriteria": {
        "TargetObjectiveMetricValue": 0.25,
        "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 5},
        "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"},
    },
    "RandomSeed": 7,
    "ParameterRanges": to_sagemaker(FULL),
}


def test_a_whole_search_and_back(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    document = to_sagemaker(FULL, kind=CONFIG)
    assert document == EXPECTED
    search = from_sagemaker(document, SVC())
    own, there = (s.get_params(deep=False) for s in (search, FULL))
    assert {n: v for n, v in own.items() if n != "estimator"} == {
        n: v for n, v in there.items() if n != "estimator"
    }


HYPERBAND = {"strategy": "hyperband", "resource": "max_iter"}


@pytest.mark.parametrize(
    ("keywords", "written"),
    [
        ({"max_resources": 27}, {"MaxResource": 27}),
        ({"min_resources": 3, "max_resources": 27}, {"MinResource": 3, "MaxResource": 27}),
    ],
)
def test_hyperband_and_back(keywords, written):
    search = searched(**HYPERBAND, **keywords)
    document = to_sagemaker(search, kind=CONFIG)
    assert document["Strategy"] == "Hyperband"
    assert document["StrategyConfig"] == {"HyperbandStrategyConfig": written}
    again = from_sagemaker(document, SVC(), resource="max_iter")
    for name in ("strategy", "resource", "min_resources", "max_resources", "factor"):
        assert getattr(again, name) == getattr(search, name)


def test_hyperband_is_of_the_service():
    pytest.importorskip("botocore")
    from services import faults

    search = searched(**HYPERBAND, min_resources=3, max_resources=27)
    assert faults(to_sagemaker(search, kind=CONFIG), CONFIG) == []


def test_hyperband_takes_the_whole_from_the_estimator():
    search = BayesSearchCV(SVC(max_iter=50), {"C": (0.1, 1.0)}, **HYPERBAND)
    written = to_sagemaker(search, kind=CONFIG)["StrategyConfig"]
    assert written == {"HyperbandStrategyConfig": {"MaxResource": 50}}


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"resource": None}, "resource: None cannot be written for SageMaker"),
        ({"resource": "n_samples"}, "resource: 'n_samples' cannot be written"),
        ({"resource": "C"}, "max_resources: .* C=1.0 is no whole number"),
        ({"resource": "eta"}, "max_resources: .* eta=None is no whole number"),
        (
            {"max_resources": 20_001},
            "max_resources: must be from 1 to 20000 in SageMaker, got 20001",
        ),
        ({}, "max_resources: must be from 1 to 20000 in SageMaker, got -1"),
        ({"max_resources": 9, "min_resources": 10}, "min_resources: 10 is above max_resources, 9"),
    ],
)
def test_hyperband_without_a_form(keywords, message):
    with pytest.raises(ValueError, match=message):
        to_sagemaker(searched(**(HYPERBAND | keywords)), kind=CONFIG)


def test_shares_that_are_left_out_are_said():
    hyperband = {**HYPERBAND, "max_resources": 9, "factor": 2, "early_stopping": "racing"}
    with pytest.warns(UserWarning, match=r"early_stopping: 'racing' is left out") as caught:
        document = to_sagemaker(searched(**hyperband, max_fits=90), kind=CONFIG)
    assert document["TrainingJobEarlyStoppingType"] == "Off"
    for name in ("factor", "max_fits"):
        assert f"{name}: cannot be written" in str(caught[0].message)
    with pytest.warns(UserWarning, match="resource: cannot be written"):
        to_sagemaker(searched(resource="n_samples"), kind=CONFIG)


def test_the_number_of_a_space_is_that_of_its_jobs():
    search = BayesSearchCV(SVC(), [({"C": (0.1, 1.0)}, 7)])
    document = to_sagemaker(search, kind=CONFIG)
    assert document["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 7


def test_an_error_rate_is_one_minus_the_accuracy():
    search = BayesSearchCV(SVC(), {"C": (0.1, 1.0)}, scoring="accuracy", stopping=TargetScore(0.75))
    document = to_sagemaker(search, kind=CONFIG, metric_name="validation:error")
    assert document["HyperParameterTuningJobObjective"]["Type"] == "Minimize"
    assert document["TuningJobCompletionCriteria"] == {"TargetObjectiveMetricValue": 0.25}
    assert from_sagemaker(document, SVC()).stopping == [TargetScore(0.75)]


def test_all_processors(monkeypatch):
    monkeypatch.setattr("joblib.effective_n_jobs", lambda n_jobs: 64 if n_jobs == -1 else n_jobs)
    search = BayesSearchCV(SVC(), {"C": (0.1, 1.0)}, n_jobs=-1, n_iter=800)
    with pytest.warns(UserWarning, match="64 jobs at the same time") as caught:
        document = to_sagemaker(search, kind=CONFIG)
    assert document["ResourceLimits"]["MaxParallelTrainingJobs"] == 64
    assert "800 jobs are above the quota, 750" in str(caught[0].message)


def test_what_is_left_out_is_said():
    search = BayesSearchCV(
        SVC(),
        {"C": (0.1, 1.0)},
        early_stopping="racing",
        initial_points=[{"C": 0.5}],
        warm_start_from=[({"C": 0.5}, 1.0)],
        stopping=[Patience(4), print],
    )
    with pytest.warns(UserWarning, match="early_stopping") as caught:
        to_sagemaker(search, kind=CONFIG)
    message = str(caught[0].message)
    for name in ("initial_points", "warm_start_from", "print", "Patience"):
        assert name in message


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({f"p{i}": (0, 1) for i in range(31)}, "has 31 parameters, and the service takes 30"),
        ({f"p{i}": [0] for i in range(101)}, "has 101 parameters"),
        ({"p": list(range(31))}, r"search_spaces\['p'\]: has 31 values"),
        ({"p": ["a" * 257, "b"]}, "longer than 256"),
        ({"p" * 257: [1, 2]}, "longer than 256"),
        ({"p": [SVC(), Ridge()]}, "SVC.*cannot be written"),
        ({"p": [SVC()]}, "SVC.*cannot be written"),
        ({"p": [(1, 2), (3,)]}, r"\(1, 2\) is not a str"),
        ({"p": [1.0, float("nan")]}, "nan is not a finite number"),
        ({"p": ["true", True]}, "two of its values are 'true'"),
        ({"p": scipy.stats.norm()}, "Distribution.*cannot be written"),
        ({"p": scipy.stats.expon()}, "cannot be written"),
        ([{"p": [1, 2]}, {"q": [1, 2]}], "several dicts"),
        ({"p": ["a", "b"], "q": Conditional((1, 2), when={"p": ["a"]})}, "exist for some"),
        ({"p": Real(0.5, 0.9, "reverse-log-uniform", pole=2.0)}, "pole=1"),
        ({"p": Real(-0.5, 0.9, "reverse-log-uniform")}, "low >= 0"),
        ({"p": 3}, "search_spaces"),
        (None, "search_spaces"),
    ],
)
def test_spaces_without_a_form(space, message):
    with pytest.raises(ValueError, match=message):
        to_sagemaker(space)


def searched(**settings):
    return BayesSearchCV(SVC(), {"C": (0.1, 1.0), "kernel": ["rbf", "poly"]}, **settings)


@pytest.mark.parametrize(
    ("search", "keywords", "message"),
    [
        (searched(), {"metric_name": "validation:mine"}, "metric_name: 'validation:mine' is no"),
        (searched(scoring="roc_auc"), {"metric_name": "rmse"}, "scoring is 'roc_auc'"),
        (searched(scoring="jaccard"), {}, "scoring: no name of a metric is known for 'jaccard'"),
        (searched(scoring=len), {}, "scoring: no name of a metric"),
        (searched(max_time=119), {}, "max_time: must be from 120"),
        (searched(stopping=Patience(2)), {}, "n must be at least 3"),
        (searched(stopping=[Patience(3), Patience(4)]), {}, "two rules"),
        (searched(random_state=-1), {}, "random_state: must be from 0"),
        (searched(), {"kind": "Config"}, "kind: must be 'ParameterRanges' or"),
    ],
)
def test_searches_without_a_form(search, keywords, message):
    with pytest.raises(ValueError, match=message):
        to_sagemaker(search, **({"kind": CONFIG} | keywords))


def test_all_problems_are_in_one_error():
    search = searched(max_time=3, random_state=-1, scoring="jaccard")
    with pytest.raises(ValueError, match="to_sagemaker: 3 problems:"):
        to_sagemaker(search, kind=CONFIG)


def test_several_metrics():
    search = searched(scoring=["accuracy", "roc_auc"], refit="roc_auc")
    document = to_sagemaker(search, kind=CONFIG)
    assert document["HyperParameterTuningJobObjective"]["MetricName"] == "validation:auc"


def test_a_space_that_depends_on_the_estimator():
    search = BayesSearchCV(
        RandomForestClassifier(), {"max_depth": (2, 8), "bootstrap": [True, False]}
    )
    document = to_sagemaker(search)
    assert from_sagemaker(document, RandomForestClassifier(), n_iter=3).search_spaces == {
        "max_depth": Integer(2, 8),
        "bootstrap": Categorical([True, False]),
    }
