"""A search as a table, and in the forms of other tools; and what tables say, read back."""

from skbayes.tables.branches import branch_labels, choice_name

__all__ = [
    "branch_labels",
    "choice_name",
]
