"""What was told, and the model of it: observations, a surrogate, earlier searches."""

from skbayes.model.costs import CostModel, fit_costs
from skbayes.model.embedding import Source, place_all, rows_of_each
from skbayes.model.observations import Observations
from skbayes.model.reports import MEAN, Report, check_follows, read_report, read_reports
from skbayes.model.sources import Row, read_sources
from skbayes.model.surrogate import Surrogate
from skbayes.model.transfer import MAX_OBSERVATIONS, SHARE_OF_BUDGET, Transfer, share_of_wrong

__all__ = [
    "MAX_OBSERVATIONS",
    "MEAN",
    "SHARE_OF_BUDGET",
    "CostModel",
    "Observations",
    "Report",
    "Row",
    "Source",
    "Surrogate",
    "Transfer",
    "check_follows",
    "fit_costs",
    "place_all",
    "read_report",
    "read_reports",
    "read_sources",
    "rows_of_each",
    "share_of_wrong",
]
