"""Start the explorer: a server on this machine, and a browser that looks at it."""

from __future__ import annotations

import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn

from glassformer import local
from glassformer.errors import ConfigError
from glassformer.explorer.models import Models
from glassformer.explorer.server import create_app
from glassformer.loaded import LoadedModel, wrap
from glassformer.model import Model
from glassformer.text.tokenizer import Tokenizer, TokenizerPair


def explore(
    *models: LoadedModel | Model,
    tokenizers: Tokenizer | TokenizerPair | None = None,
    port: int | None = None,
    browser: bool = True,
    glosses: Mapping[str, str] | None = None,
    notice: Callable[[str], None] = print,
) -> None:
    """Serve the explorer of these models until Ctrl-C: what ``load`` or ``build`` returned.

    Args:
        tokenizers: of those that ``build`` returned; if None, words of petit, the built-in pair.
        port: where; a free one if None.
        browser: open the page.
        glosses: what words of the target side mean, in small letters; the built-in pair has its
            own, before which these go.
        notice: told the address.

    Raises:
        ConfigError: no model, a tokenizer that does not fit, or the port is taken.
    """
    if not models:
        raise ConfigError("explore needs a model: explore(gf.load('runs/petit'))")
    shown = [m if isinstance(m, LoadedModel) else wrap(m, tokenizers) for m in models]
    server, address = prepare(Models(shown, glosses=glosses), port)
    notice(f"{address}   (Ctrl-C ends)")
    if browser:
        threading.Timer(0.3, webbrowser.open, [address]).start()
    server.run()


@contextmanager
def serving(models: Models, port: int | None = None) -> Iterator[str]:
    """Serve the explorer while inside, in a thread; its address.

    Raises:
        ConfigError: the port is taken.
    """
    server, address = prepare(models, port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        yield address
    finally:
        server.should_exit = True
        thread.join(timeout=5)


def prepare(models: Models, port: int | None) -> tuple[uvicorn.Server, str]:
    """A server that is ready to run, and its address."""
    return local.prepare(create_app(models), port)
