"""What scripts in the manner of scikit-learn's gallery tabulate and draw, with both searches.

Each is a function of the class of the search, as a script is when only its import changes, and
returns what it prints and what its figure shows.
"""

import numpy as np
import pytest
from scipy import stats
from sklearn.cluster import FeatureAgglomeration
from sklearn.covariance import ShrunkCovariance
from sklearn.datasets import load_diabetes, load_iris, make_moons
from sklearn.decomposition import NMF, PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import SelectKBest, SelectPercentile, f_classif, f_regression
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import BayesianRidge, Lasso, RidgeClassifier
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    RepeatedStratifiedKFold,
    StratifiedShuffleSplit,
    cross_val_score,
)
from sklearn.neighbors import KernelDensity, KNeighborsClassifier, KNeighborsTransformer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skbayes import BayesSearchCV

X, Y = (part[::3] for part in load_iris(return_X_y=True))
DIABETES, PROGRESS = (part[:80] for part in load_diabetes(return_X_y=True))
NOISE = np.random.RandomState(0).normal(size=(60, 3))

pytestmark = [
    pytest.mark.filterwarnings("ignore:The total space of parameters"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


def heat_map_of_a_kernel(Search):
    """Scores over two scales, as a matrix, and the best place in it."""
    C, gamma = np.logspace(-2, 3, 6), np.logspace(-4, 1, 5)
    folds = StratifiedShuffleSplit(n_splits=3, test_size=0.2, random_state=42)
    search = Search(SVC(), {"gamma": gamma, "C": C}, cv=folds).fit(X[:, :2], Y)
    matrix = search.cv_results_["mean_test_score"].reshape(len(C), len(gamma))
    return matrix, search.best_params_, search.best_score_


def heat_map_by_pandas(Search):
    pd = pytest.importorskip("pandas")
    folds = StratifiedShuffleSplit(n_splits=3, random_state=0)
    search = Search(SVC(), {"kernel": ["rbf"], "C": [1, 10, 100], "gamma": [0.01, 0.1]}, cv=folds)
    found = pd.DataFrame(search.fit(X, Y).cv_results_)
    found[["param_C", "param_gamma"]] = found[["param_C", "param_gamma"]].astype(np.float64)
    return found.pivot(index="param_gamma", columns="param_C", values="mean_test_score").to_numpy()


def reductions_as_bars(Search):
    """Bars for each way and size, of the best of a third parameter."""
    sizes, C = [2, 3], [0.1, 1, 10]
    pipe = Pipeline(
        [("scale", MinMaxScaler(clip=True)), ("reduce", "passthrough"), ("svc", LinearSVC())]
    )
    grid = [
        {
            "reduce": [PCA(random_state=0), NMF(max_iter=1000, init="nndsvda")],
            "reduce__n_components": sizes,
            "svc__C": C,
        },
        {"reduce": [SelectKBest(f_classif)], "reduce__k": sizes, "svc__C": C},
    ]
    search = Search(pipe, grid, cv=2).fit(X, Y)
    scores = np.array(search.cv_results_["mean_test_score"])
    return scores.reshape(3, len(sizes), len(C)).max(axis=2), search.best_index_


def components_as_a_line(Search):
    pd = pytest.importorskip("pandas")
    pipe = Pipeline([("pca", PCA()), ("model", RidgeClassifier())])
    grid = {"pca__n_components": [1, 2, 3, 4], "model__alpha": np.logspace(-4, 4, 4)}
    search = Search(pipe, grid, cv=3).fit(X, Y)
    table = pd.DataFrame(search.cv_results_).sort_values("rank_test_score", kind="stable")
    best = table.groupby("param_pca__n_components")[["mean_test_score", "std_test_score"]].first()
    return best.to_numpy(), search.best_estimator_.named_steps["pca"].n_components


def alphas_as_a_line(Search):
    alphas = np.logspace(-4, -0.5, 12)
    search = Search(Lasso(random_state=0, max_iter=10_000), [{"alpha": alphas}], cv=5, refit=False)
    table = search.fit(DIABETES, PROGRESS).cv_results_
    error = table["std_test_score"] / np.sqrt(5)
    mean = table["mean_test_score"]
    return alphas, mean, mean + error, mean - error, table["param_alpha"].data.astype(float)


def many_metrics(Search):
    """Lines of training and test scores of two metrics over one parameter."""
    scoring = {"AUC": "roc_auc_ovr", "Accuracy": make_scorer(accuracy_score)}
    search = Search(
        DecisionTreeClassifier(random_state=42),
        {"min_samples_split": range(2, 103, 10)},
        scoring=scoring,
        refit="AUC",
        return_train_score=True,
        cv=3,
    )
    table = search.fit(X, Y).cv_results_
    lines = [np.array(table["param_min_samples_split"].data, dtype=float)]
    for name in sorted(scoring):
        for part in ("train", "test"):
            lines += [table[f"mean_{part}_{name}"], table[f"std_{part}_{name}"]]
        best = np.nonzero(table[f"rank_test_{name}"] == 1)[0][0]
        lines += [best, table[f"mean_test_{name}"][best]]
    return (*lines, search.best_index_, search.best_params_)


def simplest_within_an_error(Search):
    """A callable refit: the fewest components within one deviation of the best."""

    def simplest(table):
        best = np.argmax(table["mean_test_score"])
        threshold = table["mean_test_score"][best] - table["std_test_score"][best]
        rows = np.flatnonzero(table["mean_test_score"] >= threshold)
        return rows[table["param_reduce_dim__n_components"][rows].argmin()]

    pipe = Pipeline([("reduce_dim", PCA(random_state=42)), ("classify", RidgeClassifier())])
    search = Search(
        pipe, {"reduce_dim__n_components": [4, 3, 2, 1]}, cv=5, scoring="accuracy", refit=simplest
    ).fit(X, Y)
    table = search.cv_results_
    return (
        search.best_index_,
        search.best_params_,
        np.array(table["param_reduce_dim__n_components"].data, dtype=int),
        table["mean_test_score"],
    )


def filtered_by_pandas(Search):
    """A callable refit that goes through a data frame of two metrics."""
    pd = pytest.importorskip("pandas")

    def filtered(table):
        frame = pd.DataFrame(table)
        good = frame[frame["mean_test_precision_macro"] > 0.9]
        close = good["mean_test_recall_macro"] > good["mean_test_recall_macro"].max() - 0.02
        return good.loc[close[close].index, "param_C"].astype(float).idxmin()

    grid = [
        {"kernel": ["rbf"], "gamma": [1e-1, 1e-2], "C": [1, 10, 100]},
        {"kernel": ["linear"], "C": [1, 10, 100]},
    ]
    search = Search(SVC(), grid, scoring=["precision_macro", "recall_macro"], refit=filtered)
    search.fit(X, Y)
    return search.best_index_, search.best_params_, search.predict(X[::10])


def ranked_models(Search):
    """A table of models sorted by rank, and their scores fold by fold."""
    pd = pytest.importorskip("pandas")
    features, target = make_moons(noise=0.352, random_state=1, n_samples=60)
    grid = [
        {"kernel": ["linear"]},
        {"kernel": ["poly"], "degree": [2, 3]},
        {"kernel": ["rbf"]},
    ]
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=0)
    search = Search(SVC(random_state=0), grid, scoring="roc_auc", cv=folds).fit(features, target)
    frame = pd.DataFrame(search.cv_results_).sort_values(by=["rank_test_score"])
    frame = frame.set_index(
        frame["params"].apply(lambda params: "_".join(str(value) for value in params.values()))
    ).rename_axis("kernel")
    scores = frame.filter(regex=r"split\d*_test_score")
    return list(frame.index), scores.to_numpy(), scores.transpose().corr().to_numpy()


def nested(Search):
    scores = []
    for trial in range(2):
        inner = KFold(n_splits=3, shuffle=True, random_state=trial)
        outer = KFold(n_splits=3, shuffle=True, random_state=trial)
        search = Search(SVC(kernel="rbf"), {"C": [1, 10, 100], "gamma": [0.01, 0.1]}, cv=inner)
        search.fit(X, Y)
        scores += [search.best_score_, cross_val_score(search, X=X, y=Y, cv=outer).mean()]
    return np.array(scores)


def mixtures_without_a_target(Search):
    pd = pytest.importorskip("pandas")
    grid = {"n_components": range(1, 4), "covariance_type": ["spherical", "diag", "full"]}
    search = Search(
        GaussianMixture(max_iter=5, random_state=0),
        grid,
        cv=2,
        scoring=lambda mixture, X: -mixture.bic(X),
    ).fit(X)
    frame = pd.DataFrame(search.cv_results_)[
        ["param_n_components", "param_covariance_type", "mean_test_score"]
    ]
    best = frame.sort_values(by="mean_test_score").tail(1)
    return (
        list(frame["param_covariance_type"]),
        frame["mean_test_score"].to_numpy(),
        best.to_numpy(),
    )


def shrinkage_of_a_covariance(Search):
    shrinkages = np.logspace(-2, 0, 10)
    search = Search(ShrunkCovariance(), {"shrinkage": shrinkages}, cv=3).fit(NOISE)
    return search.best_estimator_.score(NOISE), search.cv_results_["mean_test_score"]


def bandwidth_of_a_density(Search):
    search = Search(KernelDensity(), {"bandwidth": np.logspace(-1, 1, 8)}).fit(X[:, :2])
    return search.best_estimator_.bandwidth_, search.best_estimator_.sample(3, random_state=0)


def union_of_features(Search):
    union = FeatureUnion([("pca", PCA(n_components=2)), ("best", SelectKBest(k=1))])
    pipe = Pipeline([("features", union), ("svm", SVC(kernel="linear"))])
    grid = {
        "features__pca__n_components": [1, 2, 3],
        "features__best__k": [1, 2],
        "svm__C": [0.1, 1, 10],
    }
    search = Search(pipe, grid, cv=3).fit(X, Y)
    return str(search.best_estimator_), search.cv_results_["mean_test_score"].reshape(2, 3, 3)


def kernel_regressions(Search):
    x = np.linspace(0, 5, 40)[:, None]
    y = np.sin(x).ravel() + np.tile([0.1, -0.1], 20)
    curves = []
    for model in (SVR(kernel="rbf", gamma=0.1), KernelRidge(kernel="rbf", gamma=0.1)):
        name = "C" if isinstance(model, SVR) else "alpha"
        search = Search(model, {name: [1e0, 0.1, 1e-2], "gamma": np.logspace(-2, 2, 5)}, cv=3)
        curves += [search.fit(x, y).predict(x), search.best_estimator_.get_params()[name]]
    return tuple(curves)


def two_ways_to_select(Search):
    """Coefficients of the best of two pipelines."""
    pictures = []
    folds = KFold(2)
    for step, values in (
        ("agglomeration", {"agglomeration__n_clusters": [3, 5, 8]}),
        ("anova", {"anova__percentile": [20, 50, 100]}),
    ):
        chosen = (
            FeatureAgglomeration() if step == "agglomeration" else SelectPercentile(f_regression)
        )
        search = Search(Pipeline([(step, chosen), ("ridge", BayesianRidge())]), values, cv=folds)
        best = search.fit(DIABETES, PROGRESS).best_estimator_
        pictures.append(best.steps[0][1].inverse_transform(best.steps[-1][1].coef_.reshape(1, -1)))
    return tuple(pictures)


def classifiers_side_by_side(Search):
    models = [
        (RidgeClassifier(), {"alpha": np.logspace(-1, 1, 3)}),
        (
            make_pipeline(
                KBinsDiscretizer(encode="onehot", quantile_method="averaged_inverted_cdf")
                if hasattr(KBinsDiscretizer(), "quantile_method")
                else KBinsDiscretizer(encode="onehot"),
                RidgeClassifier(),
            ),
            {
                "kbinsdiscretizer__n_bins": np.arange(2, 5),
                "ridgeclassifier__alpha": np.logspace(-1, 1, 3),
            },
        ),
    ]
    searches = [Search(model, grid).fit(X, Y) for model, grid in models]
    return tuple(search.score(X, Y) for search in searches), searches[1].best_params_


def neighbours_beforehand(Search):
    pipe = make_pipeline(
        KNeighborsTransformer(n_neighbors=12, mode="distance"),
        KNeighborsClassifier(metric="precomputed"),
    )
    search = Search(pipe, {"kneighborsclassifier__n_neighbors": [2, 4, 8, 12]}).fit(X, Y)
    table = search.cv_results_
    return (
        table["mean_test_score"],
        table["std_test_score"],
        table["param_kneighborsclassifier__n_neighbors"].tolist(),
    )


def steps_to_choose_from(Search):
    pipe = Pipeline([("reduce", TruncatedSVD(2)), ("model", LinearDiscriminantAnalysis())])
    grid = {
        "reduce": ["passthrough", PCA(2), TruncatedSVD(2, random_state=0)],
        "model": [LinearDiscriminantAnalysis(), KNeighborsClassifier(3)],
    }
    table = Search(pipe, grid, cv=3).fit(X, Y).cv_results_
    names = [str(step) for step in table["param_reduce"]]
    return names, table["mean_test_score"].reshape(2, 3), table["rank_test_score"]


def scaled_or_not(Search):
    pd = pytest.importorskip("pandas")
    pipe = Pipeline([("scale", None), ("svc", SVC())])
    grid = {"scale": [None, StandardScaler()], "svc__C": [0.1, 1.0], "svc__gamma": ["scale", 0.1]}
    frame = pd.DataFrame(Search(pipe, grid, cv=2).fit(X, Y).cv_results_)
    columns = frame.columns[
        frame.columns.str.contains("score") & ~frame.columns.str.contains("time")
    ]
    return list(columns), frame[columns].to_numpy()[:, 2:]


SCRIPTS = [
    heat_map_of_a_kernel,
    heat_map_by_pandas,
    reductions_as_bars,
    components_as_a_line,
    alphas_as_a_line,
    many_metrics,
    simplest_within_an_error,
    filtered_by_pandas,
    ranked_models,
    nested,
    mixtures_without_a_target,
    shrinkage_of_a_covariance,
    bandwidth_of_a_density,
    union_of_features,
    kernel_regressions,
    two_ways_to_select,
    classifiers_side_by_side,
    neighbours_beforehand,
    steps_to_choose_from,
    scaled_or_not,
]


def assert_same(one, other):
    """Compare what two scripts show, number by number."""
    if isinstance(one, tuple | list):
        assert type(one) is type(other)
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_the_same_tables_and_figures(script):
    assert_same(script(GridSearchCV), script(BayesSearchCV))


def report(table, n_top=3):
    """Lines about the best candidates, as after a random search."""
    lines = []
    for rank in range(1, n_top + 1):
        for row in np.flatnonzero(table["rank_test_score"] == rank):
            mean, std = table["mean_test_score"][row], table["std_test_score"][row]
            lines.append(
                f"Rank {rank}: {mean:.3f} (std: {std:.3f}) {sorted(table['params'][row].items())}"
            )
    return lines


def test_a_random_search_through_all_of_a_grid():
    """It shuffles the rows; what is tabulated by rank is the same."""
    grid = {"C": [0.01, 0.1, 1, 10], "kernel": ["linear", "rbf"]}
    theirs = RandomizedSearchCV(SVC(), grid, n_iter=8, cv=3, random_state=0).fit(X, Y)
    ours = BayesSearchCV(SVC(), grid, n_iter=8, cv=3, random_state=0).fit(X, Y)
    assert sorted(report(theirs.cv_results_, 8)) == sorted(report(ours.cv_results_, 8))
    assert theirs.best_score_ == ours.best_score_


def test_a_random_search_of_distributions():
    """Other candidates are tried; all that is printed and drawn of them is there."""
    x = np.linspace(0, 5, 30)[:, None]
    space = {"alpha": stats.loguniform(1e-3, 1e2), "gamma": stats.loguniform(1e-2, 1e2)}
    ours = BayesSearchCV(KernelRidge(kernel="rbf"), space, n_iter=8, cv=3, random_state=0)
    ours.fit(x, np.sin(x).ravel())
    theirs = RandomizedSearchCV(KernelRidge(kernel="rbf"), space, n_iter=8, cv=3, random_state=0)
    theirs.fit(x, np.sin(x).ravel())
    assert list(ours.cv_results_) == list(theirs.cv_results_)
    assert report(ours.cv_results_)[0].startswith(f"Rank 1: {ours.best_score_:.3f}")
    for search in (ours, theirs):
        drawn = [search.cv_results_[f"param_{name}"].data.astype(float) for name in space]
        assert np.shape(drawn) == (2, 8)
        assert search.predict(x).shape == (30,)
        assert isinstance(search.best_estimator_, KernelRidge)
