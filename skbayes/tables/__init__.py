"""Results of a search as tables, also for other tools, and tables as results for a search."""

from skbayes.tables.branches import branch_labels, choice_name
from skbayes.tables.comparison import compare, warn_of_different_metrics
from skbayes.tables.notes import note_of, notes_of_table
from skbayes.tables.searches import (
    began_with_estimator,
    followed_metric,
    kept_best,
    kept_notes,
    learnt_from,
    measure,
    own_params,
    rows_begun,
    taken_by,
    written_metric,
)
from skbayes.tables.studies import optuna_study
from skbayes.tables.trials import as_frame, trials_table
from skbayes.tables.written import find_values, read_csv

__all__ = [
    "as_frame",
    "began_with_estimator",
    "branch_labels",
    "choice_name",
    "compare",
    "find_values",
    "followed_metric",
    "kept_best",
    "kept_notes",
    "learnt_from",
    "measure",
    "note_of",
    "notes_of_table",
    "optuna_study",
    "own_params",
    "read_csv",
    "rows_begun",
    "taken_by",
    "trials_table",
    "warn_of_different_metrics",
    "written_metric",
]
