"""Exceptions that you may want to catch."""

__all__ = [
    "FitTimeout",
    "JournalError",
    "JournalLocked",
    "JournalMismatch",
    "NoWorkers",
    "SpaceExhausted",
    "WorkerDied",
]


def __dir__() -> list[str]:
    return sorted(__all__)


class SpaceExhausted(RuntimeError):
    """No candidate is left that may be proposed.

    `Optimizer.ask` raises this error after all points of a finite space were proposed. It also
    raises this error if each dict of the space has had its own number of candidates, or if no
    further candidate was found that `is_allowed` allows. `BayesSearchCV` does not raise this error,
    but ends the search.

    Attributes
    ----------
    n_asked : int
        Number of points that were proposed before.
    reason : str
        Why no candidate is left.
    remedy : str
        What to change, beside asking for fewer candidates.
    """

    def __init__(
        self,
        n_asked: int,
        reason: str = "the space holds no further candidate",
        remedy: str = "Widen the space",
    ) -> None:
        self.n_asked = n_asked
        self.reason = reason
        self.remedy = remedy
        super().__init__(n_asked, reason, remedy)

    def __str__(self) -> str:
        return (
            f"{self.reason} (proposed so far: {self.n_asked}). No candidate is proposed twice. "
            f"{self.remedy}, or ask for fewer candidates."
        )


class WorkerDied(RuntimeError):
    """The worker process of a fit died, and died again when the fit ran alone.

    In a search, this fit counts as failed. The other fits continue.

    Parameters
    ----------
    message : str, default=""
        What happened, if it is known.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "The worker process died. Either a signal killed it, often because memory ran out, "
            "or compiled code crashed. If memory ran out, use fewer workers."
        )

    @classmethod
    def of(cls, cause: BaseException) -> "WorkerDied":
        """Return an error with the text of another error about the death of the process.

        Parameters
        ----------
        cause : BaseException
            The other error.

        Returns
        -------
        WorkerDied
        """
        error = cls(f"{cls()} ({type(cause).__name__}: {cause})")
        error.__cause__ = cause
        return error


class FitTimeout(RuntimeError):
    """A fit took longer than `fit_timeout`, so its worker process was ended.

    In a search, this fit counts as failed. The other fits continue.

    Attributes
    ----------
    seconds : float
        The limit of time, in seconds.
    stack : str
        The code that was running at the end, as `faulthandler` prints it.
    """

    def __init__(self, seconds: float, stack: str) -> None:
        self.seconds = seconds
        self.stack = stack
        super().__init__(seconds, stack)

    def __str__(self) -> str:
        return (
            f"The fit took longer than fit_timeout={self.seconds:g} seconds, so the search ended "
            f"its worker process. At the end, the fit was here:\n{self.stack}"
        )


class NoWorkers(RuntimeError):
    """A cluster has no workers and gets no new ones, or the executor of the user takes no tasks.

    Such an executor is broken, or was shut down. A dask client that is closed reaches no workers.

    If a search ends with this error, it keeps its results.

    Attributes
    ----------
    seconds : float
        How long the search waited for a worker, in seconds.
    text : str or None, default=None
        What happened. None: a cluster has no workers.
    """

    def __init__(self, seconds: float, text: str | None = None) -> None:
        self.seconds = seconds
        self.text = text
        super().__init__(seconds, text)

    def __str__(self) -> str:
        return self.text or (
            f"The cluster has had no worker for {self.seconds:.0f} seconds. Either no worker has "
            "started yet, or all workers have died and were not replaced. Workers often die if a "
            "fit needs more memory than a worker has. Check the cluster and wait for its workers "
            "(dask: client.wait_for_workers(1)). Then call fit again. With a checkpoint, the "
            "search continues from the file."
        )


class JournalError(ValueError):
    """A checkpoint file is invalid or damaged, or belongs to another search.

    The file is not changed.

    Attributes
    ----------
    path : str
        Path of the file.
    reason : str
        What is wrong with the file, and what to do.
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"checkpoint {self.path!r}: {self.reason}"


class JournalMismatch(JournalError):
    """A checkpoint file was written with other settings or other data.

    Attributes
    ----------
    keys : tuple of str
        The settings or data that differ.
    """

    def __init__(self, path: str, reason: str, keys: tuple[str, ...]) -> None:
        super().__init__(path, reason)
        self.keys = keys
        self.args = (path, reason, keys)


class JournalLocked(RuntimeError):
    """Another search is writing to the checkpoint file.

    Attributes
    ----------
    path : str
        Path of the file.
    pid : int or None
        Process id of the other search; None if the file does not contain the process id.
    host : str or None
        Name of the machine on which this process runs.
    """

    def __init__(self, path: str, pid: int | None, host: str | None) -> None:
        self.path = path
        self.pid = pid
        self.host = host
        super().__init__(path, pid, host)

    def __str__(self) -> str:
        owner = "another search" if self.pid is None else f"process {self.pid} on {self.host!r}"
        return (
            f"checkpoint {self.path!r} is in use by {owner}. Wait until it ends, or name another "
            "file: only one search at a time writes to a checkpoint. For several data sets, write "
            "{data} into the file name, as in 'search-{data}.jsonl'. Then each data set has its "
            "own file."
        )
