"""
Two workers
===========

With `n_jobs=2` two folds are evaluated at the same time, in two processes. Under
``joblib.parallel_backend("dask")`` or ``"ray"`` the same search runs on a cluster.
"""

# %%
# Fits take different times here, from 10 to 100 trees. Candidates are proposed while others are
# still evaluated, so that no worker waits.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import ExtraTreesClassifier

from skbayes import BayesSearchCV
from skbayes.plotting import TimelineDisplay

X, y = load_breast_cancer(return_X_y=True)
path = Path(tempfile.mkdtemp()) / "search.jsonl"
search = BayesSearchCV(
    ExtraTreesClassifier(random_state=0),
    {"n_estimators": (10, 100), "max_features": (0.1, 1.0), "min_samples_leaf": (1, 20)},
    n_iter=12,
    n_jobs=2,
    random_state=0,
    checkpoint=path,
)
search.fit(X, y)
print(f"best accuracy: {search.best_score_:.4f}")

# %%
# Each bar is the fit of one fold, with the number of its candidate. The file of the checkpoint
# knows when each began and ended.

display = TimelineDisplay.from_search(path)
print(f"the workers were busy {display.busy:.0%} of the time")
plt.show()
