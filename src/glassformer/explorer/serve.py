"""Start the explorer: a server on this machine, and a browser that looks at it."""

from __future__ import annotations

import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from torch import nn

from glassformer import local
from glassformer.errors import ConfigError
from glassformer.explorer.models import Models
from glassformer.explorer.notebook import Embedded, embedded, in_notebook
from glassformer.explorer.server import create_app
from glassformer.explorer.sharing import Share
from glassformer.loaded import LoadedModel, wrap
from glassformer.loaded.own import OwnModule, Pieces
from glassformer.model import Model
from glassformer.tours import Tour, read, shared_steps


def explore(
    *models: Any,
    tokenizers: Any = None,
    port: int | None = None,
    browser: bool = True,
    share: bool = False,
    glosses: Mapping[str, str] | None = None,
    notice: Callable[[str], None] = print,
    axes: Mapping[str, str] | None = None,
    tours: Sequence[str | Path | Tour] = (),
    **asked: Any,
) -> Embedded | None:
    """Serve the explorer until Ctrl-C: of what ``load`` or ``build`` returned, one or several; or
    of any module and its inputs, ``explore(module, inputs)``, recorded by its parts and operators.

    In a notebook it serves nothing and returns the page on one model as a hand-out, which the
    notebook shows, unless ``port`` or ``share`` is given.

    Args:
        models: and sentences to begin with, ``explore(model, "the girl sleeps")``: a page that is
            served opens with the first, one in a notebook holds all.
        tokenizers: of what ``build`` returned; if None, words of petit, the built-in pair. Of a
            module whatever says the pieces of its ids: a tokenizer of ours or of transformers'.
        port: where; a free one if None.
        browser: open the page.
        share: let others on the local network look at it as well, who have its address with the
            key in it; they change nothing.
        glosses: what words of the target side mean, in small letters; the built-in pair has its
            own, before which these go.
        notice: told the address.
        axes: of a module what the axes of its inputs and values are, by path or pattern, and a
            word to call a value by: {"src": "position batch feature",
            "blocks.*.softmax": "weights: batch head query key"}.
        tours: tours of your own, files (``docs/tours.md``), beside those that the package carries.
        asked: of a module what ``check`` is asked: causal, padding, generate, target, sides; the
            page shows what it finds.

    Raises:
        ConfigError: no model, inputs that do not fit, the port is taken, or there is no local
            network to share it on.
        TourError: a tour that cannot be read.
        RecordingError: the module cannot be recorded.
    """
    sentences = [one for one in models if isinstance(one, str)]
    given = [one for one in models if not isinstance(one, str)]
    shown = gathered(given, tokenizers, glosses, axes, asked)
    if sentences and shown.own:
        raise ConfigError(f"{sentences[0]!r}: a module with inputs of its own reads no sentence")
    shown.tours = [one if isinstance(one, Tour) else read(one, shared_steps()) for one in tours]
    if in_notebook() and port is None and not share:
        return embedded(shown, sentences)
    server, address = prepare_shared(shown, port) if share else prepare(shown, port)
    if sentences:
        address += f"/#{urlencode({'text': sentences[0]})}"
    notice(f"{address}   (Ctrl-C ends)")
    if shown.share:
        notice(announced(shown.share))
    if browser:
        threading.Timer(0.3, webbrowser.open, [address]).start()
    server.run()
    return None


def gathered(
    models: Sequence[Any],
    tokenizers: Any = None,
    glosses: Mapping[str, str] | None = None,
    axes: Mapping[str, str] | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Models:
    """What ``explore`` was given, as models to be served; see there."""
    if not models:
        raise ConfigError("explore needs a model: explore(gf.load('runs/petit'))")
    first, rest = models[0], models[1:]
    if isinstance(first, nn.Module) and rest and not isinstance(rest[0], LoadedModel | nn.Module):
        if len(rest) > 1:
            raise ConfigError("explore(module, inputs): give several inputs as one tuple")
        found = Models(glosses=glosses)
        pieces = pieces_of(tokenizers)
        found.add_own(OwnModule(first, rest[0], axes=axes, pieces=pieces, asked=asked))
        return found
    for model in models:
        if not isinstance(model, LoadedModel | Model):
            raise ConfigError(
                f"explore shows what load or build returned, or a module with its inputs: "
                f"explore(module, inputs); this is {type(model).__name__}"
            )
    if axes or asked:
        raise ConfigError(f"{', '.join(asked or ['axes'])}: of a module with its inputs alone")
    return Models(
        [m if isinstance(m, LoadedModel) else wrap(m, tokenizers) for m in models], glosses=glosses
    )


def pieces_of(tokenizer: Any) -> Pieces | None:
    """What says the pieces of ids."""
    if tokenizer is None:
        return None
    for name in ("pieces", "convert_ids_to_tokens"):
        if hasattr(tokenizer, name):
            pieces: Pieces = getattr(tokenizer, name)
            return pieces
    raise ConfigError(f"{type(tokenizer).__name__} has neither pieces nor convert_ids_to_tokens")


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


def prepare_shared(models: Models, port: int | None) -> tuple[uvicorn.Server, str]:
    """The same of a page that is shared: it listens on this machine's local networks too.

    Raises:
        ConfigError: it is on none, or the port is taken.
    """
    hosts = local.local_addresses()
    sockets = local.listening([local.HOST, *hosts], port)
    at = sockets[0].getsockname()[1]
    models.share = Share([f"{host}:{at}" for host in hosts])
    server = local.SharedServer(create_app(models), sockets, models.share.room.close)
    return server, f"http://{local.HOST}:{at}"


def announced(share: Share) -> str:
    """What the presenter is told in the terminal."""
    first, *others = share.addresses
    lines = ["", "Shared with who is on this network and has this address:", first]
    lines += [f"or {address}" for address in others]
    return "\n".join([*lines, "", share.printed()]).rstrip()
