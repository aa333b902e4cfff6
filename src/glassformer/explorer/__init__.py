"""The web application that shows a model at work: a server of traces, and the built page."""

from glassformer.explorer.serve import explore

__all__ = ["explore"]
