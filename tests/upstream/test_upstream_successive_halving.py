from upstream_loading import load
from upstream_searches import SUCCESSIVE_HALVING

globals().update(load("sklearn.model_selection.tests.test_successive_halving", SUCCESSIVE_HALVING))
