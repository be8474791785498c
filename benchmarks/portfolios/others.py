"""Portfolios beside what others give: FLAML's first configuration, and ranges of tutorials."""

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks.common.records import Records
from benchmarks.common.tabulate import mean_interval, table
from benchmarks.portfolios.data import DATA_SETS, DataSet
from benchmarks.portfolios.families import FAMILIES, N_FOLDS, Family, folds, score
from benchmarks.portfolios.learning import regrets
from benchmarks.portfolios.searches import Learner
from benchmarks.portfolios.tables import Table, candidates
from skbayes import BayesSearchCV
from skbayes.known.portfolio import portfolios

# FLAML's names of the families, and what it calls the estimators there.
IN_FLAML = {
    "LightGBM": "LGBM", "XGBoost": "XGB",
    "RandomForest": "RandomForest", "ExtraTrees": "ExtraTrees",
}  # fmt: skip
MAX_TREES = 2000  # of FLAML's configurations: more take minutes
# A family without a table of its own, the class in the package whose portfolio is looked at for it,
# and the parameters that both have. The forests' was learnt from all these data, by other trees.
BORROWED = {"ExtraTrees": ("RandomForestClassifier", "max_features min_samples_leaf")}
N_SCALE = 16  # random candidates for the scale of that one
N_TREES = 100  # of our forests: scikit-learn's own number
WAYS = ("flaml", "ours", "default")
N_SEARCHED = 16  # as many as a grid of four by four has

# What widely read tutorials search, in their own words.
_LEAVES: dict[str, Any] = {
    "max_depth": [10, 20, 30, None], "max_features": ["sqrt", None],
    "min_samples_leaf": [1, 2, 4], "min_samples_split": [2, 5, 10],
}  # fmt: skip
TUTORIALS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "SVC": (SVC, None, {"C": [0.1, 1, 10, 100], "gamma": [1, 0.1, 0.01, 0.001]}),
    "KNeighbors": (
        KNeighborsClassifier, KNeighborsRegressor,
        {"n_neighbors": list(range(1, 31)), "weights": ["uniform", "distance"]},
    ),
    "LogisticRegression": (
        LogisticRegression, None, {"C": [0.001, 0.01, 0.1, 1, 10, 100, 1000]},
    ),
    "RandomForest": (RandomForestClassifier, RandomForestRegressor, _LEAVES),
}  # fmt: skip


def flaml(folder: Path, names: list[str], step: int) -> None:
    """Compare first configurations: FLAML's for the data, ours learnt from all other data."""
    records = Records(folder / "flaml.jsonl")
    cells = {}
    for name in [name for name in names if name in IN_FLAML]:
        family, scores = FAMILIES[name], Table(FAMILIES[name], folder)
        learner = None if name in BORROWED else Learner(scores)
        listed = candidates(family)[: N_SCALE if learner is None else None]
        found = []
        for data in family.data_sets()[::step]:
            key = {"family": name, "data": data.name}
            if not records.select(**key):
                first = _borrowed(name) if learner is None else learner.portfolio(data)[0]
                trees = {"n_estimators": N_TREES} if "n_estimators" not in first else {}
                records.add(
                    **key,
                    flaml=_suggested(name, data),
                    ours=score(family, data, {**first, **trees}),
                    default=score(family, data, {**family.start(data), **trees}),
                )
            row = records.select(**key)[0]
            random = [scores.score(data, params) for params in listed]
            best, median = max(scores.best(data), *(row[way] for way in WAYS)), np.median(random)
            both = np.array([[row[way] for way in WAYS]])
            regret = regrets(both, np.array([best]), np.array([median]))[0]
            found.append(np.minimum(regret, 1.0))
        a, b, c = np.array(found).T
        cells[name] = [
            str(len(a)), *map(mean_interval, (a, b, c)), f"{(b <= a).mean():.2f}",
            mean_interval(b - a),
        ]  # fmt: skip
    table(
        "regret of the first configuration, and share of data sets where ours is at least as good",
        ["data sets", "FLAML", "ours", "defaults", "share", "ours less FLAML"],
        cells,
    )


def _borrowed(name: str) -> dict[str, Any]:
    """Return the first configuration that the package has for another class, where it is shared."""
    class_name, shared = BORROWED[name]
    portfolio = next(each for each in portfolios() if class_name in each.classes)
    return {name: portfolio.configurations[0][name] for name in shared.split()}


def _suggested(name: str, data: DataSet) -> float:
    """Return the score of the configuration that FLAML suggests for a data set."""
    import flaml.default

    X, y = data.load()
    cls = getattr(flaml.default, IN_FLAML[name] + ("Classifier" if data.is_class else "Regressor"))
    found = []
    for X_train, y_train, X_test, y_test in folds(data, False):
        params, _, _, _ = cls().suggest_hyperparams(X_train, y_train)
        if params.get("n_estimators", 0) > MAX_TREES:
            params["n_estimators"] = MAX_TREES
        quiet = {"verbosity": -1} if name == "LightGBM" else {}
        own = FAMILIES[name].build({}, X, y, data.is_class)
        model = own.set_params(**{**params, **quiet})
        found.append(model.fit(X_train, y_train).score(X_test, y_test))
    return float(np.mean(found))


def tutorials(folder: Path, names: list[str], step: int) -> None:
    """Compare searches of 16 candidates: of "auto", and of ranges that tutorials write."""
    records = Records(folder / "tutorials.jsonl")
    cells = {}
    for name in [name for name in names if name in TUTORIALS]:
        classifier, regressor, written = TUTORIALS[name]
        changes = []
        for data in DATA_SETS[::step]:
            cls = classifier if data.is_class else regressor
            if cls is None:
                continue
            key = {"family": name, "data": data.name}
            if not records.select(**key):
                spaces = {"tutorial": {f"model__{k}": v for k, v in written.items()}, "auto": None}
                records.add(
                    **key, **{w: _searched(FAMILIES[name], cls, data, s) for w, s in spaces.items()}
                )
            row = records.select(**key)[0]
            changes.append(row["auto"] - row["tutorial"])
        change = np.array(changes)
        cells[name] = [
            str(len(change)), mean_interval(change), f"{(change > 0).mean():.2f}",
            f"{(change < 0).mean():.2f}",
        ]  # fmt: skip
    table(
        f'score of "auto" less that of ranges of tutorials, after {N_SEARCHED} candidates',
        ["data sets", "more", "better", "worse"],
        cells,
    )


def _searched(family: Family, cls: Any, data: DataSet, written: Any) -> float:
    X, y = data.load()
    trees = {"n_estimators": family.fixed["n_estimators"]} if "n_estimators" in family.fixed else {}
    model = cls(**trees)
    if "random_state" in model.get_params():
        model.set_params(random_state=0)
    pipeline = Pipeline([("scale", StandardScaler()), ("model", model)])
    if written is None:
        from skbayes import suggest_space

        found = suggest_space(model, X, y)
        written = _prefixed(found)
    search = BayesSearchCV(
        pipeline, written, n_iter=N_SEARCHED, cv=N_FOLDS, random_state=0, refit=False
    )
    search.fit(X, y)
    return float(np.nanmax(search.cv_results_["mean_test_score"]))


def _prefixed(space: dict[str, Any]) -> dict[str, Any]:
    from skbayes.space import Conditional

    return {
        f"model__{name}": Conditional(
            value.values, when={f"model__{k}": v for k, v in value.when.items()}
        )
        if isinstance(value, Conditional)
        else value
        for name, value in space.items()
    }
