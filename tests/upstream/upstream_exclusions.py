"""Tests of scikit-learn's that cannot hold for `BayesSearchCV`, each with the reason.

They run all the same: one that passes fails as such, and so does a name that no test bears. What
a test would have shown of `BayesSearchCV` is tested where `instead` says.
"""

from __future__ import annotations

from dataclasses import dataclass

import sklearn
from sklearn.utils.fixes import parse_version

__all__ = ["exclusions"]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a test cannot hold.

    Attributes
    ----------
    reason : str
        What it asserts that is no promise of a search as such.
    instead : str
        Where the rest of it is tested.
    below : str or None
        Version of scikit-learn from which on the test holds.
    """

    reason: str
    instead: str = ""
    below: str | None = None


EQUAL_VALUES = "the grid holds a value twice, and equal candidates are evaluated once"
RUNGS = "asserts the rounds of successive halving"
RESOURCES = "asserts messages about the resources of successive halving"

EXCLUDED: dict[str, dict[str, Exclusion]] = {
    "sklearn.model_selection.tests.test_search": {
        "test_grid_search_bad_param_grid": Exclusion(
            "asserts sentences that name param_grid; ours name search_spaces['C']",
            "tests/search/test_bad_input.py::test_same_kind_of_error_as_grid_search",
        ),
        "test_grid_search_classifier_all_fits_fail": Exclusion(
            EQUAL_VALUES, "tests/search/test_search.py::test_when_all_fits_fail_one_error_shows_why"
        ),
        "test_callable_multimetric_clf_all_fits_fail": Exclusion(
            EQUAL_VALUES,
            "tests/search/test_contract.py::test_all_fits_fail_with_a_callable_of_several_metrics",
        ),
        "test_grid_search_cv_splits_consistency": Exclusion(
            EQUAL_VALUES, "tests/search/test_search.py::test_all_candidates_meet_the_same_folds"
        ),
        "test_custom_run_search": Exclusion(
            "asserts that a search by the private hook _run_search has every fitted attribute",
            "tests/search/test_results_against_grid.py",
        ),
        "test_random_search_bad_cv": Exclusion(
            "asserts the wording before scikit-learn 1.9, 'returned' for 'return'",
            "tests/search/test_bad_input.py",
            below="1.9",
        ),
    },
    "sklearn.model_selection.tests.test_successive_halving": {
        "test_aggressive_elimination": Exclusion(RUNGS),
        "test_base_estimator_inputs": Exclusion(RUNGS),
        "test_cv_results": Exclusion(RUNGS),
        "test_halving_random_search_list_of_dicts": Exclusion(RUNGS),
        "test_input_errors": Exclusion(RESOURCES),
        "test_input_errors_randomized": Exclusion(RESOURCES),
        "test_min_max_resources": Exclusion(RUNGS),
        "test_min_resources_null": Exclusion(RESOURCES),
        "test_n_iterations": Exclusion(RUNGS),
        "test_random_search": Exclusion(RUNGS),
        "test_random_search_discrete_distributions": Exclusion(RUNGS),
        "test_resource_parameter": Exclusion(RUNGS),
        "test_select_best_index": Exclusion(RUNGS),
    },
}


def exclusions(module: str) -> dict[str, str]:
    """Return the reasons, by test, that hold for this scikit-learn."""
    version = parse_version(sklearn.__version__)
    return {
        test: exclusion.reason
        for test, exclusion in EXCLUDED.get(module, {}).items()
        if exclusion.below is None or version < parse_version(exclusion.below)
    }
