"""The site of the docs: pages woven from docs/, the source and the carried model."""

from pathlib import Path

ROOT = Path(__file__).parents[2]  # of the repository
