from upstream_loading import load

globals().update(load("sklearn.tests.test_metaestimators_metadata_routing"))
