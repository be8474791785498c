"""What the branches of a space are called."""

import pytest
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skbayes.search import space_of
from skbayes.space import parse_space
from skbayes.tables import branch_labels, choice_name

PIPE = Pipeline([("clf", SVC())])
MODELS = {
    "clf": [SVC(), DecisionTreeClassifier(), "passthrough"],
    "clf__C": (0.1, 9.0),
    "clf__max_depth": (2, 9),
}


@pytest.mark.parametrize(
    ("space", "name", "labels"),
    [
        ({"a": (0.0, 1.0)}, "space", ["all"]),
        ([{"m": ["x"], "a": (0.0, 1.0)}, {"m": ["y", "z"]}], "m", ["m='x'", "m='y' or 'z'"]),
        ([{"m": ["x"]}, {"m": ["x", "y"]}], "space", ["space 0: m='x'", "space 1: m='x' or 'y'"]),
        ([{"a": (0.0, 1.0)}, {"b": [1]}], "space", ["space 0: a", "space 1: b=1"]),
        ([{"a": [1]}, {"a": [1]}], "space", ["space 0", "space 1"]),
        ([{"m": [1]}, {"m": [1.0]}], "m", ["m=1", "m=1.0"]),
        (
            [{"clf": [SVC()], "kernel": ["linear"]}, {"clf": [SVC()], "kernel": ["rbf"]}],
            "kernel",
            ["kernel='linear'", "kernel='rbf'"],
        ),
        (
            [{"clf": [SVC()], "h": [(1,)]}, {"clf": [SVC()], "h": [(1,), (2,)]}],
            "space",
            ["space 0: h=(1,)", "space 1: h=(1,) or (2,)"],
        ),
        ([{"m": [0.1 + 0.2]}, {"m": list("abcd")}], "m", ["m=0.3", "m='a' and 3 others"]),
    ],
)
def test_lists_of_dicts(space, name, labels):
    space = parse_space(space)
    assert choice_name(space) == name
    assert branch_labels(space) == labels


def test_a_searched_step_gives_its_name():
    space = space_of(MODELS, PIPE, 0)
    assert choice_name(space) == "clf"
    assert branch_labels(space) == [
        "clf=SVC()",
        "clf=DecisionTreeClassifier()",
        "clf='passthrough'",
    ]
