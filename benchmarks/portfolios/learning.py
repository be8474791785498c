"""What a portfolio is learnt by: regrets that no data set dominates, and the greedy choice."""

import numpy as np

# A data set on which the best and the median candidate differ by less tells nothing; its regrets
# would be noise on the scale of others' differences.
MIN_SPREAD = 0.005
# A configuration that lowers the mean regret by less is chance.
MIN_GAIN = 0.002
MAX_SIZE = 8
# Regrets are averages over candidates so near, in unit coordinates: the more axes, the farther from
# each other the candidates of a table are.
WIDTH_PER_AXIS, MAX_WIDTH = 0.04, 0.15


def regrets(scores: np.ndarray, best: np.ndarray, median: np.ndarray) -> np.ndarray:
    """Return normalised regrets: 0 at the best score that is known, 1 at the median random one.

    Parameters
    ----------
    scores : ndarray of shape (n_data_sets, n_candidates)
    best, median : ndarray of shape (n_data_sets,)

    Returns
    -------
    ndarray of shape (n_data_sets, n_candidates)
    """
    spread = np.maximum(best - median, MIN_SPREAD)
    found: np.ndarray = (best[:, None] - scores) / spread[:, None]
    return found


def agreed(splits: np.ndarray) -> float:
    """Return what the best candidate scores where it was not chosen, without the luck of a choice.

    For each split but the first, the candidate with the best mean on all the others is scored on
    it. The highest mean over splits is higher, for it is partly that of the luckiest.

    Parameters
    ----------
    splits : ndarray of shape (n_candidates, n_splits)
        Scores. The first split is the one that searches see, so nothing is judged there.

    Returns
    -------
    float
        Mean over splits.
    """
    found = []
    for k in range(1, splits.shape[1]):
        others = np.delete(splits, k, axis=1).mean(axis=1)
        found.append(splits[others.argmax(), k])
    return float(np.mean(found))


def smoothed(regret: np.ndarray, features: np.ndarray, n_axes: int) -> np.ndarray:
    """Return regrets with less of the noise of folds: means over candidates that are near.

    Parameters
    ----------
    regret : ndarray of shape (n_data_sets, n_candidates)
        More than 1 counts as 1.
    features : ndarray of shape (n_candidates, n_columns)
        Of the space, so that other categories are far.
    n_axes : int
        Number of ordered parameters.

    Returns
    -------
    ndarray of shape (n_data_sets, n_candidates)
    """
    width = min(WIDTH_PER_AXIS * n_axes, MAX_WIDTH)
    squares = ((features[:, None] - features[None]) ** 2).sum(axis=-1)
    weights = np.exp(-squares / (2 * width**2))
    means: np.ndarray = np.minimum(regret, 1.0) @ (weights / weights.sum(axis=0))
    return means


def greedy(
    regret: np.ndarray, present: np.ndarray | None = None, max_size: int = MAX_SIZE
) -> list[int]:
    """Choose candidates that complement each other, each where those before it are bad.

    The first one is the best alone. Each other one lowers the most the mean over data sets of the
    best regret so far, to which the present parameters count, for a search tries them first.

    Parameters
    ----------
    regret : ndarray of shape (n_data_sets, n_candidates)
        More than 1 counts as 1.
    present : ndarray of shape (n_data_sets,) or None
        Regrets of what an estimator has by default.
    max_size : int

    Returns
    -------
    list of int
        Indices of candidates, best first; fewer than `max_size` if no other one gains.
    """
    capped = np.minimum(regret, 1.0)
    if not capped.size:
        return []
    chosen = [int(capped.mean(axis=0).argmin())]
    best = capped[:, chosen[0]]
    if present is not None:
        best = np.minimum(best, present)
    while len(chosen) < max_size:
        means = np.minimum(best[:, None], capped).mean(axis=0)
        index = int(means.argmin())
        if means[index] > best.mean() - MIN_GAIN:
            break
        chosen.append(index)
        best = np.minimum(best, capped[:, index])
    return chosen
