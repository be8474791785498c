"""
Code for scikit-optimize
========================

Nothing but the name of the library was changed.

It goes through what scikit-optimize's guide shows of `BayesSearchCV`: one model; several models in
a pipeline, each with its number of candidates; a callback that follows the search and ends it;
and how many candidates a search will have. The tests run this file with both libraries.
"""

from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC, LinearSVC

from skbayes import BayesSearchCV
from skbayes.callbacks import DeadlineStopper, DeltaYStopper
from skbayes.space import Categorical, Integer, Real

X, y = load_digits(n_class=5, return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, train_size=0.5, random_state=0)

# One model: ranges as tuples, values as a list.
search = BayesSearchCV(
    SVC(),
    {
        "C": (1e-3, 1e3, "log-uniform"),
        "gamma": (1e-4, 1e1, "log-uniform"),
        "degree": (1, 6),
        "kernel": ["linear", "poly", "rbf"],
    },
    n_iter=12,
    cv=3,
    random_state=0,
)
search.fit(X_train, y_train)
print("one model, validation:", search.best_score_)
print("one model, test:", search.score(X_test, y_test))

# Several models, written with dimensions: each space has its own number of candidates.
linear = {
    "model": [LinearSVC(dual=False)],
    "model__C": (1e-3, 1e3, "log-uniform"),
}
kernels = {
    "model": Categorical([SVC()]),
    "model__C": Real(1e-3, 1e3, prior="log-uniform"),
    "model__gamma": Real(1e-4, 1e1, prior="log-uniform"),
    "model__degree": Integer(1, 6),
    "model__kernel": Categorical(["linear", "poly", "rbf"]),
}
search = BayesSearchCV(
    Pipeline([("scale", MinMaxScaler()), ("model", SVC())]),
    [(kernels, 11), (linear, 6)],
    cv=3,
    random_state=0,
)
search.fit(X_train, y_train)
print("several models, validation:", search.best_score_)
print("several models, test:", search.score(X_test, y_test))
for result in search.optimizer_results_:
    model = type(result.x[result.space.dimension_names.index("model")]).__name__
    print(f"best of {len(result.func_vals)} with {model}:", -result.fun)

# A callback sees the search after each candidate. A true value ends it.
X, y = load_iris(return_X_y=True)
search = BayesSearchCV(SVC(), {"C": (0.01, 100.0, "log-uniform")}, n_iter=12, cv=3, random_state=0)


def on_step(result):
    """Print the best score so far, and say whether it is good enough."""
    score = -result["fun"]
    print(f"after {len(result['x_iters'])} candidates: {score}")
    return score >= 0.97


search.fit(X, y, callback=[on_step, DeadlineStopper(60), DeltaYStopper(1e-9, n_best=12)])
print("with a callback, candidates:", len(search.cv_results_["params"]))

# The number of candidates that a search will have.
search = BayesSearchCV(SVC(), [({"C": (0.1, 1.0)}, 19), {"gamma": (0.1, 1.0)}], n_iter=23)
print("planned:", search.total_iterations)

# sphinx_gallery_thumbnail_path = "images/from_scikit_optimize.png"
