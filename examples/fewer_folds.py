"""
Fewer folds for bad candidates
==============================

With `early_stopping="racing"` a candidate that cannot become the best is stopped after its first
folds. The picture shows which folds were run.
"""

# %%
# With ten folds each, 25 candidates would need 250 fits.

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV
from skbayes.plotting import FoldsDisplay

X, y = load_breast_cancer(return_X_y=True)
search = BayesSearchCV(
    make_pipeline(StandardScaler(), SVC()),
    {"svc__C": (1e-2, 1e3, "log-uniform"), "svc__gamma": (1e-5, 1e1, "log-uniform")},
    n_iter=25,
    cv=StratifiedKFold(10, shuffle=True, random_state=0),
    early_stopping="racing",
    random_state=0,
)
search.fit(X, y)
print(f"folds: {search.n_folds_run_} of 250")
print(f"candidates stopped early: {search.candidate_status_.count('stopped')}")
print(f"best accuracy: {search.best_score_:.4f}")

# %%
# Hatched cells are folds that were not run. `cv_results_` has NaN there, and such a candidate is
# never the best.

FoldsDisplay.from_search(search)
plt.show()
