"""The order of the examples on the site."""

# Those that most people need first; what is not listed comes last, by name.
ORDER = [
    *("quickstart", "replace_grid", "svc_pipeline", "choose_model", "boosting_frame"),
    *("progress", "stop_and_go_on", "report", "what_mattered", "compare_searches"),
    *("fewer_folds", "two_workers", "simplest", "nested_validation"),
    *("ask_and_tell", "from_scikit_optimize"),
]


class ByNeed:
    """Sort key of sphinx-gallery, which makes one for a folder and calls it with each file."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, name: str) -> tuple[int, str]:
        """Return the place of an example."""
        stem = name.removesuffix(".py")
        return ORDER.index(stem) if stem in ORDER else len(ORDER), stem

    def __repr__(self) -> str:
        # Part of the configuration, which is compared with that of the last build.
        return "<ByNeed>"
