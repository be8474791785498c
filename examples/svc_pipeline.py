"""
A scaler and a support vector machine in a pipeline
===================================================

The usual case: C and gamma of an SVC behind a scaler, both on logarithmic scales, on breast
cancer. `gamma` is "scale" by default, which is no number of the range. So that the search begins
with the defaults all the same, they are given as numbers: with standardised data, "scale" is one
over the number of features.

    python examples/svc_pipeline.py
"""

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV


def main():
    """Search, and print what was better than all before."""
    X, y = load_breast_cancer(return_X_y=True)
    search = BayesSearchCV(
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": (1e-2, 1e4, "log-uniform"), "svc__gamma": (1e-5, 1e1, "log-uniform")},
        n_iter=30,
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
        initial_points=[{"svc__C": 1.0, "svc__gamma": 1 / X.shape[1]}],
        random_state=0,
    )
    search.fit(X, y)

    results = search.cv_results_
    print("candidate  accuracy          C      gamma")
    best = -1.0
    for row, (params, score) in enumerate(
        zip(results["params"], results["mean_test_score"], strict=True)
    ):
        if score > best:
            best = score
            print(
                f"{row + 1:>9}{score:>10.4f}{params['svc__C']:>11.4g}{params['svc__gamma']:>11.4g}"
            )
    default_score = results["mean_test_score"][0]
    print(f"\naccuracy of the defaults: {default_score:.4f}")
    print(f"accuracy of the best: {search.best_score_:.4f}")


if __name__ == "__main__":
    main()
