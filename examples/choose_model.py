"""
Choosing the scaler and the model
=================================

A list of spaces is a choice between them. Each names a model and the parameters that this model
has; the scaler is a parameter of the pipeline like any other. One search decides on all of it.
It begins with the defaults of each model.
"""

# %%

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV, compare
from skbayes.plotting import ParameterDisplay

scalers = [StandardScaler(), MinMaxScaler(), RobustScaler()]
spaces = [
    {
        "scale": scalers,
        "model": [LogisticRegression(max_iter=5000)],
        "model__C": (1e-3, 1e2, "log-uniform"),
    },
    {
        "scale": scalers,
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
X, y = load_breast_cancer(return_X_y=True)
search = BayesSearchCV(
    Pipeline([("scale", StandardScaler()), ("model", SVC())]),
    spaces,
    n_iter=40,
    cv=StratifiedKFold(5, shuffle=True, random_state=0),
    random_state=0,
)
search.fit(X, y)

# %%
# The best candidate of each model:

of_each = compare(search, by_space=True, as_frame=False)
for name, score, n in zip(
    of_each["space"], of_each["best_score"], of_each["candidates"], strict=True
):
    print(f"{name}: best accuracy {score:.4f} of {n} candidates")
print(f"chosen: {type(search.best_estimator_['model']).__name__}")
print(f"accuracy of the best: {search.best_score_:.4f}")

# %%
# The scores of all candidates by model. Most were spent on the models that promised most.

ParameterDisplay.from_search(search, "model")
plt.show()
