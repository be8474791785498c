"""Where tasks run: processes, the backend of joblib that is active, dask, ray, or an executor.

Each kind takes one task at a time and reports how it ended. Whose fault a death is, and what is
run again, is decided in one place for all of them, which is not here.
"""

from skbayes.workers.calls import can_travel
from skbayes.workers.pool import Outcome, Pool

__all__ = ["Outcome", "Pool", "can_travel"]
