from upstream_loading import load

globals().update(load("sklearn.model_selection.tests.test_search"))
