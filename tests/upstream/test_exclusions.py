"""The table of exclusions says what it says."""

import ast
from pathlib import Path

import pytest
from upstream_exclusions import EXCLUDED, Exclusion
from upstream_loading import load

ROOT = Path(__file__).parents[2]
PLACES = {place.instead for tests in EXCLUDED.values() for place in tests.values() if place.instead}


@pytest.mark.parametrize("place", sorted(PLACES))
def test_what_stands_in_for_an_excluded_test(place):
    path, _, name = place.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert not name or name in tests


def test_each_exclusion_has_a_reason():
    assert all(place.reason for tests in EXCLUDED.values() for place in tests.values())


def test_an_exclusion_of_nothing_is_an_error(monkeypatch):
    name = "sklearn.neighbors.tests.test_kde"
    assert load(name).keys() == {"test_kde_pipeline_gridsearch"}
    monkeypatch.setitem(EXCLUDED, name, {"test_gone": Exclusion("there was one")})
    with pytest.raises(ValueError, match="test_gone"):
        load(name)
