"""Pages that are one file: recordings, the parameters that computed them, and the page."""

from glassformer.handouts.contents import Contents, Live, Recorded
from glassformer.handouts.estimate import check_estimate
from glassformer.handouts.file import embeddable, encoded, fitting
from glassformer.handouts.rounding import Rounded, round_rows
from glassformer.handouts.template import filled, template

__all__ = [
    "Contents",
    "Live",
    "Recorded",
    "Rounded",
    "check_estimate",
    "embeddable",
    "encoded",
    "filled",
    "fitting",
    "round_rows",
    "template",
]
