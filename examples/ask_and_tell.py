"""
Ask and tell
============

`Optimizer` is the search without scikit-learn's loop: it proposes parameters, and you tell it their
score. Higher is better. Here the score is a formula, so that the whole surface can be drawn.
"""

# %%

import matplotlib.pyplot as plt
import numpy as np

from skbayes import Optimizer
from skbayes.plotting import PairDisplay


def score(x, y):
    """Return Branin's function, upside down: three points are the best, with the score -0.398."""
    valley = y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6
    return -(valley**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10)


optimizer = Optimizer({"x": (-5.0, 10.0), "y": (0.0, 15.0)}, random_state=0)
for _ in range(30):
    params = optimizer.ask()
    optimizer.tell(params, score(**params))
print(f"best score: {optimizer.best_score:.4f}")
print(f"at: x = {optimizer.best_params['x']:.3f}, y = {optimizer.best_params['y']:.3f}")

# %%
# What the model predicts after 30 points, beside the formula. The points gather where the score is
# high.

fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
surface = PairDisplay.from_search(optimizer, "x", "y", ax=axes[0]).surface_
axes[0].set_title("predicted")
x, y = np.meshgrid(np.linspace(-5, 10, 150), np.linspace(0, 15, 150))
looks = {"levels": surface.levels, "cmap": surface.cmap, "extend": "both"}
fig.colorbar(axes[1].contourf(x, y, score(x, y), **looks), ax=axes[1], label="score")
axes[1].set(title="true", xlabel="x", ylabel="y")
plt.show()
