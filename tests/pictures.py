"""Searches to be drawn, and what holds of a picture on any platform."""

import math
from dataclasses import replace

import numpy as np

from skbayes import Conditional, Optimizer, Real
from skbayes.found import read

SPACE = {
    "C": (1e-2, 1e3, "log-uniform"),
    "momentum": Real(0.5, 0.999, "reverse-log-uniform"),
    "kernel": ["rbf", "poly", None],
    "depth": (1, 9),
    "gamma": Conditional((1e-4, 1.0, "log-uniform"), when={"kernel": ["rbf"]}),
    "size": [1, 10, 100],
}
BRANCHES = [
    {"model": ["svc"], "C": (1e-2, 1e2, "log-uniform")},
    {"model": ["forest"], "n_trees": (10, 100, "log-uniform")},
]


def smooth(params, rng):
    score = math.log(params.get("C", 1.0)) - params.get("depth", 0.0) ** 0.5
    return score + (params.get("kernel") == "poly") + 0.3 * rng.normal()


def sometimes(params, rng):
    return None if rng.random() < 0.2 else smooth(params, rng)


def told(n, score=smooth, *, space=SPACE, n_folds=0, seed=0):
    """Return an optimiser that was told the scores of so many random points, and their costs.

    With folds, three of ten points lack the later ones.
    """
    optimizer, rng = Optimizer(space, random_state=seed), np.random.default_rng(seed)
    points = optimizer.space.points(optimizer.space.sample(rng.random((n, _n_axes(optimizer)))))
    for params in map(optimizer.space.decode, dict.fromkeys(points)):
        mean, cost = score(params, rng), float(rng.random())
        if not n_folds or mean is None:
            optimizer.tell(params, mean, cost=cost)
            continue
        folds = [mean + 0.1 * rng.normal() for _ in range(n_folds)]
        if rng.random() < 0.3:
            folds[n_folds // 2 :] = [None] * (n_folds - n_folds // 2)
        optimizer.tell(params, folds=folds, cost=cost)
    return optimizer


def _n_axes(optimizer):
    return len(optimizer.space.axes)


def many(n):
    """Return what was found by a long search: the candidates of a short one, again and again."""
    found = read(told(50, sometimes, n_folds=3))
    times = n // len(found)
    arrays = {
        name: np.concatenate([getattr(found, name)] * times)
        for name in ("scores", "folds", "was_run", "fits", "cost", "begun", "ended")
    }
    tuples = {name: getattr(found, name) * times for name in ("params", "status", "proposed_by")}
    return replace(found, **arrays, **tuples)


CASES = {
    "mixed": lambda: told(60, sometimes, n_folds=5),
    "branches": lambda: told(30, smooth, space=BRANCHES),
    "one": lambda: told(1, n_folds=3),
    "two": lambda: told(2),
    "equal": lambda: told(30, lambda params, rng: 1.0),
    "zero": lambda: told(20, lambda params, rng: 0.0),
    "all failed": lambda: told(15, lambda params, rng: None),
    "disasters": lambda: told(40, lambda p, rng: -1e12 if rng.random() < 0.3 else smooth(p, rng)),
    "huge": lambda: told(20, lambda params, rng: 1e300 * rng.random()),
    "long list": lambda: told(
        30, space={"name": [f"value {i}" for i in range(200)], "C": (0.1, 10.0)}
    ),
}


def pixels(figure):
    """Return a drawn figure as an array of shape (height, width, 3), between 0 and 1."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] / 255.0


def share_of_ink(figure):
    """Return the share of the pixels that are not white."""
    return float((pixels(figure) < 0.99).any(axis=2).mean())


def overlaps(figure):
    """Return pairs of tick labels of one axis, or titles, that lie on each other."""
    renderer = figure.canvas.get_renderer()
    found = []
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            labels = [
                label
                for tick in axis.get_major_ticks()
                for label in (tick.label1, tick.label2)
                if label.get_visible() and label.get_text() and low <= tick.get_loc() <= high
            ]
            # Turned ones have boxes that overlap, and letters that do not.
            labels = [label for label in labels if not label.get_rotation() % 90]
            boxes = [label.get_window_extent(renderer) for label in labels]
            found += [
                (a.get_text(), b.get_text())
                for a, b, one, two in zip(labels, labels[1:], boxes, boxes[1:], strict=False)
                if one.overlaps(two)
            ]
    return found


def outside(figure):
    """Return the labels, titles and legends that are not wholly in the picture."""
    renderer = figure.canvas.get_renderer()
    whole = figure.bbox.padded(1.0)
    parts = [text for ax in figure.axes for text in (ax.xaxis.label, ax.yaxis.label, ax.title)]
    return [
        part.get_text()
        for part in parts
        if part.get_text() and not _is_within(part.get_window_extent(renderer), whole)
    ]


def _is_within(box, whole):
    return whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1
