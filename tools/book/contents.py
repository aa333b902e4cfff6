"""What stands in the site, in reading order."""

from __future__ import annotations

BOOK = (
    "tokens embedding positions attention heads masks feed-forward residual encoder decoder "
    "loss schedule batching training writing bleu recording"
).split()
READERS = "student teacher builder own-data researcher".split()
GUIDES = (
    "explorer told guide learn tours handouts session-90-minutes your-own-model foreign-weights "
    "petit paper"
).split()

# The packages of the reference, in the order of the layers that build on one another.
PACKAGES = (
    "numerics tap model text data decoding training evaluation loaded inspection interop tasks "
    "runs errors"
).split()
