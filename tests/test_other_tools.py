"""Tools of others that work with a search: MLflow and skops."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import skbayes
from skbayes import BayesSearchCV

X, Y = load_iris(return_X_y=True)
MIXED = {"C": (1e-2, 1e2, "log-uniform"), "kernel": ["rbf", "poly", "linear"]}

# Both searches of the same grid, and what MLflow has logged of each.
LOGGED = """
import sys, warnings
warnings.simplefilter("ignore")
import mlflow
from mlflow.tracking import MlflowClient
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
import skbayes

mlflow.set_tracking_uri("sqlite:///" + sys.argv[1] + "/runs.db")
skbayes.mlflow_autolog(log_models=False, silent=True)
X, y = load_iris(return_X_y=True)
grid = {"C": [0.1, 1.0, 10.0]}
for search in (
    GridSearchCV(SVC(), grid, cv=2),
    skbayes.BayesSearchCV(SVC(), grid, n_iter=3, cv=2),
):
    with mlflow.start_run() as run:
        search.fit(X, y)
    client = MlflowClient()
    found = client.get_run(run.info.run_id).data
    params = {k: v for k, v in found.params.items() if k.startswith("best_")}
    children = client.search_runs(
        ["0"], f"tags.mlflow.parentRunId = '{run.info.run_id}'", order_by=["params.C"]
    )
    told = [(c.data.params["C"], c.data.metrics["mean_test_score"]) for c in children]
    files = sorted(file.path for file in client.list_artifacts(run.info.run_id))
    print(params, sorted(found.metrics), found.metrics["best_cv_score"], told, files)
print(len(client.search_runs(["0"])))
"""


@pytest.mark.slow
def test_mlflow_logs_what_it_logs_of_grid_search(tmp_path):
    pytest.importorskip("mlflow.sklearn")
    command = [sys.executable, "-c", LOGGED, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    grid, ours, n_runs = run.stdout.splitlines()[-3:]
    assert grid == ours
    assert "'best_C'" in ours
    assert "cv_results.csv" in ours
    # A run for each search, and one for each candidate of it.
    assert n_runs == "8"


def test_without_mlflow(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ImportError, match="pip install mlflow"):
        skbayes.mlflow_autolog()


def test_skops_stores_what_a_search_refits():
    io = pytest.importorskip("skops.io")
    model = make_pipeline(StandardScaler(), SVC())
    space = {f"svc__{name}": values for name, values in MIXED.items()}
    search = BayesSearchCV(model, space, n_iter=4, cv=2, random_state=0).fit(X, Y)
    data = io.dumps(search.best_estimator_)
    assert io.get_untrusted_types(data=data) == []
    np.testing.assert_array_equal(io.loads(data).predict(X), search.predict(X))
