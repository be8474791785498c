"""
Nested, grouped and time-series validation
==========================================

A search is an estimator, and takes every `cv` that scikit-learn has.
"""

# %%
# **Nested.** The best score of a search is a little too good, since it was chosen. An outer
# cross-validation of the whole search shows what it is worth on data that no candidate has seen.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from skbayes import BayesSearchCV

X, y = load_diabetes(return_X_y=True)
model = make_pipeline(StandardScaler(), SVR())
space = {"svr__C": (1e0, 1e3, "log-uniform"), "svr__gamma": (1e-4, 1e0, "log-uniform")}
search = BayesSearchCV(model, space, n_iter=10, random_state=0)
outer = cross_validate(
    search, X, y, cv=KFold(5, shuffle=True, random_state=0), return_estimator=True
)
inner = [each.best_score_ for each in outer["estimator"]]
print(f"R2 that the searches saw: {np.mean(inner):.3f}")
print(f"R2 on the outer folds: {np.mean(outer['test_score']):.3f}")

fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
places = np.arange(1, 6)
ax.plot(places, inner, "o", label="best score within")
ax.plot(places, outer["test_score"], "D", label="score on the outer fold")
ax.set(xlabel="outer fold", ylabel="R2", xticks=places)
ax.legend()
plt.show()

# %%
# **Grouped.** Rows of one person stay together. `fit` takes `groups`, as other searches do.

groups = np.arange(len(y)) // 6
search = BayesSearchCV(model, space, n_iter=10, cv=GroupKFold(5), random_state=0)
search.fit(X, y, groups=groups)
print(f"grouped: {search.best_score_:.3f}")

# %%
# **Time series.** Each fold is scored on what comes after the rows that it was fitted to.

rng = np.random.default_rng(0)
signal = np.sin(np.arange(300) / 10) + 0.2 * rng.normal(size=300)
lags = np.column_stack([signal[k : k + 290] for k in range(10)])
search = BayesSearchCV(
    Ridge(), {"alpha": (1e-3, 1e3, "log-uniform")}, n_iter=10, cv=TimeSeriesSplit(5), random_state=0
)
search.fit(lags, signal[10:])
print(f"time series: {search.best_score_:.3f}")
