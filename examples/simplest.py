"""
The simplest model that is as good
==================================

Among the best candidates, differences are often chance. `refit="1se"` takes the simplest candidate
within one standard error of the best one.
"""

# %%
# Two searches with the same seed try the same candidates. They choose differently.

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbayes import BayesSearchCV
from skbayes.plotting import ParameterDisplay

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
# The smaller C is, the simpler is the model. The star is the candidate that was taken.

fig, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for ax, search in zip(axes, [best, simple], strict=True):
    ParameterDisplay.from_search(search, name, ax=ax)
    ax.set_title(f"refit={search.refit!r}")
axes[0].set_ylim(0.92, 0.99)
plt.show()
