"""A run directory: everything that belongs to one training, and nothing that is not whole."""

from glassformer.runs.run import Checkpoint, Run, list_runs

__all__ = ["Checkpoint", "Run", "list_runs"]
