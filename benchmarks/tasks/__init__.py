"""All tasks of the regret benchmark, by name, each family split into two halves."""

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.tasks.choices import CHOICES
from benchmarks.tasks.real import REAL
from benchmarks.tasks.surfaces import HELP, SURFACES, VARIABLE
from benchmarks.tasks.synthetic import SYNTHETIC
from benchmarks.tasks.task import FAMILIES, FOREIGN_FAMILIES, HALVES, ORIGINS, OWN, Task


def halved(tasks: Iterable[Task]) -> Iterator[Task]:
    """Give the tasks of each family to the halves in turn, in the order in which they stand.

    They are written such that twins, the same problem in two forms, share a half.
    """
    n_seen: Counter[tuple[str, str]] = Counter()
    for task in tasks:
        if task.family not in (FAMILIES if task.origin == OWN else FOREIGN_FAMILIES):
            raise ValueError(f"{task.name}: there is no family {task.family!r}.")
        family = task.origin, task.family
        yield replace(task, half=HALVES[n_seen[family] % 2])
        n_seen[family] += 1


TASKS = {task.name: task for task in halved([*SURFACES, *REAL, *CHOICES, *SYNTHETIC])}


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `chosen` takes."""
    parser.add_argument(
        "--origin", nargs="+", choices=ORIGINS, default=ORIGINS, help="tasks of these origins only"
    )
    parser.add_argument("--half", choices=HALVES, help="tasks of this half only")
    parser.add_argument(
        "--family", choices=(*FOREIGN_FAMILIES, *FAMILIES), help="tasks of this family only"
    )
    parser.add_argument("--only", default="", help="tasks whose name holds this")
    parser.add_argument("--surfaces", type=Path, metavar="DIR", help=HELP)


def chosen(arguments: argparse.Namespace) -> list[Task]:
    """Return the tasks that are asked for."""
    if arguments.surfaces:
        os.environ[VARIABLE] = str(arguments.surfaces.absolute())  # for other processes too
    return [
        task
        for task in TASKS.values()
        if task.origin in arguments.origin
        and arguments.only in task.name
        and arguments.half in (None, task.half)
        and arguments.family in (None, task.family)
    ]


def require(tasks: Iterable[Task]) -> None:
    """Stop, with what is missing, if the data of foreign tasks cannot be read."""
    for task in tasks:
        if task.origin != OWN:
            task.make()
