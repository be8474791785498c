"""What is known of estimators and scores: spaces, first points, words, limits, simplicity."""

from skbayes.known.aliases import other_names
from skbayes.known.auto import AUTO, described, written_spaces
from skbayes.known.ignored import IGNORED, Ignored, ignored_by
from skbayes.known.largest import LARGEST, largest_of, share_inside
from skbayes.known.limits import score_limits
from skbayes.known.places import Change, nearest
from skbayes.known.portfolio import configurations
from skbayes.known.sight import Data
from skbayes.known.simplicity import SIMPLICITY, simplicity_of
from skbayes.known.spaces import suggest_space

__all__ = [
    "AUTO",
    "IGNORED",
    "LARGEST",
    "SIMPLICITY",
    "Change",
    "Data",
    "Ignored",
    "configurations",
    "described",
    "ignored_by",
    "largest_of",
    "nearest",
    "other_names",
    "score_limits",
    "share_inside",
    "simplicity_of",
    "suggest_space",
    "written_spaces",
]
