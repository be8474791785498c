"""How figures are tabulated: means, their intervals, and rows of cells."""

import numpy as np

N_BOOTSTRAP = 2000
TIE = 0.005  # regrets that differ by less are the same


def interval(samples: np.ndarray) -> str:
    """Return the ends of the interval."""
    low, high = np.quantile(samples, [0.05, 0.95])
    return f"({low:+.3f} {high:+.3f})"


def mean_interval(per_task: np.ndarray) -> str:
    """Return the mean over tasks with its interval."""
    rng = np.random.default_rng(0)
    chosen = rng.integers(len(per_task), size=(N_BOOTSTRAP, len(per_task)))
    low, high = np.quantile(per_task[chosen].mean(axis=1), [0.05, 0.95])
    return f"{per_task.mean():.3f} ({low:.3f} {high:.3f})"


def sampled(pairs: list[np.ndarray]) -> np.ndarray:
    """Return bootstrap samples, over tasks and seeds, of two means: shape (2, n_samples).

    One array of shape (2, n_seeds) a task; both have the same tasks and seeds in a sample.
    """
    rng = np.random.default_rng(0)
    drawn = np.array(
        [
            pair[:, rng.integers(pair.shape[1], size=(N_BOOTSTRAP, pair.shape[1]))].mean(axis=2)
            for pair in pairs
        ]
    )
    chosen = rng.integers(len(drawn), size=(len(drawn), 1, N_BOOTSTRAP))
    means: np.ndarray = np.take_along_axis(drawn, chosen, axis=0).mean(axis=0)
    return means


def ratio(pairs: list[np.ndarray]) -> str:
    """Return the mean of the first over that of the second, with its interval."""
    first, second = np.mean([pair.mean(axis=1) for pair in pairs], axis=0)
    low, high = np.quantile(np.divide(*sampled(pairs)), [0.05, 0.95])
    return f"{first / second:.2f} ({low:.2f} {high:.2f})"


def table(title: str, columns: list[str], rows: dict[str, list[str]]) -> None:
    """Print rows of cells below a title."""
    label = max(map(len, [*rows, ""])) + 2
    widths = [
        max(map(len, [column, *(cells[i] for cells in rows.values())])) + 2
        for i, column in enumerate(columns)
    ]
    print(f"\n{title}\n")
    print(" " * label + "".join(c.rjust(w) for c, w in zip(columns, widths, strict=True)))
    for name, cells in rows.items():
        print(name.ljust(label) + "".join(c.rjust(w) for c, w in zip(cells, widths, strict=True)))
