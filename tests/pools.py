"""What tests of pools share."""

import math


class Growing:
    """A worker, and from the second round on as many as it is told; a task takes one round."""

    is_inline = False
    is_broken = False
    has_watch = False
    patience = 0.0
    n_workers = 1
    n_queued = math.inf

    def __init__(self, n_workers):
        self.n_workers_later = n_workers
        self.waiting = []
        self.n_running = []

    def start(self):
        pass

    def stop(self, *, is_failed):
        pass

    def submit(self, call, report):
        self.waiting.append((call, report))

    @property
    def is_deserted(self):
        """Run a round, now that nothing else happens."""
        running, self.waiting = self.waiting[: self.n_workers], self.waiting[self.n_workers :]
        self.n_running.append(len(running))
        self.n_workers = self.n_workers_later
        for call, report in running:
            report(call(), None)
        return False


class Leaving:
    """A worker that runs the first tasks, and then leaves a cluster without any."""

    is_inline = False
    is_broken = False
    has_watch = False
    patience = 0.0  # nothing happens between two looks
    n_workers = 1
    n_queued = math.inf

    def __init__(self, n_tasks, n_looks=None):
        self.n_tasks = n_tasks
        self.n_looks = math.inf if n_looks is None else n_looks
        self.waiting = []

    def start(self):
        pass

    def stop(self, *, is_failed):
        pass

    def submit(self, call, report):
        self.waiting.append((call, report))
        self.work()

    def work(self):
        while self.n_tasks and self.waiting:
            self.n_tasks -= 1
            call, report = self.waiting.pop(0)
            report(call(), None)

    @property
    def is_deserted(self):
        self.n_looks -= 1
        if self.n_looks <= 0:
            self.n_tasks = math.inf
            self.work()
        return self.n_tasks == 0


def run(pool, calls):
    """Return outcomes by key, submitting as soon as there is room."""
    calls = list(calls)
    outcomes = {}
    while calls or pool.n_live:
        while calls and pool.has_room:
            key, function, *args = calls.pop(0)
            pool.submit(key, function, *args)
        outcome = pool.wait()
        assert outcome.key not in outcomes
        outcomes[outcome.key] = outcome
    return outcomes
