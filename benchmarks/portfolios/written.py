"""The portfolios as the package holds them: what was learnt, in the names of all that share it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.portfolios.families import Family, Params
from benchmarks.portfolios.learning import MAX_SIZE

LEAST_DIGITS = 3


@dataclass(frozen=True)
class Form:
    """Classes that a family's configurations are written for.

    Parameters
    ----------
    family : str
    package : str
    classes : str
        Names, with spaces between.
    names : mapping of str to str, default={}
        What they call parameters of the family.
    fixed : mapping, default={}
        What the family's estimator had, and others of these classes need not have.
    units : mapping of str to str, default={}
        Units beside those of the family.
    none : mapping of str to float, default={}
        The numbers that None stands for.
    left_out : str, default=""
        Parameters that have no like.
    """

    family: str
    package: str
    classes: str
    names: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    none: Mapping[str, float] = field(default_factory=dict)
    left_out: str = ""


SHARE = {"max_features": "features"}
HISTOGRAMS = {
    "n_estimators": "max_iter",
    "num_leaves": "max_leaf_nodes",
    "min_child_samples": "min_samples_leaf",
    "reg_lambda": "l2_regularization",
    "colsample_bytree": "max_features",
}
# None for nearest neighbours: with three parameters the model finds their region sooner alone.
FORMS = (
    Form("Ridge", "sklearn", "Ridge RidgeClassifier"),
    Form("ElasticNet", "sklearn", "ElasticNet"),
    Form("LogisticRegression", "sklearn", "LogisticRegression"),
    Form("SVC", "sklearn", "SVC", fixed={"kernel": "rbf"}),
    Form("SVR", "sklearn", "SVR", fixed={"kernel": "rbf"}),
    Form("KernelRidge", "sklearn", "KernelRidge", fixed={"kernel": "rbf"}),
    Form(
        "DecisionTree", "sklearn", "DecisionTreeClassifier DecisionTreeRegressor",
        units=SHARE, none={"max_depth": 30, "max_features": 1.0},
    ),
    Form(
        "RandomForest", "sklearn", "RandomForestClassifier RandomForestRegressor",
        fixed={"bootstrap": True}, units=SHARE, none={"max_features": 1.0, "max_samples": 1.0},
    ),
    Form(
        "ExtraTrees", "sklearn", "ExtraTreesClassifier ExtraTreesRegressor",
        units=SHARE, none={"max_features": 1.0},
    ),
    Form("LightGBM", "lightgbm", "LGBMClassifier LGBMRegressor"),
    Form(
        "LightGBM", "sklearn", "HistGradientBoostingClassifier HistGradientBoostingRegressor",
        HISTOGRAMS, none={"max_leaf_nodes": 63},
    ),
)  # fmt: skip
# The imputation of missing values has no like, and what DART drops is no matter of trees.
OF_SURFACES = Form(
    "surfaces", "xgboost", "XGBClassifier XGBRegressor",
    {"nrounds": "n_estimators", "eta": "learning_rate", "lambda": "reg_lambda",
     "alpha": "reg_alpha"},
    none={
        "nrounds": 100, "eta": 0.3, "gamma": 5e-5, "lambda": 1.0, "alpha": 1e-3, "subsample": 1.0,
        "max_depth": 6, "min_child_weight": 1.0, "colsample_bylevel": 1.0, "colsample_bytree": 1.0,
    },
    left_out="booster num.impute.selected.cpo rate_drop skip_drop",
)  # fmt: skip


def mixed(own: Sequence[Params], foreign: Sequence[Params]) -> list[Params]:
    """Return XGBoost's configurations of both origins, named as on the surfaces.

    Those of the surfaces come first. They need a wide space, which few people write: others do not
    hold them, and hold those that were learnt with XGBoost's usual parameters. What the latter do
    not vary is as XGBoost has it.
    """
    theirs = {new: old for old, new in OF_SURFACES.names.items()}
    kept = [name for name in foreign[0] if name not in OF_SURFACES.left_out.split()]
    filled = [
        {**{name: OF_SURFACES.none[name] for name in kept},
         **{theirs.get(name, name): value for name, value in params.items()}}
        for params in own
    ]  # fmt: skip
    half = MAX_SIZE // 2
    return [*foreign[:half], *filled[:half]]


def lines(
    form: Form, family: Family, learnt: Sequence[Params], data_sets: Sequence[str]
) -> Iterator[str]:
    """Yield the lines of an entry."""
    kept = [name for name in family.space if name not in form.left_out.split()]
    yield "\n[[portfolios]]"
    yield f"package = {_toml(form.package)}"
    yield f"classes = {_toml(form.classes.split())}"
    yield f"learnt_with = {_toml([c for c in (family.classifier, family.regressor) if c])}"
    said = dict.fromkeys(
        _toml({form.names.get(name, name): _short(params[name]) for name in kept})
        for params in learnt
    )
    yield "configurations = ["
    yield from (f"    {text}," for text in said)
    yield "]"
    yield f"data_sets = {_toml(list(data_sets))}"
    if form.fixed:
        yield f"fixed = {_toml(form.fixed)}"
    yield "[portfolios.parameters]"
    for name in kept:
        written = family.space[name]
        facts: Params = {}
        if isinstance(written, tuple):
            low, high = _short(written[0]), _short(written[1])
            facts = {"low": low, "high": high, "log": len(written) > 2}
        unit = form.units.get(name) or family.units.get(name)
        facts |= {"unit": unit} if unit else {}
        facts |= {"none": form.none[name]} if name in form.none else {}
        yield f"{form.names.get(name, name)} = {_toml(facts)}"


def _short(value: Any) -> Any:
    return float(f"{value:.{LEAST_DIGITS}g}") if isinstance(value, float) else value


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
