"""XGBoost on 16 data sets of others, by surfaces: a table, a portfolio and searches cost seconds.

The surfaces are those of `benchmarks/tasks/surfaces.py`. Of their space, 14 flat parameters, the
candidates of the table have the booster "gbtree", which is XGBoost's default.
"""

import zlib

import numpy as np

from benchmarks.common.tabulate import mean_interval, table
from benchmarks.portfolios.families import FAMILIES, Family, Params
from benchmarks.portfolios.learning import greedy, regrets, smoothed
from benchmarks.tasks.surfaces import INSTANCES, XGBOOST, Surface, Written, survey
from skbayes import Optimizer
from skbayes._compat import scrambled_sobol
from skbayes.space import Space, parse_space

N_CANDIDATES = 1024
N_RANDOM = 60
AFTER = (4, 8, 16, 32)
# XGBoost's defaults, those of 0 at the lower end of their logarithmic range.
PRESENT: Params = {
    "booster": "gbtree", "nrounds": 100, "eta": 0.3, "gamma": 0.0, "lambda": 1.0, "alpha": 0.0,
    "subsample": 1.0, "max_depth": 6, "min_child_weight": 1.0, "colsample_bytree": 1.0,
    "colsample_bylevel": 1.0, "rate_drop": 0.0, "skip_drop": 0.0,
    "num.impute.selected.cpo": "impute.mean",
}  # fmt: skip


class Foreign:
    """Random candidates on the surfaces.

    Attributes
    ----------
    space : dict
    surfaces : list of Surface
    candidates : list of dict
    regret : ndarray of shape (n_surfaces, n_candidates)
        With the best value that is known for 0.
    present : ndarray of shape (n_surfaces,)
    """

    def __init__(self) -> None:
        self.space = Written(XGBOOST)()
        self.surfaces = [
            Surface(XGBOOST, instance, target)
            for target, instances in INSTANCES[XGBOOST].items()
            for instance in instances.split()
        ]
        parsed = parse_space({**self.space, "booster": ["gbtree"]})
        uniform = scrambled_sobol(N_CANDIDATES, len(parsed.axes), np.random.default_rng(7))
        points = list(dict.fromkeys(parsed.points(parsed.sample(uniform))))
        self.candidates = [parsed.decode(point) for point in points]
        self._features = parsed.features(parsed.coordinates(points))
        self._parsed: Space = parsed
        self.start = {
            name: max(PRESENT[name], written[0]) if isinstance(written, tuple) else PRESENT[name]
            for name, written in self.space.items()
        }
        known = [survey(surface, seed_of(surface)) for surface in self.surfaces]
        self.best = np.array([each["best"] for each in known])
        self.random = np.array([each["scores"] for each in known])
        self.median = np.median(self.random, axis=1)
        listed = [*self.candidates, self.start]
        scores = np.array([surface.scores()(listed) for surface in self.surfaces])
        regret = regrets(scores, self.best, self.median)
        self.regret, self.present = regret[:, :-1], np.minimum(regret[:, -1], 1.0)

    def family(self) -> Family:
        """Return what the package's file says of the parameters, wide enough for few rows too."""
        least, most, scale = self.space["min_child_weight"]
        own, _, _ = FAMILIES["XGBoost"].space["min_child_weight"]
        space = {**self.space, "min_child_weight": (min(own, least), most, scale)}
        classes = "surrogates of xgboost", FAMILIES["XGBoost"].classifier
        return Family("surfaces", *classes, space, 0, lambda X, y, c: self.start)

    def portfolio(self, left_out: int | None = None) -> list[Params]:
        """Return the configurations learnt from all surfaces but one, best first."""
        rows = np.arange(len(self.surfaces)) != left_out
        smooth = smoothed(self.regret, self._features, len(self._parsed.ordered_columns))
        return [self.candidates[i] for i in greedy(smooth[rows], self.present[rows])]

    def search(self, index: int, first: list[Params], seed: int) -> np.ndarray:
        """Return the regrets of a search after `AFTER` candidates."""
        scores = self.surfaces[index].scores()
        optimizer = Optimizer(self.space, random_state=seed, n_iter=32, initial_points=first)
        found = []
        for _ in range(AFTER[-1]):
            params = optimizer.ask()
            found.append(float(scores([params])[0]))
            optimizer.tell(params, found[-1])
        so_far = np.maximum.accumulate(found)[[n - 1 for n in AFTER]]
        return regrets(so_far[None], self.best[[index]], self.median[[index]])[0]


def seed_of(surface: Surface) -> int:
    """Return the seed of the reference of a surface."""
    return zlib.crc32(f"{surface.instance}-{surface.target}".encode())


def foreign(n_seeds: int) -> None:
    """Print what portfolios that were learnt on other surfaces are worth."""
    learner = Foreign()
    found: dict[str, list[np.ndarray]] = {}
    sixty = []
    rng = np.random.default_rng(0)
    for index in range(len(learner.surfaces)):
        portfolio = learner.portfolio(index)
        ways = {
            "without": [learner.start],
            "portfolio": [learner.start, *portfolio],
            "four": [learner.start, *portfolio[:4]],
        }
        for way, first in ways.items():
            runs = [learner.search(index, first, 100 * index + seed) for seed in range(n_seeds)]
            found.setdefault(way, []).append(np.minimum(np.mean(runs, axis=0), 1.0))
        drawn = rng.choice(learner.random[index], size=(200, N_RANDOM)).max(axis=1)
        best, median = learner.best[[index]], learner.median[[index]]
        sixty.append(regrets(drawn[None], best, median)[0].mean())
    cells = {
        way: [mean_interval(column) for column in np.array(rows).T] for way, rows in found.items()
    }
    table("XGBoost on 16 surfaces, flat: regret", [str(n) for n in AFTER], cells)
    print(f"60 random: {mean_interval(np.array(sixty))}")
    with_, without = (np.array(found[way]) for way in ("portfolio", "without"))
    print(f"portfolio after 8 over without: {with_[:, 1].mean() / without[:, 1].mean():.2f}")
    print(f"below 60 random on {(with_[:, 1] < np.array(sixty)).mean():.2f} of the surfaces")
    print(f"after 32, less without: {mean_interval(with_[:, 3] - without[:, 3])}")
