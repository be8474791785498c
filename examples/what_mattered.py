"""
Which parameters mattered, and would more pay?
==============================================

After a search, `insight()` answers what people ask who were not there.
"""

# %%
# Four parameters of an SVR, 25 candidates.

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from skbayes import BayesSearchCV
from skbayes.plotting import GainDisplay, ImportancesDisplay, ParameterDisplay

X, y = load_diabetes(return_X_y=True)
space = {
    "svr__C": (1e-1, 1e4, "log-uniform"),
    "svr__gamma": (1e-4, 1e1, "log-uniform"),
    "svr__epsilon": (1e-2, 1e2, "log-uniform"),
    "svr__shrinking": [True, False],
}
search = BayesSearchCV(make_pipeline(StandardScaler(), SVR()), space, n_iter=25, random_state=0)
search.fit(X, y)
insight = search.insight()

# %%
# A share near 1 means that the parameter decides nearly everything in this space. The line is the
# interval: a long one says that the search has not looked well enough to tell.

ImportancesDisplay.from_search(search, insight=insight)
plt.show()

# %%
# How the score depends on the most important parameter, averaged over all others:

ParameterDisplay.from_search(search, "svr__gamma", others="averaged", insight=insight)
plt.show()

# %%
# What more candidates promise:

GainDisplay.from_search(search, insight=insight)
plt.show()

# %%
# Whether a bound of a range should be moved:

for finding in insight.at_bounds():
    print(finding)
print(f"best R2: {search.best_score_:.4f}")

# %%
# All answers together, as a notebook shows them:

insight
