"""
Replace a grid
==============

The same lists of values, searched in three ways: the whole grid, random candidates, and
`BayesSearchCV`. Only the class changes.
"""

# %%
# The grid has 72 candidates. Each of the other searches may try 16 of them.

import matplotlib.pyplot as plt
from sklearn.datasets import load_wine
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV
from skbayes.plotting import ConvergenceDisplay

X, y = load_wine(return_X_y=True)
model = make_pipeline(StandardScaler(), SVC())
grid = {
    "svc__C": [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    "svc__gamma": [1e-5, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1],
}
searches = {
    "GridSearchCV": GridSearchCV(model, grid),
    "RandomizedSearchCV": RandomizedSearchCV(model, grid, n_iter=16, random_state=0),
    "BayesSearchCV": BayesSearchCV(model, grid, n_iter=16, random_state=0),
}
for name, search in searches.items():
    search.fit(X, y)
    n_candidates = len(search.cv_results_["params"])
    print(f"{name}: {search.best_score_:.4f} with {n_candidates} candidates")

# %%
# The best score after each candidate. A Display takes searches of scikit-learn too.

display = ConvergenceDisplay.from_search(searches)
display.ax_.set(xlim=(0, 40), ylim=(0.9, 1))
plt.show()
