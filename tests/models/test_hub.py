"""The hub source against a real HTTP server: ranges, cuts, refusals, lies."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator

import pytest

from codeassist.errors import DownloadError
from codeassist.models.catalog import HubSource
from codeassist.models.hub import HubDownload
from codeassist.models.sources import Expected, StalePartialError

from .hub import Hub, chunked, cut_after, gives, linked, serving, status, whole

CONTENT = bytes(range(256)) * 2000
SOURCE = HubSource(repository="org/repo", revision="abc", file="dir/m.gguf")
PATH = "/org/repo/resolve/abc/dir/m.gguf"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub(CONTENT)) as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def download(hub: Hub, waits: list[float]) -> HubDownload:
    return HubDownload(SOURCE, hub.url, sleep=waits.append)


def read(download: HubDownload, offset: int = 0, total: int = len(CONTENT)) -> bytes:
    return b"".join(download.read(offset, total))


def test_a_whole_file(hub: Hub, download: HubDownload) -> None:
    assert read(download) == CONTENT
    assert hub.asked == [("GET", PATH, "")]


def test_from_an_offset(hub: Hub, download: HubDownload) -> None:
    assert read(download, 1000) == CONTENT[1000:]
    assert hub.asked == [("GET", PATH, "bytes=1000-")]


def test_a_hub_that_ignores_range(hub: Hub, download: HubDownload) -> None:
    hub.replies = [whole]
    assert read(download, 100_001) == CONTENT[100_001:]


def test_cut_connections_are_taken_up_where_they_broke(hub: Hub, download: HubDownload, waits: list[float]) -> None:
    hub.replies = [cut_after(100_000)] * 3
    assert read(download) == CONTENT
    assert [asked[2] for asked in hub.asked] == ["", "bytes=100000-", "bytes=200000-", "bytes=300000-"]
    assert waits == [0.5, 0.5, 0.5]  # each try made progress


def test_a_hub_that_always_hangs_up(hub: Hub, download: HubDownload, waits: list[float]) -> None:
    hub.replies = [cut_after(0)] * 9
    with pytest.raises(DownloadError, match="the hub failed"):
        read(download)
    assert waits == [0.5, 1.0, 2.0, 4.0]
    assert len(hub.asked) == 5


def test_a_hub_that_gives_crumbs_is_left_in_the_end(hub: Hub, download: HubDownload) -> None:
    hub.replies = [cut_after(1)] * 100
    with pytest.raises(DownloadError, match="the hub failed"):
        read(download)
    assert len(hub.asked) == 51


def test_an_early_end_without_a_length(hub: Hub, download: HubDownload) -> None:
    """A proxy that closes a chunked body early and properly: only the size tells."""
    hub.replies = [chunked(CONTENT[:5000])]
    assert read(download) == CONTENT
    assert hub.asked[1][2] == "bytes=5000-"


def test_trouble_at_the_hub_is_waited_for(hub: Hub, download: HubDownload, waits: list[float]) -> None:
    hub.replies = [status(503), status(500)]
    assert read(download) == CONTENT
    assert waits == [0.5, 1.0]


def test_retry_after_is_honoured(hub: Hub, download: HubDownload, waits: list[float]) -> None:
    hub.replies = [
        status(429, Retry_After="7"),
        status(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
        status(429, Retry_After="soon"),
    ]
    assert read(download) == CONTENT
    assert waits == [7.0, 0.0, 2.0]


def test_retry_after_has_a_bound(hub: Hub, download: HubDownload, waits: list[float]) -> None:
    hub.replies = [status(429, Retry_After="15"), status(429, Retry_After="15")]
    with pytest.raises(DownloadError, match="429"):
        read(download)
    assert waits == [15.0]


@pytest.mark.parametrize(("code", "problem"), [(404, "does not have"), (401, "refuses"), (403, "refuses")])
def test_refusals_are_final(hub: Hub, download: HubDownload, code: int, problem: str) -> None:
    hub.replies = [status(code)]
    with pytest.raises(DownloadError, match=problem):
        read(download)
    assert len(hub.asked) == 1


def test_a_partial_longer_than_the_file(hub: Hub, download: HubDownload) -> None:
    with pytest.raises(StalePartialError):
        read(download, len(CONTENT) + 5, len(CONTENT) + 10)


def test_redirects_are_followed(hub: Hub, download: HubDownload) -> None:
    hub.replies = [status(302, Location="/storage/xyz")]
    assert read(download, 10) == CONTENT[10:]
    assert hub.asked == [("GET", PATH, "bytes=10-"), ("GET", "/storage/xyz", "bytes=10-")]


def test_endless_redirects_are_not(hub: Hub, download: HubDownload) -> None:
    hub.replies = [status(302, Location="/again")] * 20
    with pytest.raises(DownloadError, match="cannot be asked"):
        read(download)
    assert len(hub.asked) < 10


@pytest.mark.parametrize(
    ("span", "problem"),
    [
        ("bytes 0-511999/512000", "another part"),
        ("nonsense", "another part"),
        ("bytes 1000-511999/999999", "999,999 bytes instead of"),
    ],
)
def test_a_wrong_range_is_not_taken_for_the_right_one(hub: Hub, download: HubDownload, span: str, problem: str) -> None:
    hub.replies = [gives(CONTENT[1000:], 206, Content_Range=span)]
    with pytest.raises(DownloadError, match=problem):
        read(download, 1000)


def test_a_file_of_another_size_is_refused_before_it_is_read(hub: Hub, download: HubDownload) -> None:
    hub.replies = [gives(CONTENT + b"x")]
    with pytest.raises(DownloadError, match="instead of"):
        read(download)


def test_what_the_hub_states(hub: Hub, download: HubDownload) -> None:
    hub.replies = [linked]
    assert download.stated() == Expected(hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert hub.asked == [("HEAD", PATH, "")]  # the storage behind the redirect was not asked


def test_what_a_renamed_repository_states(hub: Hub, download: HubDownload, waits: list[float]) -> None:
    hub.replies = [status(503), status(307, Location="/new/name/resolve/abc/dir/m.gguf"), linked]
    assert download.stated().bytes == len(CONTENT)
    assert hub.asked[2][1] == "/new/name/resolve/abc/dir/m.gguf"
    assert waits == [0.5]


@pytest.mark.parametrize(
    "headers",
    [{}, {"X_Linked_Etag": '"short"', "X_Linked_Size": "5"}, {"X_Linked_Etag": "a" * 64, "X_Linked_Size": "0"}],
)
def test_a_hub_that_states_nothing(hub: Hub, download: HubDownload, headers: dict[str, str]) -> None:
    hub.replies = [status(200, **headers)]
    with pytest.raises(DownloadError, match="does not state"):
        download.stated()


def test_an_unreachable_hub_is_given_up_at_once() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        waits: list[float] = []
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(DownloadError, match="cannot be reached"):
            read(HubDownload(SOURCE, url, sleep=waits.append))
    assert waits == []


def test_a_silent_hub_is_given_up() -> None:
    """It accepts and says nothing: neither connect nor read time-outs would end it within a few seconds."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(DownloadError, match="does not answer within"):
            read(HubDownload(SOURCE, url, open_seconds=0.05))


def test_a_redirect_to_another_protocol_is_final(hub: Hub, download: HubDownload, waits: list[float]) -> None:
    hub.replies = [status(302, Location="ftp://127.0.0.1/m.gguf")]
    with pytest.raises(DownloadError):
        read(download)
    assert waits == []


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://x"])
def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, waits: list[float], proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(DownloadError):
        read(HubDownload(SOURCE, "http://127.0.0.1:9", sleep=waits.append))
