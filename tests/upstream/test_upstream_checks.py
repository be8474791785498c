"""The checks that scikit-learn's suite makes of its searches, over the estimators that it takes."""

from __future__ import annotations

import os
import warnings
from typing import Any

import sklearn.model_selection as theirs
from sklearn.base import is_regressor
from sklearn.utils._test_common.instance_generator import INIT_PARAMS
from sklearn.utils.estimator_checks import parametrize_with_checks
from upstream_loading import make_reiterable
from upstream_searches import SEARCHES

CHECKED = [
    search(**arguments)
    for name, search in SEARCHES.items()
    for arguments in INIT_PARAMS[getattr(theirs, name)]
]
if os.environ.get("UPSTREAM") != "all":
    CHECKED = CHECKED[::3]


def known_to_fail(search: Any) -> dict[str, str]:
    """Return what scikit-learn's own searches fail, in whose list it stands for all estimators."""
    return {"check_supervised_y_2d": "Ridge does not warn"} if is_regressor(search) else {}


@parametrize_with_checks(CHECKED, expected_failed_checks=known_to_fail)
def test_check(estimator: Any, check: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


make_reiterable(test_check)
