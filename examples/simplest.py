"""
The simplest model that is as good
==================================

Among the best candidates, differences are often chance. `refit="1se"` takes the simplest candidate
within one standard error of the best one.
"""

# %%
# Two searches with the same seed try the same candidates. They choose differently.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbayes import BayesSearchCV

X, y = load_breast_cancer(return_X_y=True)
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
space = {"logisticregression__C": (1e-4, 1e2, "log-uniform")}
best = BayesSearchCV(model, space, n_iter=20, random_state=0).fit(X, y)
simple = BayesSearchCV(model, space, n_iter=20, random_state=0, refit="1se").fit(X, y)

name = "logisticregression__C"
for label, search in {"best": best, "simplest": simple}.items():
    row = search.best_index_
    score = search.cv_results_["mean_test_score"][row]
    print(f"accuracy of the {label}: {score:.4f} with C = {search.best_params_[name]:.3g}")

# %%

table = best.cv_results_
values = np.array([params[name] for params in table["params"]])
order = np.argsort(values)
mean, sd = table["mean_test_score"], table["std_test_score"]
fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
ax.errorbar(values[order], mean[order], sd[order] / np.sqrt(5), fmt="o", color="0.5", capsize=2)
for label, search, marker in [("best", best, "s"), ("simplest", simple, "D")]:
    row = search.best_index_
    ax.plot(values[row], mean[row], marker, markersize=9, label=label)
ax.set(xscale="log", xlabel="C (less is simpler)", ylabel="accuracy, with its standard error")
ax.legend()
plt.show()
