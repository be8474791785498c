"""Exceptions and warnings that a caller may want to catch."""

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
    """Every candidate that may still be proposed has been proposed already.

    Raised by `Optimizer.ask` when a finite space has no new point left, or when each branch of
    the space has had the number of candidates that was set for it. `BayesSearchCV` ends its
    search there.

    Attributes
    ----------
    n_asked : int
        Number of points that had been proposed by then.
    """

    def __init__(self, n_asked: int) -> None:
        self.n_asked = n_asked
        super().__init__(n_asked)

    def __str__(self) -> str:
        return (
            f"the space holds no further candidate: {self.n_asked} were proposed, and none is "
            "proposed twice. Widen the space, or ask for fewer candidates."
        )


class WorkerDied(RuntimeError):
    """The process that ran a fit died, and it died again when the fit ran alone.

    In a search, such a fit has failed; the other fits are not affected.

    Parameters
    ----------
    message : str, default=""
        What happened, if more is known than that.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "The worker process died: it was killed by a signal, often because memory ran "
            "out, or crashed in native code."
        )

    @classmethod
    def of(cls, cause: BaseException) -> "WorkerDied":
        """Return the error with what another one says about the death.

        Parameters
        ----------
        cause : BaseException
            The other one.

        Returns
        -------
        WorkerDied
        """
        error = cls(f"{cls()} ({type(cause).__name__}: {cause})")
        error.__cause__ = cause
        return error


class FitTimeout(RuntimeError):
    """A fit took longer than `fit_timeout`, and was ended with its worker process.

    In a search, such a fit has failed; the other fits are not affected.

    Attributes
    ----------
    seconds : float
        What it was allowed to take.
    stack : str
        Where it was when it was ended, as `faulthandler` prints it.
    """

    def __init__(self, seconds: float, stack: str) -> None:
        self.seconds = seconds
        self.stack = stack
        super().__init__(seconds, stack)

    def __str__(self) -> str:
        return (
            f"The fit took longer than fit_timeout={self.seconds:g} seconds and was ended with its "
            f"worker process. It was here:\n{self.stack}"
        )


class NoWorkers(RuntimeError):
    """A cluster had no worker left, and none came; or an executor of the user is broken.

    A search that ends so keeps what it has found.

    Attributes
    ----------
    seconds : float
        How long it was waited for.
    text : str or None, default=None
        What happened, if it was no cluster.
    """

    def __init__(self, seconds: float, text: str | None = None) -> None:
        self.seconds = seconds
        self.text = text
        super().__init__(seconds, text)

    def __str__(self) -> str:
        return self.text or (
            f"The cluster has had no worker for {self.seconds:.0f} seconds. Either none has come "
            "yet, or all have died and were not replaced: what kills them is often a fit that "
            "needs more memory than a worker has. Look at the cluster, wait for its workers (dask: "
            "client.wait_for_workers(1)) and search again; with checkpoint= it goes on from here."
        )


class JournalError(ValueError):
    """A file is no journal, is damaged, or belongs to another search.

    The file is left as it is.

    Attributes
    ----------
    path : str
        The file.
    reason : str
        What is wrong with it, and what to do.
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"checkpoint {self.path!r}: {self.reason}"


class JournalMismatch(JournalError):
    """A journal was written with other settings or other data.

    Attributes
    ----------
    keys : tuple of str
        What differs.
    """

    def __init__(self, path: str, reason: str, keys: tuple[str, ...]) -> None:
        super().__init__(path, reason)
        self.keys = keys
        self.args = (path, reason, keys)


class JournalLocked(RuntimeError):
    """Another search writes to the journal.

    Attributes
    ----------
    path : str
        The file.
    pid : int or None
        Process of that search; None if the file does not tell.
    host : str or None
        Machine of that process.
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
            "file: only one search at a time writes to a checkpoint. Searches of different data "
            "have files of their own if {data} is in the name, as in 'search-{data}.jsonl'."
        )
