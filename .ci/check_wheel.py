"""Run by the `wheel` session in an environment that holds the installed wheel and nothing else."""

import re
from importlib import metadata, resources
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.svm import SVC

import skbayes
from skbayes import BayesSearchCV

assert "site-packages" in Path(skbayes.__file__).parts, skbayes.__file__
assert resources.files("skbayes").joinpath("py.typed").is_file()
assert metadata.version("skbayes") == skbayes.__version__
described = metadata.metadata("skbayes").get_payload()
assert "# skbayes" in described
paths = re.findall(r"\]\((?!\w+:)[^)]*\)", described)
assert not paths, f"a package index cannot follow {paths}"
tops = {path.parts[0] for path in metadata.files("skbayes") or ()}
assert tops == {"skbayes", f"skbayes-{skbayes.__version__}.dist-info"}, tops

X, y = load_iris(return_X_y=True)
search = BayesSearchCV(SVC(), {"C": (0.01, 100.0, "log-uniform")}, n_iter=8, random_state=0)
search.fit(X, y)
assert len(search.cv_results_["params"]) == 8
assert search.best_score_ >= 0.95, search.best_score_
print(f"skbayes {skbayes.__version__} from a wheel: {search.best_score_:.3f} {search.best_params_}")
