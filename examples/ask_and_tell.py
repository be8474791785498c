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
# The first points are spread over the space. Later ones (bright) gather where the score is high.

x, y = np.meshgrid(np.linspace(-5, 10, 150), np.linspace(0, 15, 150))
told = np.array([[params["x"], params["y"]] for params, _ in optimizer.told])
fig, ax = plt.subplots(figsize=(6, 4.4), layout="constrained")
ax.contourf(x, y, score(x, y), levels=25, cmap="Greys_r")
points = ax.scatter(*told.T, c=np.arange(1, 31), cmap="plasma", edgecolor="white", zorder=2)
fig.colorbar(points, label="number of the candidate")
ax.set(xlabel="x", ylabel="y")
plt.show()
