"""Exceptions and warnings that a caller may want to catch."""

__all__ = ["FitTimeout", "SpaceExhausted", "WorkerDied"]


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
        super().__init__(
            f"the space holds no further candidate: {n_asked} were proposed, and none is "
            "proposed twice. Widen the space, or ask for fewer candidates."
        )

    def __reduce__(self) -> tuple[type["SpaceExhausted"], tuple[int]]:
        return type(self), (self.n_asked,)


class WorkerDied(RuntimeError):
    """The process that ran a fit died, and it died again when the fit ran alone.

    In a search, such a fit has failed; the other fits are not affected.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "The worker process died: it was killed by a signal, often because memory ran "
            "out, or crashed in native code."
        )

    @classmethod
    def of(cls, cause: BaseException) -> "WorkerDied":
        """Return the error with what `cause` says about the death."""
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
        super().__init__(
            f"The fit took longer than fit_timeout={seconds:g} seconds and was ended with its "
            f"worker process. It was here:\n{stack}"
        )

    def __reduce__(self) -> tuple[type["FitTimeout"], tuple[float, str]]:
        return type(self), (self.seconds, self.stack)
