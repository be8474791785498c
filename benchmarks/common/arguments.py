"""The arguments of the studies: what several of them take has one name, and one meaning."""

import argparse
from pathlib import Path
from typing import Any

from benchmarks.common.records import RESULTS

SHARED: dict[str, dict[str, Any]] = {
    "--seeds": {"type": int, "default": 10, "help": "number of seeds"},
    "--first-seed": {"type": int, "default": 0, "help": "the first of them"},
    "--repeats": {"type": int, "default": 3, "help": "how often each is measured"},
    "--n-iter": {"type": int, "default": 64, "help": "evaluations of a search"},
    "--jobs": {"type": int, "default": 1, "help": "number of processes"},
    "--pools": {"nargs": "+", "help": "kinds of workers with their number, as threading:4"},
    "--only": {"default": "", "help": "tasks whose name holds this"},
    "--set": {
        "action": "extend", "nargs": "+", "default": [], "metavar": "MODULE.NAME=VALUE",
        "help": "other values of constants of skbayes",
    },
    "--label": {"help": "name of the records, as of a variant that is kept beside others"},
    "--out": {"type": Path, "default": RESULTS, "help": "folder of the results"},
    "--anew": {"action": "store_true", "help": "drop the records, and measure all again"},
    "--table": {"action": "store_true", "help": "run nothing, print what the records say"},
    "--tasks": {"action": "store_true", "help": "show each task too"},
}  # fmt: skip


class Arguments(argparse.ArgumentParser):
    """The command line of a study.

    Parameters
    ----------
    doc : str or None
        Docstring of the module: its first line describes the study.
    module : str
        Name of the module.
    """

    def __init__(self, doc: str | None, module: str) -> None:
        study = module.rpartition(".")[2]
        super().__init__(
            prog=f"python -m benchmarks {study}", description=(doc or "").partition("\n")[0]
        )

    def shared(self, *flags: str, **changes: Any) -> None:
        """Add arguments that other studies take too, with a default or a help of their own."""
        for flag in flags:
            self.add_argument(flag, **{**SHARED[flag], **changes})
