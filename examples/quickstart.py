"""
Quickstart: a support vector regression of the progress of diabetes
====================================================================

The search sees two thirds of the rows. The last third is kept away from it, to say what the gain
is worth on new data.

    python examples/quickstart.py
"""

from sklearn.datasets import load_diabetes
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from skbayes import BayesSearchCV

SPACE = {
    "svr__C": (1e-1, 1e4, "log-uniform"),
    "svr__gamma": (1e-4, 1e1, "log-uniform"),
    "svr__epsilon": (1e-2, 1e2, "log-uniform"),
}


def main():
    """Search, and compare what was found with the defaults."""
    X, y = load_diabetes(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, test_size=1 / 3, random_state=0)

    model = make_pipeline(StandardScaler(), SVR())
    default = cross_val_score(model, X, y).mean(), model.fit(X, y).score(X_test, y_test)

    search = BayesSearchCV(model, SPACE, n_iter=30, random_state=0, verbose=1)
    search.fit(X, y)
    tuned = search.best_score_, search.score(X_test, y_test)

    print(f"\n{'R2':26}{'defaults':>10}{'search':>10}{'gain':>10}")
    labels = "cross-validated", f"on {len(y_test)} held-out rows"
    for label, before, after in zip(labels, default, tuned, strict=True):
        print(f"{label:26}{before:>10.3f}{after:>10.3f}{after - before:>+10.3f}")
    print("\nbest parameters:")
    for name, value in search.best_params_.items():
        print(f"    {name} = {value:.4g}")


if __name__ == "__main__":
    main()
