"""
A limit of time, and a search that goes on
==========================================

`max_time` ends a search after some seconds. With `checkpoint` the search writes what it finds to a
file, and the same call goes on from there: after the limit, after Ctrl-C, after a crash.
"""

# %%
# The first call has three seconds. `n_iter` is set high, so that the time decides.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV
from skbayes.plotting import ConvergenceDisplay

X, y = load_breast_cancer(return_X_y=True)
model = make_pipeline(StandardScaler(), SVC())
space = {"svc__C": (1e-2, 1e3, "log-uniform"), "svc__gamma": (1e-5, 1e1, "log-uniform")}
path = Path(tempfile.mkdtemp()) / "search.jsonl"

first = BayesSearchCV(model, space, n_iter=1000, max_time=3, random_state=0, checkpoint=path)
first.fit(X, y)
n_first = len(first.cv_results_["params"])
print(f"stopped by {first.stop_reason_}")

# %%
# The second call may evaluate 15 more. What the file holds is not evaluated again.

second = BayesSearchCV(model, space, n_iter=n_first + 15, random_state=0, checkpoint=path)
second.fit(X, y)
assert second.cv_results_["params"][: n_first - 1] == first.cv_results_["params"][: n_first - 1]
print(f"best accuracy: {first.best_score_:.4f}, then {second.best_score_:.4f}")

# %%
# Both calls in one picture. A Display can also be given the path of the file, while the search
# still runs: ``ConvergenceDisplay.from_search(path)``.

display = ConvergenceDisplay.from_search(second)
display.ax_.axvline(n_first + 0.5, linestyle="--", color="0.3")
display.ax_.text(n_first + 0.7, display.ax_.get_ylim()[0], "second call", va="bottom")
plt.show()
