"""Where prompts may go, and whose key they carry."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import pytest
from msgspec.structs import replace

from codeassist.config import EngineSettings
from codeassist.engine.remote.address import address_of
from codeassist.engine.remote.keys import Key, key_for
from codeassist.engine.remote.network import OneOrigin, Watches
from codeassist.errors import ConfigError, MissingError


def settings(url: str, **more: Any) -> EngineSettings:
    return replace(EngineSettings(url=url, allow_remote=True), **more)


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("https://llm.example.com", "https://llm.example.com", ""),
        ("https://LLM.example.com:8443/team/v1/", "https://llm.example.com:8443", "/team"),
        ("https://llm.example.com/v1", "https://llm.example.com", ""),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ""),
        ("http://localhost:8080/", "http://localhost:8080", ""),
        ("http://[::1]:8080", "http://[::1]:8080", ""),
        ("https://bücher.example", "https://xn--bcher-kva.example", ""),
    ],
)
def test_addresses(url: str, origin: str, path: str) -> None:
    address = address_of(settings(url))
    assert (address.origin, address.path) == (origin, path)


@pytest.mark.parametrize(
    "url",
    [
        "http://llm.example.com",
        "http://10.0.0.7:8080",
        "http://127.0.0.1.example.com",
        "https://user:secret@llm.example.com",
        "https://llm.example.com/?key=secret",
        "https://llm.example.com/#x",
        "https://",
        "ftp://llm.example.com",
        "https://llm.example.com:99999",
        "https://[::1",
    ],
)
def test_no_such_address(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        address_of(settings(url))
    assert "secret" not in caught.value.message + caught.value.hint
    assert caught.value.hint


def test_without_leave_nothing_is_used() -> None:
    with pytest.raises(ConfigError, match="allow_remote") as caught:
        address_of(settings("https://llm.example.com", allow_remote=False))
    assert "allow_remote = true" in caught.value.hint


def test_only_hosts_that_are_allowed() -> None:
    allowed = ("llm.example.com", "spare.example.com")
    assert address_of(settings("https://spare.example.com", allowed_hosts=allowed)).host == "spare.example.com"
    for url in ("https://other.example.com", "https://llm.example.com.evil.example"):
        with pytest.raises(ConfigError, match="allowed_hosts"):
            address_of(settings(url, allowed_hosts=allowed))


def test_no_connection_to_anything_else_can_be_made() -> None:
    backend = OneOrigin(address_of(settings("https://llm.example.com")), Watches())
    for host, port in (("other.example.com", 443), ("llm.example.com", 80), ("127.0.0.1", 443)):
        with pytest.raises(ConfigError, match="is not the server"):
            backend.connect_tcp(host, port)


def test_the_key_of_a_variable() -> None:
    url = settings("https://llm.example.com", key_env="TEAM_KEY")
    key = key_for("llm.example.com", url, {"TEAM_KEY": " secret\n"})
    assert key.header() == [(b"Authorization", b"Bearer secret")]
    assert "secret" not in f"{key} {key!r}"
    with pytest.raises(MissingError, match="TEAM_KEY"):
        key_for("llm.example.com", url, {})
    for wrong in ("a b", "a\nX-Evil: 1", "é", "x" * 9000):
        with pytest.raises(ConfigError) as caught:
            key_for("llm.example.com", url, {"TEAM_KEY": wrong})
        assert wrong not in "".join(traceback.format_exception(caught.value))
    assert key_for("llm.example.com", settings("https://llm.example.com"), {}).header() == []


def test_what_a_server_says_is_shown_without_the_key() -> None:
    assert Key("secret").without("got secret!") == "got …!"
    assert Key("").without("nothing") == "nothing"


def test_the_key_of_the_keyring_belongs_to_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring", reason="the extra keyring is not installed")
    asked: list[tuple[str, str]] = []

    def get_password(service: str, user: str) -> str | None:
        asked.append((service, user))
        return "secret" if user == "llm.example.com" else None

    monkeypatch.setattr(keyring, "get_password", get_password)
    url = settings("https://llm.example.com", key_keyring="codeassist")
    assert key_for("llm.example.com", url, {})
    with pytest.raises(MissingError, match="no key") as caught:
        key_for("other.example.com", url, {})
    assert caught.value.hint == "keyring set codeassist other.example.com"
    assert asked == [("codeassist", "llm.example.com"), ("codeassist", "other.example.com")]


def test_a_keyring_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring", reason="the extra keyring is not installed")

    def locked(_service: str, _user: str) -> str:
        raise keyring.errors.KeyringLocked("secret detail")

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(MissingError, match="KeyringLocked"):
        key_for("llm.example.com", settings("https://llm.example.com", key_keyring="codeassist"), {})


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingError, match="keyring") as caught:
        key_for("llm.example.com", settings("https://llm.example.com", key_keyring="codeassist"), {})
    assert "codeassist[keyring]" in caught.value.hint
