"""All tasks of the regret benchmark, by name, each family split into two halves."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from task import FAMILIES, HALVES, Task
from tasks_choices import CHOICES
from tasks_real import REAL
from tasks_synthetic import SYNTHETIC


def halved(tasks: Iterable[Task]) -> Iterator[Task]:
    """Give the tasks of each family to the halves in turn, in the order in which they stand.

    They are written such that twins, the same problem in two forms, share a half.
    """
    n_seen: Counter[str] = Counter()
    for task in tasks:
        if task.family not in FAMILIES:
            raise ValueError(f"{task.name}: there is no family {task.family!r}.")
        yield replace(task, half=HALVES[n_seen[task.family] % 2])
        n_seen[task.family] += 1


TASKS = {task.name: task for task in halved([*REAL, *CHOICES, *SYNTHETIC])}
