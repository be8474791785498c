"""
Gradient boosting on a pandas frame with a categorical column
=============================================================

Whole numbers, ranges on a logarithmic scale and named choices in one space, on a frame whose
columns keep their types: the categories of pandas reach the model as they are. The first candidate
has the parameters that the model has already.
"""

# %%
# It needs pandas: ``python -m pip install pandas``.

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import KFold

from skbayes import BayesSearchCV, Integer, Real
from skbayes.plotting import ParallelCoordinatesDisplay

X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
X["sex"] = X["sex"].map({1.0: "one", 2.0: "two"}).astype("category")
print(f"columns: {', '.join(f'{name} ({dtype})' for name, dtype in X.dtypes.items())}")

space = {
    "learning_rate": Real(0.01, 0.5, "log-uniform"),
    "max_iter": Integer(10, 200, "log-uniform"),
    "max_leaf_nodes": (2, 31),
    "min_samples_leaf": (5, 60),
    "max_features": (0.2, 1.0),
    "loss": ["squared_error", "absolute_error", "poisson"],
}
search = BayesSearchCV(
    HistGradientBoostingRegressor(categorical_features="from_dtype", random_state=0),
    space,
    n_iter=30,
    cv=KFold(5, shuffle=True, random_state=0),
    random_state=0,
)
search.fit(X, y)
for name, value in search.best_params_.items():
    print(f"    {name} = {value:.4g}" if isinstance(value, float) else f"    {name} = {value}")
print(f"R2 of the defaults: {search.cv_results_['mean_test_score'][0]:.4f}")
print(f"R2 of the best: {search.best_score_:.4f}")

# %%
# What good candidates have in common: each line is a candidate, light lines are good, the thick one
# is the best.

ParallelCoordinatesDisplay.from_search(search)
plt.show()
