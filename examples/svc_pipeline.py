"""
A scaler and a support vector machine in a pipeline
===================================================

The usual case: C and gamma of an SVC behind a scaler, both on logarithmic scales, on breast
cancer. The search begins with what the pipeline has: `gamma` is "scale" by default, and becomes the
number that it stands for in these data.
"""

# %%

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skbayes import BayesSearchCV
from skbayes.plotting import PairDisplay

X, y = load_breast_cancer(return_X_y=True)
search = BayesSearchCV(
    make_pipeline(StandardScaler(), SVC()),
    {"svc__C": (1e-2, 1e4, "log-uniform"), "svc__gamma": (1e-5, 1e1, "log-uniform")},
    n_iter=30,
    cv=StratifiedKFold(5, shuffle=True, random_state=0),
    random_state=0,
)
search.fit(X, y)
print(f"accuracy of the defaults: {search.cv_results_['mean_test_score'][0]:.4f}")
print(f"accuracy of the best: {search.best_score_:.4f}")

# %%
# What the model predicts over both parameters, with the candidates. Light is good. The search has
# left the dark corners alone.

PairDisplay.from_search(search, "svc__C", "svc__gamma")
plt.show()

# %%
# The best candidates, with who has proposed them:

trials = search.trials().sort_values("mean_test_score", ascending=False)
trials[["candidate", "proposed_by", "mean_test_score", "param_svc__C", "param_svc__gamma"]].head()
