"""Where this machine is on its local networks, and listening there."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import closing

import psutil

from glassformer.errors import ConfigError

HOST = "127.0.0.1"


def local_addresses() -> list[str]:
    """This machine's IPv4 addresses on private networks, the one that it reaches others by first.

    Raises:
        ConfigError: it is on none.
    """
    up = {name for name, one in psutil.net_if_stats().items() if one.isup}
    found = [
        one.address
        for name, all_of_it in sorted(psutil.net_if_addrs().items())
        for one in all_of_it
        if name in up and one.family == socket.AF_INET and is_local(one.address)
    ]
    if not found:
        raise ConfigError(
            "this machine is on no local network that others could reach it by: join one, or look "
            "at the page here alone, without sharing it"
        )
    first = own_address()
    return sorted(found, key=lambda address: address != first)


def is_local(address: str) -> bool:
    """Whether an address is of a private network, and not this machine's own loop."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_private and not parsed.is_loopback


def own_address() -> str | None:
    """The address that this machine would reach others from; asked of its own tables, nothing is
    sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address


def listening(hosts: list[str], port: int | None) -> list[socket.socket]:
    """A listening socket at each of these addresses, all at one port; a free one if None.

    Raises:
        ConfigError: the port is taken at one of them.
    """
    found: list[socket.socket] = []
    for host in hosts:
        one = socket.socket()
        found.append(one)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port or 0))
        except OSError as error:
            for opened in found:
                opened.close()
            raise ConfigError(
                f"port {port} cannot be used at {host} ({error.strerror}): give another"
            ) from None
        port = port or one.getsockname()[1]
    return found
