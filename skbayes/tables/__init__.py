"""Results of a search as tables, also for other tools, and tables as results for a search."""

from skbayes.tables.branches import branch_labels, choice_name
from skbayes.tables.comparison import compare, written_metric
from skbayes.tables.notes import note_of, notes_of_table
from skbayes.tables.studies import optuna_study
from skbayes.tables.trials import as_frame, trials_table
from skbayes.tables.written import find_values, read_csv

__all__ = [
    "as_frame",
    "branch_labels",
    "choice_name",
    "compare",
    "find_values",
    "note_of",
    "notes_of_table",
    "optuna_study",
    "read_csv",
    "trials_table",
    "written_metric",
]
