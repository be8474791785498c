"""The journal of a search: its events on disk."""

from skbayes._journal.journal import Journal

__all__ = ["Journal"]
