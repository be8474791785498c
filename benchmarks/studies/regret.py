"""How near to the best known score an optimiser comes, after so many evaluations.

Each run is one optimiser (see `peers/`) on one task (see `tasks/`) with one seed: ask,
evaluate, tell, `--n-iter` times. The records are JSON lines in `results/regret/`, one file a
method: a second run takes up where the first was stopped. A record is done again when
the task, the library's version or, for skbayes, its code has changed. Scores of deterministic
estimators are kept in `results/evaluations/`, one file a task, so that what was evaluated once is
not fitted again; CPU time is that of ask and tell only.

`--origin foreign` runs the tasks whose spaces others wrote, `told` those whose conditions are told
on top, `own` the others; the first two need data, see `tasks/surfaces.py` and `--surfaces`.

`--label` runs skbayes under a name of its own, `--set` with other values of its constants. Tasks
come in two halves: choose on one, confirm on the other. `--pending` is the search with that many
other evaluations under way whenever it asks, as with several workers of one speed. First points
depend on the seed and the space alone, so tasks of one space share the luck of a seed;
`--own-seeds` gives each task seeds of its own, and the records of each method a name of their own.

    python -m benchmarks regret --methods skbayes random --seeds 3 --origin own
    python -m benchmarks regret --origin foreign --surfaces ../yahpo_data
    python -m benchmarks regret --label noisier --set gp.fitting.LOG_NOISE_VARIANCE=-4,1
    python -m benchmarks regret --label pending-4 --pending 4
    python -m benchmarks regret --own-seeds --origin foreign --n-iter 64
    python -m benchmarks tables

The records of the peers lie in `records/` and count as done; `--keep` adds to them.
"""

import math

from benchmarks.common import constants
from benchmarks.common.arguments import Arguments
from benchmarks.common.choice import add_choice, chosen
from benchmarks.common.records import keep
from benchmarks.common.runs import complete
from benchmarks.common.searches import (
    LIBRARY,
    REFERENCE,
    Variant,
    records_of,
    references,
    searches,
)
from benchmarks.peers import METHODS
from benchmarks.tasks import require


def main(words: list[str]) -> None:
    """Do what is missing."""
    parser = Arguments(__doc__, __name__)
    parser.add_argument("--methods", nargs="+", default=[LIBRARY, "random"], choices=list(METHODS))
    add_choice(parser)
    parser.shared("--seeds", "--first-seed", "--n-iter", "--jobs", "--out", "--set")
    parser.shared("--label", help="name of a variant of skbayes")
    parser.add_argument("--pending", type=int, default=0, help="evaluations under way at each ask")
    parser.add_argument("--own-seeds", action="store_true", help="seeds of its own for each task")
    parser.add_argument(
        "--keep", action="store_true", help="add the peers' records to `records/` at the end"
    )
    parser.add_argument("--minutes", type=float, default=math.inf, help="start no run after these")
    arguments = parser.parse_args(words)
    if (arguments.set or arguments.pending) and not arguments.label:
        parser.error("--set and --pending need --label, the name under which the variant is kept.")
    if arguments.label in METHODS or arguments.label == REFERENCE:
        parser.error(f"--label {arguments.label} is the name of a method: choose another.")
    tasks = chosen(arguments)
    require(tasks)
    settings = tuple(arguments.set)
    own = settings, constants.read(arguments.set), arguments.pending
    suffix = "-own-seeds" if arguments.own_seeds else ""
    variants = [
        Variant(arguments.label + suffix, LIBRARY, *own, arguments.own_seeds)
        if method == LIBRARY and arguments.label
        else Variant(method + suffix, method, has_own_seeds=arguments.own_seeds)
        for method in arguments.methods
    ]
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    runs = [
        *references(tasks, arguments.out),
        *searches(variants, tasks, seeds, arguments.n_iter, arguments.out),
    ]
    complete(runs, arguments.jobs, arguments.minutes)
    if arguments.keep:
        peers = {variant.label for variant in variants if variant.method != LIBRARY}
        for label in {REFERENCE, *peers}:
            print(f"{label}: {keep(label, records_of(label, arguments.out).path)} records")
