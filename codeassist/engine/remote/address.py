"""Where the one server is that may be reached, checked before anything connects."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from codeassist.config import EngineSettings
from codeassist.errors import ConfigError

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Address:
    """An origin, and the path below which its API is ("" or "/team")."""

    scheme: str
    host: str  # without the brackets of an IPv6 address
    port: int
    path: str

    @property
    def origin(self) -> str:
        """As people write it."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Host, and port where it is not the scheme's own: the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def encrypted(self) -> bool:
        """True if TLS is spoken; else the server is on this machine."""
        return self.scheme == "https"


def address_of(settings: EngineSettings) -> Address:
    """The address that the settings name and allow.

    Raises:
        ConfigError: it is no such URL, would travel unencrypted, or is not allowed.
    """
    try:
        parts = urlsplit(settings.url)
        host, port = (parts.hostname or "").encode("idna").decode().lower(), parts.port
    except ValueError as error:
        raise ConfigError(f"engine.url is not a URL: {error}", "such as https://llm.example.com:8443") from error
    if parts.username is not None or parts.query or parts.fragment or not host or parts.scheme not in _PORTS:
        hint = "give https://HOST[:PORT][/PATH]; a key goes into the keyring or a variable (engine.key_env)"
        raise ConfigError("engine.url may hold a host, a port and a path only", hint)
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    address = Address(parts.scheme, host, port or _PORTS[parts.scheme], path)
    if not address.encrypted and not is_loopback(host):
        hint = "use https; on this machine, or through an ssh tunnel to it, http://127.0.0.1:PORT will do"
        raise ConfigError(f"engine.url would send code unencrypted to {host}", hint)
    if not settings.allow_remote:
        raise ConfigError(
            f"engine.url names {address.origin}, and engine.allow_remote is not set",
            "set engine.allow_remote = true if code may leave this machine for there, or remove engine.url",
        )
    allowed = {name.lower() for name in settings.allowed_hosts}
    if allowed and host not in allowed:
        raise ConfigError(f"{host} is not among engine.allowed_hosts", "add it there, or correct engine.url")
    return address


def is_loopback(host: str) -> bool:
    """True for this machine by name or number."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
