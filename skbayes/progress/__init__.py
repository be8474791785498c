"""What a user sees of a search while it runs: a line for each candidate, or a bar."""

from skbayes.progress.bar import ProgressBar
from skbayes.progress.lines import Lines
from skbayes.progress.pace import Pace

__all__ = [
    "Lines",
    "Pace",
    "ProgressBar",
]
