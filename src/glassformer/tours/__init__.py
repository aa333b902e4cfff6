"""Tours: ways through the page, step by step, written as plain text (``docs/tours.md``). A step
names what it shows by a query over the trace, so that it holds on every model. They are read here,
and answered in the page."""

from glassformer.tours.reading import parse, read
from glassformer.tours.shipped import shared_steps, shipped
from glassformer.tours.tour import Chapter, Said, Show, Step, Tour

__all__ = ["Chapter", "Said", "Show", "Step", "Tour", "parse", "read", "shared_steps", "shipped"]
