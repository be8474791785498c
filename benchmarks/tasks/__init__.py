"""All tasks by name, each family split into two halves."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.tasks.bayesmark import BAYESMARK_TASKS
from benchmarks.tasks.choices import CHOICES
from benchmarks.tasks.real import REAL
from benchmarks.tasks.surfaces import SURFACES
from benchmarks.tasks.synthetic import SYNTHETIC
from benchmarks.tasks.task import FAMILIES_OF, FOREIGN, HALVES, TOLD, Task


def halved(tasks: Iterable[Task]) -> Iterator[Task]:
    """Give the tasks of each family to the halves in turn, in the order in which they stand.

    They are written such that twins, the same problem in two forms, share a half.
    """
    n_seen: Counter[tuple[str, str]] = Counter()
    for task in tasks:
        if task.family not in FAMILIES_OF[task.origin]:
            raise ValueError(f"{task.name}: there is no family {task.family!r}.")
        family = task.origin, task.family
        yield replace(task, half=HALVES[n_seen[family] % 2])
        n_seen[family] += 1


TASKS = {
    task.name: task for task in halved([*SURFACES, *BAYESMARK_TASKS, *REAL, *CHOICES, *SYNTHETIC])
}


def require(tasks: Iterable[Task]) -> None:
    """Stop, with what is missing, if the data of foreign tasks cannot be read."""
    for task in tasks:
        if task.origin in (FOREIGN, TOLD):
            task.make()
