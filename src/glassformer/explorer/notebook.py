"""The page in a notebook: a hand-out within the output of a cell, which needs neither a server nor,
when the notebook is opened again, the model."""

from __future__ import annotations

import html
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from glassformer.errors import ConfigError
from glassformer.explorer.handout import Handout
from glassformer.explorer.models import Models, opening
from glassformer.handouts import embeddable
from glassformer.inspection.one_page import one_page

HEIGHT = 720  # px
# Nothing that the page keeps or changes is the notebook's or another page's.
SANDBOX = "allow-scripts allow-downloads"


def in_notebook() -> bool:
    """Whether this runs in the kernel of a notebook: Jupyter, VS Code, Colab."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


@dataclass(frozen=True)
class Embedded:
    """What ``gf.explore`` returns in a notebook, which shows it as the page. ``page``: its HTML;
    ``title``: what it is of."""

    title: str
    page: str

    def __repr__(self) -> str:
        return f"the explorer on {self.title}, to be seen in a notebook"

    def _repr_html_(self) -> str:
        """The page in a frame of its own."""
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" sandbox="{SANDBOX}" '
            f'title="{html.escape(repr(self))}" width="100%" height="{HEIGHT}" '
            'style="border: 1px solid #8886; box-sizing: border-box"></iframe>'
        )


def embedded(models: Models, sentences: Sequence[str]) -> Embedded:
    """The page on one model and these sentences, or the one that the model opens with; or on a
    module and its inputs.

    Raises:
        ConfigError: more than one model, a sentence that does not fit, or more than a page
            has room for.
    """
    if models.own:
        (own,) = models.own.values()
        return Embedded(own.name, one_page(own.trace(), embeddable))
    if len(models) > 1:
        raise ConfigError(
            f"in a notebook explore shows one model, and these are {len(models)}: call it for "
            "each, or give a port, which serves them all: explore(one, other, port=8000)"
        )
    (model,) = models.values()
    handout = Handout(
        model=model,
        sentences=sentences or [opening(model)],
        tours=models.tours,
        glosses=models.glosses,
    )
    return Embedded(model.name, handout.page(embeddable))
