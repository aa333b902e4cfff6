"""A hand-out as one HTML file that asks no other for anything: the page and its contents,
compressed, in the text of the page.

The text is UTF-16 and begins with a mark that says so, which counts for more than what a server
says: of each sixteen bits fifteen are of the contents, where in UTF-8 it would be six of eight.
Within another page, which has an encoding of its own, it is those six (base64).
"""

from __future__ import annotations

import base64
import codecs
import html
import struct
import zlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np

from glassformer.errors import ConfigError
from glassformer.handouts.contents import Contents
from glassformer.handouts.rounding import FEWEST_BITS, MOST_BITS, Rounded

GOAL, CAP = 2_000_000, 20_000_000  # bytes of a file: what it should have, and may have at most
PAGE = Path(str(resources.files("glassformer") / "web" / "handout"))
FRAME = Path(__file__).with_name("frame.html")
FIRST = (
    0x100  # the character that stands for fifteen zeros; the last of 2^15 is below the surrogates
)


def written(contents: Contents, *, plain: bool = False) -> str:
    """The page with these contents, as the text of an HTML file; see ``encoded``. ``plain``: in
    ASCII, to stand within another page.

    Raises:
        ConfigError: the page was not built.
    """
    parts = [*page(), contents.to_bytes()]
    packed = [deflated(part) for part in parts]
    data = struct.pack(f">{len(packed)}I", *map(len, packed)) + b"".join(packed)
    frame = FRAME.read_text(encoding="utf-8")
    frame = frame.replace("{title}", html.escape(contents.title).replace("{", "&#123;"))
    if plain:
        frame = frame.replace('id="packed" type="text/plain"', 'id="packed" type="text/base64"')
        frame = frame.encode("ascii", "xmlcharrefreplace").decode("ascii")
        return frame.replace("{data}", base64.b64encode(data).decode("ascii"))
    return frame.replace("{data}", as_text(data))


def encoded(page: str) -> bytes:
    """The bytes of the file."""
    return codecs.BOM_UTF16_LE + page.encode("utf-16-le")


def page() -> tuple[bytes, bytes]:
    """The style sheet and the script of the built page."""
    try:
        return (PAGE / "handout.css").read_bytes(), (PAGE / "handout.js").read_bytes()
    except OSError:
        raise ConfigError(
            "the page of hand-outs is missing: install the package anew, or `make setup`"
        ) from None


def deflated(data: bytes) -> bytes:
    """Compressed, as the browser unpacks it ("deflate-raw")."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return packer.compress(data) + packer.flush()


def as_text(data: bytes) -> str:
    """Fifteen bits a character; what is missing of the last is zero."""
    flat = np.unpackbits(np.frombuffer(data, np.uint8))
    bits = np.pad(flat, (0, -len(flat) % 15)).reshape(-1, 15)
    codes = np.packbits(np.pad(bits, ((0, 0), (1, 0))), axis=1).view(">u2").ravel() + FIRST
    return codes.astype("<u2").tobytes().decode("utf-16-le")


def fitting(make: Callable[[int], Contents]) -> str:
    """The page whose parameters have as many bits as there is room for; ``make`` takes the bits.

    Raises:
        ConfigError: it would be too large with the fewest bits.
    """
    contents = make(FEWEST_BITS)
    page = written(contents)
    size = len(encoded(page))
    check_size(size, contents.live is not None)
    matrices = [one for one in contents.parameters.values() if isinstance(one, Rounded)]
    more = sum(one.levels.numel() for one in matrices) / 8 * 16 / 15  # bytes of one bit for each
    bits = FEWEST_BITS
    if more:
        goal = GOAL if size <= GOAL else CAP
        bits = min(MOST_BITS, FEWEST_BITS + int((goal - size) / more))
    while bits > FEWEST_BITS:
        wider = written(make(bits))
        if len(encoded(wider)) <= (GOAL if size <= GOAL else CAP):
            return wider
        bits -= 1
    return page


def embeddable(make: Callable[[int], Contents]) -> str:
    """The page to stand within another, in ASCII and with the fewest bits: notebooks are kept, sent
    and compared as they are; ``make`` takes the bits.

    Raises:
        ConfigError: it would be too large.
    """
    page = written(make(FEWEST_BITS), plain=True)
    check_size(len(page))
    return page


def check_size(size: int, live: bool = False) -> None:
    """Refuse a page of more bytes than one may have.

    Raises:
        ConfigError: it has.
    """
    if size > CAP:
        less = "leave --live out" if live else "take fewer sentences or a smaller model"
        raise ConfigError(
            f"a hand-out of this would have {size / 1e6:,.1f} MB, and {CAP / 1e6:.0f} MB is the "
            f"most: {less}, or show it with `glassformer explore`"
        )
