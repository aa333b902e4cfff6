"""What is announced to a room: the addresses, with a key in them, and their picture to scan."""

from __future__ import annotations

import hmac
import importlib.util
import secrets
from collections.abc import Sequence

from starlette.types import Scope

from glassformer.explorer.sharing.room import Room

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # that nobody mistakes for one another
LENGTH = 10  # letters of a key: 49 bits


class Share:
    """A shared page: its key, the hosts ("192.168.1.20:8000") it is announced at, who is there."""

    def __init__(self, hosts: Sequence[str]):
        self.hosts = tuple(hosts)
        drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        self.key = f"{drawn[:5]}-{drawn[5:]}"
        self.room = Room()

    @property
    def addresses(self) -> list[str]:
        """What people open, the likeliest first."""
        return [f"http://{host}/{self.key}/" for host in self.hosts]

    def fits(self, key: str) -> bool:
        """Whether this is the key; compared in a time that does not tell how much of it fits."""
        return hmac.compare_digest(key.encode("utf-8", "replace"), self.key.encode())

    def picture(self) -> str | None:
        """The first address as a QR code, an image in a data address; None without segno."""
        if not drawable():
            return None
        import segno

        found: str = segno.make(self.addresses[0], error="m", micro=False).svg_data_uri(
            border=4, dark="#000", light="#fff", omitsize=True
        )
        return found

    def printed(self) -> str:
        """The same for a terminal; empty without segno."""
        if not drawable():
            return ""
        import io

        import segno

        written = io.StringIO()
        segno.make(self.addresses[0], error="l", micro=False).terminal(written, compact=True)
        return written.getvalue()


def drawable() -> bool:
    """Whether there is something to draw QR codes with."""
    return importlib.util.find_spec("segno") is not None


def is_follower(scope: Scope) -> bool:
    """Whether who asks came in through the local network."""
    return bool(scope.get("follower", False))
