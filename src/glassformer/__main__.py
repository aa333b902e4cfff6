"""``python -m glassformer``: the same as the command ``glassformer``."""

from glassformer.cli import main

main()
