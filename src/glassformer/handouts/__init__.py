"""Pages that are one file: recordings, the parameters that computed them, and the page."""

from glassformer.handouts.contents import Contents, Recorded
from glassformer.handouts.file import embeddable, encoded, fitting
from glassformer.handouts.rounding import Rounded, round_rows

__all__ = ["Contents", "Recorded", "Rounded", "embeddable", "encoded", "fitting", "round_rows"]
