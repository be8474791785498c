"""Tasks whose search spaces others wrote: 42 real response surfaces, and 16 of them told otherwise.

The data are those of YAHPO Gym (Pfisterer et al. 2022, arXiv:2109.03670): networks that were fitted
to some hundred thousand evaluations of a model on many data sets, so that one evaluation takes a
fraction of a millisecond. They are not in this repository. `--surfaces` or the environment variable
`YAHPO_DATA` names a clone of https://github.com/slds-lmu/yahpo_data, version 1.0.2. It is read when
a space or an objective is needed, so records can be tabulated without it.

The spaces are shown as they are: everything but the data set and the fidelities, which are at their
upper ends, in one dict. Where parameters are active for some values of another one only (XGBoost),
the optimiser is not told so; a second task of the same surface tells it, as branches.

Which instances and targets are here is a choice of the project: others of the same scenarios are
left alone, to judge by.
"""

import hashlib
import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tasks.task import FLAT, FOREIGN, LOG, TOLD, Objective, Params, Task, from_unit

REPOSITORY = "https://github.com/slds-lmu/yahpo_data"
VARIABLE = "YAHPO_DATA"
HELP = f"clone of {REPOSITORY}, version 1.0.2; by default what {VARIABLE} names"
NOT_ACTIVE = "#na#"
CONFIG, CODES, MODEL = "config_space.json", "encoding.json", "model.onnx"
MAX_ROWS = 5000  # that a network is given at once: its memory grows with them

# The best that is known: so many random points, and searches from the best of them.
N_RANDOM = 50_000
N_CLIMBS = 10
N_NEIGHBOURS = 100  # of a round of such a search
MAX_ROUNDS = 60
FIRST_STEP, LAST_STEP = 0.25, 1e-3  # of unit coordinates
CHANGED = 0.3  # share of the coordinates that a neighbour has changed
COSTS = ("time", "timetrain")  # targets that are the time of an evaluation
EPOCHS, SHARES = (1, 5, 17), (1 / 27, 1 / 9, 1 / 3)  # fidelities below the whole, by factors of 3
MIN_COST = 1e-6  # networks may say less than nothing
N_KEPT = 1000  # scores of the random points that stand for all of them

Conditions = dict[str, list[tuple[str, list[Any]]]]
Scores = Callable[[Sequence[Params]], np.ndarray]


@dataclass(frozen=True)
class Scenario:
    """A folder of the repository, and what its files do not tell.

    Parameters
    ----------
    folder : str
    family : str
        What its tasks are called here.
    categories : tuple of str
        The first columns that the network takes, in their order. The first is the instance.
    numbers : tuple of str
        The other columns.
    targets : tuple of str
        What the network returns.
    fidelities : tuple of str
        Parameters that say how much is spent on an evaluation.
    checksum : str
        First digits of the SHA-256 of the network: records of another version are not comparable.
    """

    folder: str
    family: str
    categories: tuple[str, ...]
    numbers: tuple[str, ...]
    targets: tuple[str, ...]
    fidelities: tuple[str, ...]
    checksum: str


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


RBV2_TARGETS = words("acc bac auc brier f1 logloss timetrain timepredict memory")
LCBENCH = Scenario(
    "lcbench",
    "lcbench",
    words("OpenML_task_id"),
    words("epoch batch_size learning_rate momentum weight_decay num_layers max_units max_dropout"),
    words(
        "time val_accuracy val_cross_entropy val_balanced_accuracy test_cross_entropy "
        "test_balanced_accuracy"
    ),
    words("epoch"),
    "b45c0d85ae39",
)
XGBOOST = Scenario(
    "rbv2_xgboost",
    "xgboost",
    words("task_id booster num.impute.selected.cpo"),
    words(
        "nrounds eta gamma lambda alpha subsample max_depth min_child_weight colsample_bytree "
        "colsample_bylevel rate_drop skip_drop trainsize repl"
    ),
    RBV2_TARGETS,
    words("trainsize repl"),
    "85125b6d97f5",
)
RPART = Scenario(
    "rbv2_rpart",
    "rpart",
    words("task_id num.impute.selected.cpo"),
    words("cp maxdepth minbucket minsplit trainsize repl"),
    RBV2_TARGETS,
    words("trainsize repl"),
    "af34bb810107",
)
GLMNET = Scenario(
    "iaml_glmnet",
    "glmnet",
    words("task_id"),
    words("alpha s trainsize"),
    words("mmce f1 auc logloss ramtrain rammodel rampredict timetrain timepredict mec ias nf"),
    words("trainsize"),
    "5c9b1541e376",
)
INSTANCES = {  # all instances of a target, one after the other
    LCBENCH: {
        "val_accuracy": "126025 126026 146212 167104 167152 167185 167190 167201 168908 168910 "
        "189865 189866 189908 34539"
    },
    XGBOOST: {
        "acc": "1063 1468 1510 31 40536 40978 41159 41168",
        "auc": "1461 1493 182 40498 40966 40984 41166 42",
    },
    RPART: {"acc": "1457 151 3 41162 41169", "auc": "1485 29 40536 41163 554"},
    GLMNET: {"auc": "1067 41146"},
}
CONDITIONAL = (XGBOOST,)  # scenarios that have conditions to tell


def read_space(config: Params, scenario: Scenario) -> Params:
    """Return the space of a scenario as it is written in its file: flat."""
    left_out = {scenario.categories[0], *scenario.fidelities}
    return {
        each["name"]: _written(each)
        for each in config["hyperparameters"]
        if each["name"] not in left_out
    }


def _written(parameter: Params) -> Any:
    if parameter["type"] == "categorical":
        return parameter["choices"]
    kind = {"uniform_float": float, "uniform_int": int}[parameter["type"]]
    ends = kind(parameter["lower"]), kind(parameter["upper"])
    return (*ends, LOG) if parameter["log"] else ends


def read_conditions(config: Params) -> Conditions:
    """Return for each parameter that is not always active those that decide, and their values."""
    conditions: Conditions = {}
    for each in config["conditions"]:
        values = each["values"] if each["type"] == "IN" else [each["value"]]
        conditions.setdefault(each["child"], []).append((each["parent"], values))
    return conditions


def is_active(name: str, params: Params, conditions: Conditions) -> bool:
    """Tell whether a parameter has an effect beside the others."""
    return all(params[parent] in values for parent, values in conditions.get(name, []))


def told(space: Params, conditions: Conditions) -> list[Params]:
    """Return a flat space as branches: one for each value of what decides, its parameters only."""
    parents = [name for name in space if any(name == p for c in conditions.values() for p, _ in c)]
    branches = []
    for values in itertools.product(*(space[name] for name in parents)):
        chosen = dict(zip(parents, values, strict=True))
        branch = {name: [chosen[name]] if name in chosen else space[name] for name in space}
        branches.append({n: w for n, w in branch.items() if is_active(n, chosen, conditions)})
    return branches


def read_rows(
    listed: Sequence[Params], scenario: Scenario, config: Params, codes: Params, instance: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return what the network takes: codes of categories and numbers, a row for each parameters.

    What is not active, whether it is given or not, is 0, or the code of `NOT_ACTIVE`.
    """
    conditions = read_conditions(config)
    full = {h["name"]: h["upper"] for h in config["hyperparameters"]
            if h["name"] in scenario.fidelities}  # fmt: skip
    fixed = {**full, scenario.categories[0]: instance}
    active = [
        {n: v for n, v in {**params, **fixed}.items() if is_active(n, params, conditions)}
        for params in listed
    ]
    categories = [
        [codes[name][params.get(name, NOT_ACTIVE)] for name in scenario.categories]
        for params in active
    ]
    numbers = [[params.get(name, 0.0) for name in scenario.numbers] for params in active]
    return np.array(categories, np.int32), np.array(numbers, np.float32)


def folder_of(scenario: Scenario) -> Path:
    """Return the folder of a scenario; SystemExit says what is missing if there is none."""
    named = os.environ.get(VARIABLE)
    instead = (
        f"give a clone of {REPOSITORY} as --surfaces DIR or in {VARIABLE}, or leave these tasks "
        "out with --origin own."
    )
    if not named:
        raise SystemExit(f"The foreign tasks need data that are not in this repository: {instead}")
    folder = Path(named) / scenario.folder
    for name in (CONFIG, CODES, MODEL):
        if not (folder / name).exists():
            raise SystemExit(f"{folder / name} is missing: {instead}")
    if hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()[:12] != scenario.checksum:
        raise SystemExit(
            f"{folder / MODEL} is not that of version 1.0.2 (`git checkout v1.0.2`): {instead}"
        )
    return folder


@cache
def read(scenario: Scenario) -> tuple[Params, Params]:
    """Return what a scenario's files say of its space, and the codes of its categories."""
    folder = folder_of(scenario)
    config, codes = (json.loads((folder / n).read_text("utf-8")) for n in (CONFIG, CODES))
    return config, codes


@cache
def session(scenario: Scenario) -> Any:
    """Return the network, which all instances share, on one thread."""
    folder = folder_of(scenario)
    try:
        import onnxruntime
    except ImportError:
        raise SystemExit(
            'The foreign tasks need onnxruntime: run `python -m pip install -e ".[bench]"`, or '
            "leave these tasks out with --origin own."
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(folder / MODEL, options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class Written:
    """Reads the space of a scenario: flat, or as branches."""

    scenario: Scenario
    is_told: bool = False

    def __call__(self) -> Any:
        """Return the space."""
        config, _ = read(self.scenario)
        space = read_space(config, self.scenario)
        return told(space, read_conditions(config)) if self.is_told else space


@dataclass(frozen=True)
class Surface:
    """Makes the objective of an instance: a target at full fidelity, which is to be maximised.

    An evaluation takes 0.3 (elastic net) to 1 ms (XGBoost) on one thread.
    """

    scenario: Scenario
    instance: str
    target: str

    def __call__(self) -> Objective:
        """Return the objective."""
        scores = self.scores()
        return lambda params, rng: float(scores([params])[0])

    def scores(self) -> Scores:
        """Return what gives the scores of many parameters."""
        config, codes = read(self.scenario)
        network = session(self.scenario)
        inputs = [each.name for each in network.get_inputs()]
        column = self.scenario.targets.index(self.target)

        def scores(listed: Sequence[Params]) -> np.ndarray:
            rows = read_rows(listed, self.scenario, config, codes, self.instance)
            (values,) = network.run(None, dict(zip(inputs, rows, strict=True)))
            return values[:, column].astype(float)

        return scores


class Part:
    """A surface at shares of its fidelity, with the cost of each evaluation.

    Parameters
    ----------
    surface : Surface
    """

    def __init__(self, surface: Surface) -> None:
        scenario = surface.scenario
        self._surface, self._network = surface, session(scenario)
        self._config, self._codes = read(scenario)
        self._score = scenario.targets.index(surface.target)
        self._cost = next(i for i, t in enumerate(scenario.targets) if t in COSTS)
        name = next(n for n in scenario.numbers if n in scenario.fidelities)
        self._column = scenario.numbers.index(name)
        most = next(h["upper"] for h in self._config["hyperparameters"] if h["name"] == name)
        self._amounts = EPOCHS if name == "epoch" else SHARES
        self.shares = tuple(amount / most for amount in self._amounts)
        self._most = most

    @property
    def space(self) -> Any:
        """The space, flat."""
        return Written(self._surface.scenario)()

    def __call__(self, params: Params, rung: int | None) -> tuple[float, float]:
        """Return score and cost on a rung; None: at full fidelity."""
        rows = read_rows(
            [params], self._surface.scenario, self._config, self._codes, self._surface.instance
        )
        rows[1][:, self._column] = self._most if rung is None else self._amounts[rung]
        inputs = [each.name for each in self._network.get_inputs()]
        (values,) = self._network.run(None, dict(zip(inputs, rows, strict=True)))
        return float(values[0, self._score]), max(float(values[0, self._cost]), MIN_COST)


@cache
def survey(surface: Surface, seed: int) -> Params:
    """Return the record of random points, and the best value that climbs from them find.

    The scores are quantiles of those of all points. The space is the flat one: with each value of
    what decides equally probable, random points of the branches have the same scores.
    """
    space, scores = Written(surface.scenario)(), surface.scores()
    rng = np.random.default_rng(seed)
    U = rng.random((N_RANDOM, len(space)))
    random = np.concatenate(
        [at(space, scores, U[i : i + MAX_ROWS]) for i in range(0, N_RANDOM, MAX_ROWS)]
    )
    starts = U[np.argsort(-random)[:N_CLIMBS]]
    best = max(climb(space, scores, start, rng) for start in starts)
    places = (np.arange(N_KEPT) + 0.5) / N_KEPT
    kept = np.quantile(random, places, method="nearest")
    return {"scores": [round(float(score), 6) for score in kept], "best": best}


def at(space: Params, scores: Scores, U: np.ndarray) -> np.ndarray:
    """Return the scores of rows of unit coordinates."""
    written = space.items()
    return scores(
        [{n: from_unit(w, u) for (n, w), u in zip(written, row, strict=True)} for row in U]
    )


def climb(space: Params, scores: Scores, u: np.ndarray, rng: np.random.Generator) -> float:
    """Return the best score on a way uphill: to the best neighbour, with shorter and shorter steps.

    A neighbour has some coordinates changed: numbers by a step, which the ends of a range cut
    short, categories to any other.
    """
    is_category = np.array([isinstance(written, list) for written in space.values()])
    best, step = float(at(space, scores, u[None])[0]), FIRST_STEP
    for _ in range(MAX_ROUNDS):
        shape = N_NEIGHBOURS, len(u)
        stepped = np.clip(u + step * rng.normal(size=shape), 0, 1)
        moved = np.where(is_category, rng.random(shape), stepped)
        near = np.where(rng.random(shape) < max(CHANGED, 1 / len(u)), moved, u)
        found = at(space, scores, near)
        if found.max() > best:
            u, best = near[found.argmax()], float(found.max())
        elif step < LAST_STEP:
            break
        else:
            step /= 2
    return best


def surfaces() -> Iterator[Task]:
    """Yield the tasks: flat, and with the conditions told where there are any."""
    for scenario, of_targets in INSTANCES.items():
        for target, instances in of_targets.items():
            for instance in instances.split():
                yield from forms(Surface(scenario, instance, target))


def forms(surface: Surface) -> Iterator[Task]:
    """Yield the tasks of one surface."""
    name = f"{surface.scenario.family}-{surface.instance}-{surface.target}"
    if surface.scenario in CONDITIONAL:
        yield on_surface(name + FLAT, surface)
        yield on_surface(name, surface, is_told=True)
    else:
        yield on_surface(name, surface)


def on_surface(name: str, surface: Surface, is_told: bool = False) -> Task:
    """Return a task of a surface."""
    return Task(
        name,
        surface.scenario.family,
        Written(surface.scenario, is_told),
        surface,
        origin=TOLD if is_told else FOREIGN,
        n_reference=N_RANDOM,
        refer=lambda seed: survey(surface, seed),
    )


SURFACES = [*surfaces()]
