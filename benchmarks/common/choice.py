"""Which tasks a study takes: its arguments, and the tasks that they ask for."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common.arguments import Arguments
from benchmarks.tasks import TASKS
from benchmarks.tasks.surfaces import HELP, VARIABLE
from benchmarks.tasks.task import ALL_FAMILIES, HALVES, ORIGINS, Task


def add_origins(parser: Arguments, origins: Sequence[str] = ORIGINS) -> None:
    """Add the arguments that say where tasks come from, and where their data lie."""
    parser.add_argument(
        "--origin", nargs="+", choices=origins, default=origins, help="tasks of these origins only"
    )
    add_surfaces(parser)


def add_surfaces(parser: Arguments) -> None:
    """Add the argument that says where the data of surfaces lie, for `find_surfaces`."""
    parser.add_argument("--surfaces", type=Path, metavar="DIR", help=HELP)


def find_surfaces(arguments: argparse.Namespace) -> None:
    """Have the data of surfaces read from where the arguments say."""
    if arguments.surfaces:
        os.environ[VARIABLE] = str(arguments.surfaces.absolute())  # for other processes too


def add_choice(parser: Arguments) -> None:
    """Add the arguments that `chosen` takes."""
    add_origins(parser)
    parser.add_argument("--half", choices=HALVES, help="tasks of this half only")
    parser.add_argument("--family", choices=ALL_FAMILIES, help="tasks of this family only")
    parser.shared("--only")


def chosen(arguments: argparse.Namespace) -> list[Task]:
    """Return the tasks that are asked for."""
    find_surfaces(arguments)
    return [
        task
        for task in TASKS.values()
        if task.origin in arguments.origin
        and arguments.only in task.name
        and arguments.half in (None, task.half)
        and arguments.family in (None, task.family)
    ]
