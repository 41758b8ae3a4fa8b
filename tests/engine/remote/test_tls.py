"""TLS is verified, always: against the authorities of the system, of SSL_CERT_FILE, or of one file."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest
import trustme

from codeassist.config import EngineSettings
from codeassist.engine.remote.engine import connect
from codeassist.errors import ConfigError, EngineError
from tests.engine.remote.scripted import Vllm, serving


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def pem(authority: trustme.CA, folder: Path) -> str:
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return str(folder / "ca.pem")


def test_an_authority_of_ones_own(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Vllm().answers, context_of(authority.issue_cert("127.0.0.1"))) as server:
        file = pem(authority, tmp_path)
        engine = connect(EngineSettings(url=server.url, allow_remote=True, ca_file=file), {})
        assert engine.tokenize(["abc"])[0]
        engine.close()
        monkeypatch.setenv("SSL_CERT_FILE", file)
        connect(EngineSettings(url=server.url, allow_remote=True), {}).close()


def test_an_unknown_authority_is_refused_before_anything_is_sent(authority: trustme.CA, tmp_path: Path) -> None:
    file = pem(trustme.CA(), tmp_path)
    with serving(Vllm().answers, context_of(authority.issue_cert("127.0.0.1"))) as server:
        for trusted in ("", file):
            with pytest.raises(EngineError, match="is not trusted") as caught:
                connect(
                    EngineSettings(url=server.url, allow_remote=True, key_env="K", ca_file=trusted), {"K": "secret"}
                )
            assert "no way around" in caught.value.hint
        assert server.requests == []


def test_the_certificate_of_another_host_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    with serving(Vllm().answers, context_of(authority.issue_cert("llm.example.com", "127.0.0.2"))) as server:
        with pytest.raises(EngineError, match=r"is not trusted: .*127\.0\.0\.1"):
            connect(EngineSettings(url=server.url, allow_remote=True, ca_file=pem(authority, tmp_path)), {})
        assert server.requests == []


def test_an_expired_certificate_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    context = context_of(authority.issue_cert("127.0.0.1", not_after=past))
    expired = pytest.raises(EngineError, match=r"is not trusted: .*expired")
    with serving(Vllm().answers, context) as server, expired:
        connect(EngineSettings(url=server.url, allow_remote=True, ca_file=pem(authority, tmp_path)), {})


def test_a_certificate_that_signed_itself_is_refused() -> None:
    itself = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    itself.issue_cert("127.0.0.1").configure_cert(context)
    with serving(Vllm().answers, context) as server, pytest.raises(EngineError, match="is not trusted"):
        connect(EngineSettings(url=server.url, allow_remote=True), {})


def test_a_server_that_speaks_no_tls() -> None:
    with serving(Vllm().answers) as server, pytest.raises(EngineError, match=r"TLS|broke off"):
        connect(EngineSettings(url=server.url.replace("http:", "https:"), allow_remote=True), {})


def test_a_file_without_certificates(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing\n")
    for name in ("ca.pem", "missing.pem"):
        settings = EngineSettings(url="https://127.0.0.1:1", allow_remote=True, ca_file=str(tmp_path / name))
        with pytest.raises(ConfigError, match=r"engine\.ca_file"):
            connect(settings, {})
