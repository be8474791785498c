"""How near to the true maximum of the acquisition function the proposals come.

The optimiser runs on tasks of `tasks/`. At some numbers of evaluations its acquisition function
is frozen, and its proposal is compared with a reference: the best of a million candidates, half
of them spread over the space and half around the incumbents, and of climbs from the best of each
of 100 parts of them and from the proposal itself. The climbs alternate between the quasi-Newton
ascent of the package, with tighter stops, and moves to neighbours, until nothing gains. A finite
space of up to a million points is evaluated whole. What the optimiser may not propose does not
count; spaces that the maximiser enumerates are left out.

How to read the table. The values are logarithms of expected improvements: a gap of 0.001 is 0.1 %
of an improvement. `within` is the share of proposals within 0.001 of the reference, `median` and
`worst` are gaps, and `beaten` is the share of proposals that are better by more than 0.001 than all
that the reference finds without them. `ms` is the mean CPU time of a maximisation.

    python -m benchmarks maximiser
    python -m benchmarks maximiser --quick
    python -m benchmarks maximiser --only branches --seeds 3 --cases
"""

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import skbayes.optimizer.proposer
from benchmarks.common.arguments import Arguments
from benchmarks.common.constants import patched
from benchmarks.common.evaluations import objectives
from benchmarks.tasks import TASKS
from benchmarks.tasks.functions import hartmann
from benchmarks.tasks.synthetic import on_cube, ranges
from benchmarks.tasks.task import Task
from skbayes import Optimizer
from skbayes.acquisition import Acquisition, maximise
from skbayes.acquisition.ascent import ascend
from skbayes.acquisition.maximiser import MAX_ENUMERATED
from skbayes.acquisition.moves import AxisTable, neighbours_of
from skbayes.space import Point, Space, parse_space

# Cheap ones of every kind; estimators whose fits take milliseconds.
NAMES = (
    "branin", "hartmann3", "ridge-4", "bowl-log-5", "cliff-4", "ackley-5", "hartmann6",
    "fails-nan", "plateaus-6", "hartmann3-noise-20", "bowl-4-noise-50", "ridge-10", "ackley-12",
    "bowl-30", "bowl-integers-4", "mixed-6", "mixed-3", "3-of-14", "6-of-20", "categories-5^6",
    "switches-2^12", "branches-3", "branches-6", "svc-breast", "knn-classes", "lda-digits",
    "tree-classes", "sgd-breast", "grid-tree", "kernels-moons", "pipeline-digits",
)  # fmt: skip
QUICK = ("hartmann3", "ackley-5", "ridge-10", "mixed-3", "3-of-14", "branches-3", "integers-8")
# Few tasks have integers only.
EXTRA = {
    task.name: task
    for task in (
        on_cube("integers-8", "smooth", ranges(8, 0, 8), hartmann(6), 61, 3.32237),
        on_cube("integers-3", "smooth", ranges(3, 0, 3), hartmann(3), 62, 3.86279),
    )
}
KINDS = ("real", "mixed", "integer", "categorical", "branched")
BANDS = ((1, 3), (4, 6), (7, 12), (13, 99))
SIZES = (10, 20, 40, 64)
# The reference.
N_CANDIDATES, N_CANDIDATES_QUICK = 10**6, 10**5
N_PARTS = 100
N_KEPT = 20  # of each part, in case that the best may not be proposed
RADII = (1e-3, 1.0)  # of candidates around incumbents, in lengthscales
MAX_ROUNDS = 20
MAX_CALLS = 300
TIGHT = {
    "acquisition.ascent.MIN_GAIN": 1e-9,
    "acquisition.ascent.MIN_LENGTH": 1e-6,
}
CLOSE = 1e-3

Floats = np.ndarray


@dataclass(frozen=True)
class Frozen:
    """A call of the maximiser.

    Attributes
    ----------
    acquisition : Acquisition
    space : Space
    settings : dict
        What else it was given.
    point : Point
        What it returned.
    seconds : float
        CPU time.
    """

    acquisition: Acquisition
    space: Space
    settings: dict[str, Any]
    point: Point
    seconds: float

    def value(self, U: Floats) -> Floats:
        """Return acquisition values at coordinates."""
        return self.acquisition.value(self.space.features(U))


@dataclass(frozen=True)
class Case:
    """A proposal beside its reference.

    Attributes
    ----------
    task : str
    seed, n : int
        Seed of the run and number of evaluations.
    kind : str
        One of `KINDS`.
    n_axes : int
    gap : float
        Reference less proposal, at least 0.
    lead : float
        Proposal less what the reference found without it.
    seconds : float
        CPU time of the maximisation.
    """

    task: str
    seed: int
    n: int
    kind: str
    n_axes: int
    gap: float
    lead: float
    seconds: float


def kind_of(space: Space) -> str:
    """Return what axes a space has."""
    if len(space.branches) > 1:
        return "branched"
    dimensions = [axis.dimension for axis in space.axes]
    if not any(dimension.is_ordered for dimension in dimensions):
        return "categorical"
    if all(dimension.n_values is None for dimension in dimensions):
        return "real"
    if all(dimension.is_ordered and dimension.n_values for dimension in dimensions):
        return "integer"
    return "mixed"


def freeze(
    task: Task, seed: int, sizes: list[int], look: Callable[[Frozen], Any]
) -> Iterator[tuple[int, Any]]:
    """Run the optimiser, and yield what `look` says of its proposal at some sizes.

    Parameters
    ----------
    task : Task
    seed : int
    sizes : list of int
        Numbers of evaluations.
    look : callable
        Called with the maximiser's last call of a proposal, before its point is evaluated.
    """
    objective = (objectives(task.name) if task.name in TASKS else (task.make(), None))[0]
    optimizer = Optimizer(task.space, n_iter=max(sizes), random_state=seed)
    calls: list[Frozen] = []

    def recorded(acquisition: Acquisition, space: Space, **settings: Any) -> Point | None:
        start = time.process_time()
        point = maximise(acquisition, space, **settings)
        seconds = time.process_time() - start
        calls[:] = [Frozen(acquisition, space, settings, point, seconds)]
        return point

    for index in range(max(sizes) + 1):
        calls.clear()
        before = skbayes.optimizer.proposer.maximise
        skbayes.optimizer.proposer.maximise = recorded
        # The bookkeeping of `ask` comes after the look: the point may be proposed still.
        point = optimizer._points.proposer.proposal(0.0)[0]
        skbayes.optimizer.proposer.maximise = before
        if index in sizes and calls:
            yield index, look(calls[0])
        if index == max(sizes):
            break
        optimizer._points.store.ask(point)
        params = optimizer.space.decode(point)
        optimizer.tell(params, objective(params, np.random.default_rng([seed, index])))


def climb(
    frozen: Frozen, starts: Floats, rng: np.random.Generator, *, is_relaxed: bool
) -> tuple[Floats, Floats]:
    """Climb from starts until neither ascent nor neighbours gain.

    The first ascent may take integers as if they were continuous; all others hold them.

    Returns
    -------
    U : ndarray of shape (n, n_axes)
        All places on the way that are points of the space.
    value : ndarray of shape (n,)
    """
    space, settings = frozen.space, frozen.settings
    branches = settings.get("branches")
    allowed = np.arange(len(space.branches)) if branches is None else np.array(branches)
    layout = AxisTable.of(space, settings["lengthscales"], allowed)
    found = [(starts, frozen.value(starts))]
    for index in range(MAX_ROUNDS):
        before, top = found[-1]
        is_first = is_relaxed and index == 0
        smooth = np.flatnonzero(layout.is_ordered & (is_first | (layout.K == 0)))
        columns = layout.columns[smooth]
        features, is_free = space.features(before), space.active(before)[:, smooth]

        def value_and_gradient(
            x: Floats,
            rows: Floats,
            columns: Floats = columns,
            features: Floats = features,
            is_free: Floats = is_free,
        ) -> tuple[Floats, Floats]:
            X = features[rows]
            X[:, columns] = np.where(is_free[rows], x, X[:, columns])
            value, gradient = frozen.acquisition.value_with_gradient(X)
            return value, gradient[:, columns]

        polished = before.copy()
        if smooth.size:
            with patched(TIGHT):
                polished[:, smooth], _ = ascend(
                    value_and_gradient,
                    before[:, smooth],
                    layout.scale[smooth],
                    is_free,
                    MAX_CALLS,
                    np.zeros((len(before), smooth.size, smooth.size)),
                )
        polished = space.snap(polished)
        polished = np.where((frozen.value(polished) > top)[:, None], polished, before)
        neighbours, owner = neighbours_of(polished, settings["incumbents"], layout, space, rng)
        U = np.concatenate([polished, neighbours])
        value = frozen.value(U)
        own = np.concatenate([np.arange(len(polished)), owner])
        # Sorted by owner and then value, the last of each owner is its best.
        order = np.lexsort((value, own))
        last = order[np.append(np.diff(own[order]) > 0, True)]
        found.append((U[last], value[last]))
        is_better = value[last] > top + TIGHT["acquisition.ascent.MIN_GAIN"]
        if not (is_better.any() or is_first):
            break
        goes_on = is_better | is_first
        found.append((U[last][goes_on], value[last][goes_on]))
    U, values = zip(*found, strict=True)
    return np.concatenate(U), np.concatenate(values)


def candidates(frozen: Frozen, n: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield `N_PARTS` lots of coordinates, in turn all over the space and around incumbents."""
    space, settings = frozen.space, frozen.settings
    n_axes = len(space.axes)
    incumbents = settings["incumbents"]
    scale = np.minimum(settings["lengthscales"], 1.0)
    is_ordered = np.array([axis.dimension.is_ordered for axis in space.axes])
    if space.n_values is not None and space.n_values <= n:
        yield from np.array_split(space.coordinates(list(space.grid())), N_PARTS)
        return
    for part in range(N_PARTS):
        U = space.sample(rng.random((n // N_PARTS, n_axes)))
        if part % 2 and len(incumbents):
            near = incumbents[rng.integers(len(incumbents), size=len(U))]
            radius = np.exp(rng.uniform(*np.log(RADII), (len(U), 1)))
            stepped = near + radius * scale * rng.standard_normal(U.shape)
            stays = rng.random(U.shape) >= rng.random((len(U), 1))
            moved = np.where(is_ordered, stepped, U)
            U = space.snap(np.where(space.active(near), np.where(stays, near, moved), U))
        yield U


def reference(frozen: Frozen, n: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the largest allowed values found without the proposal, and with it as a start."""
    space = frozen.space
    branches = frozen.settings.get("branches")
    parts = []
    for U in candidates(frozen, n, rng):
        if len(space.branches) > 1 and branches is not None:
            U = U[np.isin(U[:, 0], branches)]
        value = frozen.value(U)
        top = np.argsort(-value, kind="stable")[:N_KEPT]
        parts.append((U[top], value[top]))
    first = np.array([U[0] for U, _ in parts if len(U)])
    parts.append(climb(frozen, first, rng, is_relaxed=True))
    without = best_allowed(frozen, parts)
    proposal = space.coordinates([frozen.point])
    return without, max(
        without, best_allowed(frozen, [climb(frozen, proposal, rng, is_relaxed=False)])
    )


def best_allowed(frozen: Frozen, parts: list[tuple[Floats, Floats]]) -> float:
    """Return the largest value of a point that may be proposed."""
    U, value = (np.concatenate(each) for each in zip(*parts, strict=True))
    space, settings = frozen.space, frozen.settings
    unit = 1.0 / settings["lengthscales"][space.groups]
    known = space.features(settings["known"]) * unit
    for row in np.argsort(-value, kind="stable"):
        # By differences, as in a check that shares nothing with the maximiser.
        steps = space.features(U[row : row + 1]) * unit - known
        is_apart = np.linalg.norm(steps, axis=1).min() > settings["min_distance"]
        if is_apart and settings["is_allowed"](space.points(U[row : row + 1])[0]):
            return float(value[row])
    return -np.inf


def measure(task: Task, seed: int, sizes: list[int], n: int) -> Iterator[Case]:
    """Yield the cases of one run."""
    space = parse_space(task.space)

    def look(frozen: Frozen) -> tuple[float, float, float]:
        own = float(frozen.value(space.coordinates([frozen.point]))[0])
        rng = np.random.default_rng([seed, 1])
        without, best = reference(frozen, n, rng)
        return max(best - own, 0.0), own - without, frozen.seconds

    blank = Case(task.name, seed, 0, kind_of(space), len(space.axes), 0.0, 0.0, 0.0)
    for size, (gap, lead, seconds) in freeze(task, seed, sizes, look):
        yield replace(blank, n=size, gap=gap, lead=lead, seconds=seconds)


def show(label: str, cases: list[Case]) -> None:
    """Print a line of the table."""
    if not cases:
        return
    gaps = np.array([case.gap for case in cases])
    beaten = np.mean([case.lead > CLOSE for case in cases])
    ms = 1e3 * np.mean([case.seconds for case in cases])
    print(
        f"{label:14s}{len(cases):7d}{100 * np.mean(gaps <= CLOSE):8.1f} %{np.median(gaps):10.1e}"
        f"{gaps.max():10.1e}{100 * beaten:8.1f} %{ms:8.1f}"
    )


def main(words: list[str]) -> None:
    """Measure, and print the table."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--quick", action="store_true", help="few tasks, a tenth of candidates")
    parser.shared("--only", "--first-seed")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.shared("--seeds", default=1)
    parser.add_argument("--candidates", type=int, help="size of the reference")
    parser.add_argument("--cases", action="store_true", help="show each case that is not within")
    arguments = parser.parse_args(words)
    warnings.simplefilter("ignore")
    n = arguments.candidates or (N_CANDIDATES_QUICK if arguments.quick else N_CANDIDATES)

    tasks = [*(TASKS[name] for name in NAMES), *EXTRA.values()]
    tasks = [task for task in tasks if not arguments.quick or task.name in QUICK]
    cases: list[Case] = []
    for task in tasks:
        n_values = parse_space(task.space).n_values
        if arguments.only not in task.name or (n_values or np.inf) <= MAX_ENUMERATED:
            continue
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
            for case in measure(task, seed, arguments.sizes, n):
                cases.append(case)
                if arguments.cases and case.gap > CLOSE:
                    print(f"{case.task} {seed} n={case.n}: gap {case.gap:.2g}", flush=True)

    print(f"\n{'':14s}{'cases':>7s}{'within':>10s}{'median':>10s}{'worst':>10s}", end="")
    print(f"{'beaten':>10s}{'ms':>8s}")
    show("all", cases)
    for kind in KINDS:
        show(kind, [case for case in cases if case.kind == kind])
    for low, high in BANDS:
        show(f"{low} to {high} axes", [case for case in cases if low <= case.n_axes <= high])
    for size in arguments.sizes:
        show(f"n = {size}", [case for case in cases if case.n == size])
