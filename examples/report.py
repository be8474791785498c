"""
A report in one file
====================

A report is a page for people who do not know the search. `report` writes this page to one file.
The answers come first. Then come pictures, a table of all candidates that you can sort, the
settings and the versions.
"""

# %%
# Three parameters of gradient boosting, 20 candidates.

import html
import tempfile
from pathlib import Path

from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor

from skbayes import BayesSearchCV

X, y = load_diabetes(return_X_y=True)
search = BayesSearchCV(
    HistGradientBoostingRegressor(max_iter=50, random_state=0),
    {
        "learning_rate": (0.01, 0.5, "log-uniform"),
        "max_leaf_nodes": (2, 31),
        "l2_regularization": (1e-3, 1e3, "log-uniform"),
    },
    n_iter=20,
    random_state=0,
)
search.fit(X, y)
print(f"best R2: {search.best_score_:.4f}")

# %%
# In a notebook, a fitted search shows the answers:

search

# %%
# The page is one file that loads no other files. Attach it to a mail, or open it in a browser.

path = search.report(Path(tempfile.mkdtemp()) / "report.html")
print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")

# %%
# Here you see the page in a frame. You can scroll in the frame.


class Frame:
    """A page within a page."""

    def __init__(self, path):
        self.path = path

    def _repr_html_(self):
        page = html.escape(self.path.read_text(encoding="utf-8"))
        return f'<iframe srcdoc="{page}" title="report" width="100%" height="900"></iframe>'


Frame(path)

# sphinx_gallery_thumbnail_path = "images/report.png"
