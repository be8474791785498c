"""What a search is worth: tasks, the optimisers that solve them, and the studies of both.

`python -m benchmarks` from the root of the repository lists the studies.
"""
