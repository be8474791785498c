"""Exceptions and warnings that a caller may want to catch."""

__all__ = ["SpaceExhausted"]


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
