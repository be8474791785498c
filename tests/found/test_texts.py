"""Values as they are written at an axis."""

import functools

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from skbayes.found import short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0000000000000004, "1"),
        (0.1234567891, "0.123457"),
        (np.float32(2.5), "2.5"),
        (3, "3"),
        (True, "True"),
        (None, "None"),
        ("l2", "l2"),
        ("a" * 40, "a" * 25 + "…"),
        (Ridge, "Ridge"),
        (len, "len"),
        (Ridge(alpha=2.0), "Ridge(alpha=2.0)"),
        ((1, 2), "(1, 2)"),
    ],
)
def test_values_as_users_write_them(value, text):
    assert short(value) == text


def test_an_object_that_cannot_be_written_has_a_name():
    class Broken:
        def __str__(self):
            raise RuntimeError

    assert short(Broken()) == "Broken"
    assert short(object()) == "object"
    assert short(functools.partial(len)).startswith("functools.partial")


def test_half_of_a_character_can_be_written():
    assert short("a\ud800") == "a\\ud800"
