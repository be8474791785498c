"""The score against one parameter or two, as candidates have it and as the model predicts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from skbayes.plotting.found import Found
from skbayes.plotting.reading import read
from skbayes.plotting.scales import Scale, scale_of
from skbayes.plotting.style import (
    BLACK,
    GREY,
    MANY,
    MAP,
    MARKS,
    RED,
    axes_for,
    draw_candidates,
    legend,
    score_limits,
    tidy,
)
from skbayes.space import Categorical, show

if TYPE_CHECKING:
    from skbayes.insight import Insight

__all__ = ["PairDisplay", "ParameterDisplay"]

Floats = NDArray[np.float64]

# Places along a range.
N_LINE, N_PAIR = 60, 32
# What is averaged over, for each place.
N_OTHERS = 32
# Of a list, so many values are looked at.
MAX_LISTED = 60
OTHERS = ("best", "averaged")
# Candidates of one category stand side by side, within this distance of its place.
SPREAD = 0.22
# Contours that a reader can follow.
N_LEVELS = 12
# Steps of a sequence that fills a square evenly: Roberts (2018), from the root of x**3 = x + 1.
STEPS = (0.7548776662466927, 0.5698402909980532)


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """Parameters that differ from a candidate in one or two.

    Attributes
    ----------
    places : list of ndarray
        Positions along the axis of each parameter.
    params : list of dict
        All combinations, the last parameter runs fastest; None for one that there is not.
    """

    places: list[Floats]
    params: list[dict[str, Any] | None]


class ParameterDisplay:
    """Scores against one parameter, with what the model predicts.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    scale : Scale
        Axis of the parameter.
    x, scores : ndarray of shape (n_candidates,)
        Values on that axis, NaN for a candidate without the parameter; and scores, NaN for a
        failure.
    status : sequence of str
        "complete", "stopped", "failed" or "cut off", for each candidate.
    grid, mean, low, high : ndarray of shape (n_grid,)
        Where the model is asked, what it predicts, and an interval for nine of ten. Empty
        arrays if there is no model.
    taken : int or None, default=None
        Row of the best candidate.
    model_name : str, default="predicted"
        What is said of the line.
    score_name : str, default="score"
        Label of the y axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    line_ : matplotlib Line2D or ErrorbarContainer, or None
        The prediction.
    band_ : matplotlib PolyCollection or None
        Its interval.
    points_ : dict of str to matplotlib PathCollection
        Candidates by status.
    """

    def __init__(
        self,
        *,
        scale: Scale,
        x: Floats,
        scores: Floats,
        status: Sequence[str],
        grid: Floats,
        mean: Floats,
        low: Floats,
        high: Floats,
        taken: int | None = None,
        model_name: str = "predicted",
        score_name: str = "score",
    ) -> None:
        self.scale = scale
        self.x = x
        self.scores = scores
        self.status = status
        self.grid = grid
        self.mean = mean
        self.low = low
        self.high = high
        self.taken = taken
        self.model_name = model_name
        self.score_name = score_name

    @classmethod
    def from_search(
        cls,
        search: Any,
        parameter: str,
        *,
        others: str = "best",
        insight: Insight | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw the scores against one parameter.

        Parameters
        ----------
        search : object
            A fitted search, the path of a checkpoint, or an `Optimizer`.
        parameter : str
            Its name.
        others : {"best", "averaged"}, default="best"
            What all other parameters are for the prediction: those of the best candidate, with an
            interval in which nine of ten scores would lie; or the mean over others of the space,
            with an interval for that mean.
        insight : Insight or None, default=None
            What `search.insight()` has returned; None: it is called.
        ax : matplotlib Axes, default=None
            None: a new figure.

        Returns
        -------
        ParameterDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If there is no such search or parameter, or `others` is neither.
        """
        if others not in OTHERS:
            raise ValueError(f"others must be 'best' or 'averaged', got {show(others)}.")
        found = read(search)
        scale = scale_of(found, parameter)
        grid, bands = np.empty(0), (np.empty(0),) * 3
        insight = insight or learnt(found)
        if insight is not None:
            base = _base(found, insight, (parameter,))
            cut = _slice(found, insight, (parameter,), (scale,), base, N_LINE)
            grid = cut.places[0]
            if others == "best":
                bands = _predicted(cut, lambda p: (insight.predict(p)[0], *insight.interval(p)))
            else:
                bands = _predicted(
                    cut, lambda p: insight.average(_with_others(insight, p, parameter))
                )
        mean, low, high = bands
        return cls(
            scale=scale,
            x=scale.positions(found.column(parameter)),
            scores=found.shown,
            status=found.status,
            grid=grid,
            mean=mean,
            low=low,
            high=high,
            taken=found.taken,
            model_name="predicted, others as in the best"
            if others == "best"
            else "predicted, averaged over the others",
            score_name=found.label,
        ).plot(ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw it.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None: a new figure.

        Returns
        -------
        ParameterDisplay
            Itself.
        """
        is_own = ax is None
        self.figure_, self.ax_ = axes_for(ax)
        ax = self.ax_
        tidy(ax)
        self.scale.apply(ax, "x")
        ax.set_ylim(*score_limits(np.concatenate([self.scores, self.mean])))
        x = self.x
        self.line_ = self.band_ = None
        if self.scale.kind == "categories":
            x = _side_by_side(x)
            if self.grid.size:
                ends = np.abs(np.array([self.mean - self.low, self.high - self.mean]))
                self.line_ = ax.errorbar(
                    self.grid,
                    self.mean,
                    None if np.isnan(ends).any() else ends,
                    fmt="D",
                    color=BLACK,
                    markersize=5,
                    capsize=4,
                    linewidth=1.2,
                    label=self.model_name,
                    zorder=4,
                    markerfacecolor="white",
                )
        elif self.grid.size:
            is_range = self.grid <= self.scale.high
            for part in (is_range, ~is_range):
                if not part.any():
                    continue
                [line] = ax.plot(
                    self.grid[part],
                    self.mean[part],
                    color=BLACK,
                    linewidth=1.6,
                    zorder=4,
                    marker="D" if part[-1] and not part.all() else None,
                    linestyle="-" if part is is_range else "none",
                )
                if np.isfinite(self.low[part]).any() and part is is_range:
                    self.band_ = ax.fill_between(
                        self.grid[part],
                        self.low[part],
                        self.high[part],
                        color=GREY,
                        alpha=0.2,
                        linewidth=0,
                        label="interval for nine of ten",
                    )
                if self.line_ is None:
                    self.line_ = line
                    line.set_label(self.model_name)
        self.points_ = draw_candidates(ax, x, self.scores, self.status)
        taken = self.taken
        if taken is not None and np.isfinite(x[taken]) and np.isfinite(self.scores[taken]):
            self.best_ = ax.scatter(
                x[taken],
                self.scores[taken],
                s=170,
                marker="*",
                c=RED,
                edgecolors="white",
                linewidths=0.8,
                zorder=5,
                label="best",
            )
        n_without = int(np.isnan(self.x).sum())
        if n_without:
            n = len(self.x)
            ax.set_title(
                f"{n - n_without} of {n} candidates have it", loc="right", fontsize="small"
            )
        ax.set_ylabel(self.score_name)
        self.legend_ = legend(ax, is_own=is_own)
        return self


class PairDisplay:
    """The predicted score over two parameters, with the candidates.

    It is recommended to use `from_search`. All parameters are stored as attributes.

    Parameters
    ----------
    scales : tuple of Scale
        Axes of the two parameters.
    x, y, scores : ndarray of shape (n_candidates,)
        Values on these axes, NaN for a candidate without the parameter; and scores, NaN for a
        failure.
    status : sequence of str
        "complete", "stopped", "failed" or "cut off", for each candidate.
    grid_x : ndarray of shape (n_x,)
    grid_y : ndarray of shape (n_y,)
        Where the model is asked.
    mean : ndarray of shape (n_y, n_x)
        What it predicts. Without columns if there is no model.
    taken : int or None, default=None
        Row of the best candidate.
    score_name : str, default="score"
        Label of the colours.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    surface_ : matplotlib ContourSet or QuadMesh, or None
    colorbar_ : matplotlib Colorbar or None
    points_ : dict of str to matplotlib PathCollection
        Candidates by status.
    """

    def __init__(
        self,
        *,
        scales: tuple[Scale, Scale],
        x: Floats,
        y: Floats,
        scores: Floats,
        status: Sequence[str],
        grid_x: Floats,
        grid_y: Floats,
        mean: Floats,
        taken: int | None = None,
        score_name: str = "score",
    ) -> None:
        self.scales = scales
        self.x = x
        self.y = y
        self.scores = scores
        self.status = status
        self.grid_x = grid_x
        self.grid_y = grid_y
        self.mean = mean
        self.taken = taken
        self.score_name = score_name

    @classmethod
    def from_search(
        cls,
        search: Any,
        x: str,
        y: str,
        *,
        insight: Insight | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw what the model predicts over two parameters, all others as in the best candidate.

        Parameters
        ----------
        search : object
            A fitted search, the path of a checkpoint, or an `Optimizer`.
        x, y : str
            Names of the parameters.
        insight : Insight or None, default=None
            What `search.insight()` has returned; None: it is called.
        ax : matplotlib Axes, default=None
            None: a new figure.

        Returns
        -------
        PairDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError, ValueError
            If there is no such search or parameter, both are the same, or no candidate has both.
        """
        if x == y:
            raise ValueError(f"x and y must be two parameters, got {x!r} twice.")
        found = read(search)
        scales = scale_of(found, x), scale_of(found, y)
        insight = insight or learnt(found)
        grid_x, grid_y, mean = np.empty(0), np.empty(0), np.empty((0, 0))
        if insight is not None:
            base = _base(found, insight, (x, y))
            cut = _slice(found, insight, (x, y), scales, base, N_PAIR)
            grid_x, grid_y = cut.places
            [mean] = _predicted(cut, lambda p: (insight.predict(p)[0],))
            mean = mean.reshape(len(grid_x), len(grid_y)).T
        return cls(
            scales=scales,
            x=scales[0].positions(found.column(x)),
            y=scales[1].positions(found.column(y)),
            scores=found.shown,
            status=found.status,
            grid_x=grid_x,
            grid_y=grid_y,
            mean=mean,
            taken=found.taken,
            score_name=found.label,
        ).plot(ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw it.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None: a new figure.

        Returns
        -------
        PairDisplay
            Itself.
        """
        is_own = ax is None
        self.figure_, self.ax_ = axes_for(ax, (6.4, 4.8))
        ax = self.ax_
        for scale, which in zip(self.scales, "xy", strict=True):
            scale.apply(ax, which)
        low, high = score_limits(np.concatenate([self.scores, self.mean.ravel()]))
        self.surface_ = self.colorbar_ = None
        is_list = [scale.kind == "categories" for scale in self.scales]
        if np.isfinite(self.mean).any():
            self.surface_ = self._draw_surface(ax, low, high, is_list)
            self.colorbar_ = self.figure_.colorbar(
                self.surface_, ax=ax, label=f"predicted {self.score_name}"
            )
            self.colorbar_.ax.minorticks_off()
        x, y = _apart(self.x, self.y, is_list)
        kinds = np.array(self.status, dtype=object)
        self.points_ = {}
        is_many = len(x) > MANY
        for name, (mark, _, is_filled) in MARKS.items():
            rows = (kinds == name) & np.isfinite(x) & np.isfinite(y)
            if not rows.any():
                continue
            looks = (
                {"c": "white"}
                if mark == "x"
                else {"facecolors": "white" if is_filled else "none", "edgecolors": BLACK}
            )
            if mark == "x":
                # White on black is seen on every colour.
                ax.scatter(x[rows], y[rows], s=34, marker=mark, c=BLACK, linewidths=2.6, zorder=3)
            self.points_[name] = ax.scatter(
                x[rows],
                y[rows],
                s=6 if is_many else 24,
                marker=mark,
                linewidths=1.0,
                zorder=3,
                label=f"{name} ({int(rows.sum())})",
                rasterized=is_many,
                **looks,
            )
        taken = self.taken
        if taken is not None and np.isfinite(x[taken]) and np.isfinite(y[taken]):
            self.best_ = ax.scatter(
                x[taken],
                y[taken],
                s=190,
                marker="*",
                c=RED,
                edgecolors="white",
                linewidths=1.0,
                zorder=5,
                label="best",
            )
        self.legend_ = legend(ax, is_own=is_own)
        if self.legend_ is not None:
            _shade_white_marks(self.legend_)
        return self

    def _draw_surface(self, ax: Any, low: float, high: float, is_list: list[bool]) -> Any:
        mean = np.clip(self.mean, low, high)
        if any(is_list) or min(mean.shape) < 2 or np.isnan(mean).any():
            return ax.pcolormesh(
                self.grid_x,
                self.grid_y,
                mean,
                cmap=MAP,
                vmin=low,
                vmax=high,
                shading="nearest",
                rasterized=True,
                alpha=0.9,
            )
        from matplotlib.ticker import MaxNLocator

        levels = MaxNLocator(N_LEVELS).tick_values(low, high)
        ax.contour(
            self.grid_x,
            self.grid_y,
            mean,
            levels=levels,
            colors="white",
            linewidths=0.5,
            linestyles="solid",
            alpha=0.7,
        )
        return ax.contourf(self.grid_x, self.grid_y, mean, levels=levels, cmap=MAP, extend="min")


def learnt(found: Found) -> Insight | None:
    """Return the insight of a search; None with fewer than two scores."""
    if np.isfinite(found.scores).sum() < 2:
        return None
    return found.learn()


def _base(found: Found, insight: Insight, names: Sequence[str]) -> Mapping[str, Any]:
    """Return the best candidate that has some parameters.

    Raises
    ------
    ValueError
        If no candidate has all of them.
    """
    having = [row for row, params in enumerate(found.params) if all(n in params for n in names)]
    if not having:
        raise ValueError(
            f"no candidate has both {names[0]!r} and {names[-1]!r}: they exist for different ones."
        )
    if found.taken in having and np.isfinite(found.scores[found.taken]):
        return found.params[found.taken]
    scores = np.nan_to_num(found.scores[having], nan=-np.inf)
    return found.params[having[int(scores.argmax())]]


def _slice(
    found: Found,
    insight: Insight,
    names: Sequence[str],
    scales: Sequence[Scale],
    base: Mapping[str, Any],
    n: int,
) -> Slice:
    """Return parameters that are those of a candidate in all but some, which go along their axes.

    Where a value has other parameters than the candidate, as another step has, they are those of
    the best candidate with this value.
    """
    own = dict(insight.space.branches[insight.space.encode(base).branch].parameters)
    listed = [
        list(scale.others)[:MAX_LISTED] if scale.kind == "categories" else _along(own[name], n)
        for name, scale in zip(names, scales, strict=True)
    ]
    params: list[dict[str, Any] | None] = [dict(base)]
    for name, values in zip(names, listed, strict=True):
        params = [
            None if each is None else _existing(found, insight, {**each, name: value}, name)
            for each in params
            for value in values
        ]
    return Slice([s.positions(v) for s, v in zip(scales, listed, strict=True)], params)


def _predicted(cut: Slice, predict: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """Return what is predicted along a slice, NaN where there are no such parameters."""
    rows = [row for row, each in enumerate(cut.params) if each is not None]
    columns = predict([each for each in cut.params if each is not None])
    found = np.full((len(columns), len(cut.params)), np.nan)
    for column, values in zip(found, columns, strict=True):
        column[rows] = values
    return found


def _along(dimension: Any, n: int) -> list[Any]:
    """Return values along a dimension, evenly spaced on its scale."""
    if isinstance(dimension, Categorical):
        return list(
            dimension.inverse_transform(
                dimension.to_unit(
                    sorted(dimension.codes(), key=lambda code: float(dimension.to_unit([code])[0]))
                )
            )
        )[:MAX_LISTED]
    values: list[Any] = []
    # A distribution may have no ends.
    inner = (
        np.linspace(0.0, 1.0, n)
        if np.isfinite(dimension.bounds).all()
        else (np.linspace(0.005, 0.995, n))
    )
    for value in dimension.inverse_transform(inner):
        if not values or value != values[-1]:
            values.append(value)
    return values


def _existing(
    found: Found, insight: Insight, params: dict[str, Any], name: str
) -> dict[str, Any] | None:
    """Return parameters as they are if the space has them, else those of a candidate with a value.

    That is the best candidate with the same value of the parameter; None if there is none.
    """
    try:
        insight.space.encode(params)
    except ValueError:
        scale = Scale(name, "categories", 0.0, 0.0, others=(params[name],))
        same = np.flatnonzero(scale.positions(found.column(name)) == 0.0)
        scored = [row for row in same.tolist() if np.isfinite(found.scores[row])]
        if not scored:
            return None
        return dict(found.params[max(scored, key=lambda row: float(found.scores[row]))])
    return params


def _with_others(
    insight: Insight, params: Sequence[dict[str, Any]], name: str
) -> list[list[dict[str, Any]]]:
    """Return, for each, points of the space that have its value of one parameter."""
    space = insight.space
    groups = []
    for each in params:
        branch = space.encode(each).branch
        # The same others for each value of a branch, so that the line is smooth.
        rng = np.random.default_rng(0)
        dimensions = dict(space.branches[branch].parameters)
        columns = {
            other: dimension.rvs(N_OTHERS, random_state=rng)
            for other, dimension in dimensions.items()
            if other != name
        }
        groups.append(
            [
                {**{other: column[k] for other, column in columns.items()}, name: each[name]}
                for k in range(N_OTHERS)
            ]
        )
    return groups


def _side_by_side(x: Floats) -> Floats:
    """Return places around their categories, so that marks of one do not hide each other."""
    return _spread(x, STEPS[0])


def _spread(x: Floats, step: float) -> Floats:
    turns = (np.arange(len(x)) * step) % 1.0
    return np.asarray(x + SPREAD * (2.0 * turns - 1.0))


def _apart(x: Floats, y: Floats, is_list: Sequence[bool]) -> tuple[Floats, Floats]:
    return (
        _spread(x, STEPS[0]) if is_list[0] else x,
        _spread(y, STEPS[1]) if is_list[1] else y,
    )


def _shade_white_marks(legend: Any) -> None:
    """Give marks that are white an edge that is seen on white paper."""
    for handle in legend.legend_handles:
        if hasattr(handle, "set_edgecolor"):
            handle.set_edgecolor(BLACK)
