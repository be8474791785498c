"""
Choosing the scaler and the model
=================================

A list of spaces is a choice between them. Each names a model and the parameters that this model
has; the scaler is a parameter of the pipeline like any other. One search decides on all of it.
It begins with the defaults of each model.

    python examples/choose_model.py
"""

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV

SCALERS = [StandardScaler(), MinMaxScaler(), RobustScaler()]
SPACES = [
    {
        "scale": SCALERS,
        "model": [LogisticRegression(max_iter=5000)],
        "model__C": (1e-3, 1e2, "log-uniform"),
    },
    {
        "scale": SCALERS,
        "model": [SVC(gamma=0.03)],
        "model__C": (1e-2, 1e3, "log-uniform"),
        "model__gamma": (1e-4, 1e1, "log-uniform"),
    },
    {
        # Trees do not mind the scale of their features.
        "scale": ["passthrough"],
        "model": [ExtraTreesClassifier(50, random_state=0)],
        "model__max_features": ["sqrt", 0.1, 0.3, 1.0],
        "model__min_samples_leaf": (1, 10),
    },
]


def main():
    """Search, and print the best candidate of each model."""
    X, y = load_breast_cancer(return_X_y=True)
    search = BayesSearchCV(
        Pipeline([("scale", StandardScaler()), ("model", SVC())]),
        SPACES,
        n_iter=40,
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
        random_state=0,
    )
    search.fit(X, y)

    results = search.cv_results_
    rows = list(zip(results["mean_test_score"], results["params"], strict=True))
    for space in SPACES:
        name = type(space["model"][0]).__name__
        own = [row for row in rows if type(row[1]["model"]).__name__ == name]
        score, params = max(own, key=lambda row: row[0])
        print(f"{name}: best accuracy {score:.4f} of {len(own)} candidates")
        for key, value in params.items():
            if key != "model":
                print(
                    f"    {key} = {value:.4g}"
                    if isinstance(value, float)
                    else f"    {key} = {value}"
                )
    print(f"\nchosen: {type(search.best_estimator_['model']).__name__}")
    print(f"accuracy of the best: {search.best_score_:.4f}")


if __name__ == "__main__":
    main()
