"""What a search has found, as arrays, whatever it is read from."""

from skbayes.found.found import ABSENT, Found, best_so_far
from skbayes.found.reading import read, read_several
from skbayes.found.spaces import guessed_space
from skbayes.found.texts import short

__all__ = [
    "ABSENT",
    "Found",
    "best_so_far",
    "guessed_space",
    "read",
    "read_several",
    "short",
]
