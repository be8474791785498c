"""The journal of a search: its events on disk, and what makes a search the same search."""

from skbayes.journal.fingerprints import deciding_library, fingerprint
from skbayes.journal.journal import Journal
from skbayes.journal.summary import Recorded, metrics_of, outline, read_results, read_trials
from skbayes.journal.tokens import data_token

__all__ = [
    "Journal",
    "Recorded",
    "data_token",
    "deciding_library",
    "fingerprint",
    "metrics_of",
    "outline",
    "read_results",
    "read_trials",
]
