"""
A bar with the true end
=======================

With an hour to spend, say so: `max_time=3600`. The bar shows how far the search is, by candidates
or by time, whichever comes first, with the best score so far.
"""

# %%
# A terminal and a notebook draw one bar, again and again. On this page each state of it is a line.
# The search has four seconds, and would need longer for 1000 candidates: the time ends it.

import sys

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

from skbayes import BayesSearchCV
from skbayes.callbacks import ProgressBar

X, y = load_breast_cancer(return_X_y=True)
search = BayesSearchCV(
    RandomForestClassifier(n_estimators=10, random_state=0),
    {"n_estimators": (5, 50), "max_features": (0.1, 1.0), "min_samples_leaf": (1, 20)},
    n_iter=1000,
    max_time=4,
    random_state=0,
)
search.fit(X, y, callback=ProgressBar(file=sys.stdout, ncols=110, ascii=True))
print(f"\nended by {search.stop_reason_}")

# %%
# Without tqdm, or for a log file, `verbose=1` prints a line for each candidate:

search.set_params(verbose=1, n_iter=5, max_time=None).fit(X, y)
print(f"best accuracy: {search.best_score_:.4f}")

# sphinx_gallery_thumbnail_path = "images/progress.png"
