"""
Two searches side by side
=========================

Is the search better than a random one? `strategy="random"` is the baseline: the same folds, the
same workers, the same results. Each is run with three seeds, for one run may be luck.
"""

# %%

import matplotlib.pyplot as plt
from sklearn.datasets import make_friedman1
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from skbayes import BayesSearchCV, compare
from skbayes.plotting import ConvergenceDisplay

X, y = make_friedman1(150, noise=1.0, random_state=0)
model = make_pipeline(StandardScaler(), SVR())
space = {
    "svr__C": (1e-3, 1e3, "log-uniform"),
    "svr__gamma": (1e-5, 1e2, "log-uniform"),
    "svr__epsilon": (1e-3, 1e2, "log-uniform"),
}
searches = {
    strategy: [
        BayesSearchCV(
            model, space, n_iter=15, strategy=strategy, initial_points=[], random_state=seed
        ).fit(X, y)
        for seed in range(3)
    ]
    for strategy in ("bayesian", "random")
}

# %%
# The line is the median of the three runs, the band reaches from quartile to quartile.

display = ConvergenceDisplay.from_search(searches)
display.ax_.set_ylim(0.5, 1)
plt.show()

# %%
# The first run of each, in numbers:

table = compare({name: runs[0] for name, runs in searches.items()})
print(f"best R2: {table['best_score'].max():.4f}")
table[["search", "best_score", "candidates", "fits", "fit_seconds", "stop_reason"]]
