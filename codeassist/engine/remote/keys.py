"""The server's key: from the environment or the keyring, never from a file of ours, never shown."""

from __future__ import annotations

from collections.abc import Mapping

from codeassist.config import EngineSettings
from codeassist.errors import ConfigError, MissingError

_LONGEST = 8192  # characters


class Key:
    """A secret that no traceback, log or f-string shows."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Key(…)"

    def __bool__(self) -> bool:
        return bool(self._value)

    def header(self) -> list[tuple[bytes, bytes]]:
        """What is sent with a request to the server it belongs to."""
        return [(b"Authorization", b"Bearer " + self._value.encode("ascii"))] if self._value else []

    def without(self, text: str) -> str:
        """A text of the server's, which may repeat what it was sent, without the key."""
        return text.replace(self._value, "…") if self._value else text


def key_for(host: str, settings: EngineSettings, environ: Mapping[str, str]) -> Key:
    """The key for a host; an empty one where none is named. The variable goes before the keyring.

    Raises:
        MissingError: it is named and not there; the `keyring` package is not installed.
        ConfigError: it cannot be sent in a header.
    """
    value = environ.get(settings.key_env, "") if settings.key_env else ""
    if not value and settings.key_keyring:
        value = _from_keyring(settings.key_keyring, host)
    elif not value and settings.key_env:
        raise MissingError(
            f"the variable {settings.key_env}, which engine.key_env names, is not set", "set it to the server's key"
        )
    value = value.strip()
    if len(value) > _LONGEST or not value.isascii() or any(not char.isprintable() or char == " " for char in value):
        raise ConfigError("the server's key holds characters that no key has", "set it again, without line breaks")
    return Key(value)


def _from_keyring(service: str, host: str) -> str:
    hint = f"keyring set {service} {host}"
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise MissingError(
            "engine.key_keyring needs the package keyring", "pip install 'codeassist[keyring]', or use engine.key_env"
        ) from error
    try:
        value = keyring.get_password(service, host)
    except KeyringError as error:
        raise MissingError(f"the keyring cannot be read: {type(error).__name__}", "use engine.key_env") from error
    if not value:
        raise MissingError(f"the keyring has no key of {service} for {host}", hint)
    return value
