"""What tests of pools share."""


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
