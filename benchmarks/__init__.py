"""What dossierd costs: each benchmark prints its figures beside the bounds that docs/benchmarks.md promises.

Each works on a fresh clone: people and letters are invented and drawn here, and the daemon runs in a home of its own,
as its users run it, with the settings of a new home. A cost is told as a ratio to a reference that is measured in the
same run, in between, so that a slow or busy machine doesn't change it much.
"""
