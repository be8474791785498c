"""Where tasks run: processes, the backend of joblib that is active, dask, ray, or an executor.

Each kind takes one task at a time and reports how it ended. Whose fault a death is, and what is
run again, is decided in one place for all of them, which is not here.
"""

from skbayes.workers.base import Died, Withdrawn, Workers
from skbayes.workers.calls import Call, Raised, Watch
from skbayes.workers.kinds import open_workers
from skbayes.workers.pool import Outcome, Pool

__all__ = [
    "Call",
    "Died",
    "Outcome",
    "Pool",
    "Raised",
    "Watch",
    "Withdrawn",
    "Workers",
    "open_workers",
]
