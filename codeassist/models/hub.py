"""Downloads from a model hub: resumable, bounded in time when the hub cannot be reached, polite when it says wait."""

from __future__ import annotations

import contextlib
import queue
import re
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx

from codeassist.errors import DownloadError
from codeassist.models.catalog import HubSource
from codeassist.models.files import Notice, no_notice
from codeassist.models.retry import CutError, Patience
from codeassist.models.sources import Expected, StalePartialError

OPEN_SECONDS = 6.0  # from asking for a file to its first header: name lookup, every address, redirects
_TIMEOUT = httpx.Timeout(20.0, connect=3.0)
_FINAL = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_OFFLINE = "check the network or the proxy"


@dataclass(frozen=True)
class HubDownload:
    """One file of the hub. `sleep` and `open_seconds` are there for tests."""

    source: HubSource
    hub_url: str
    notice: Notice = no_notice
    sleep: Callable[[float], None] = time.sleep
    open_seconds: float = OPEN_SECONDS
    scratch_bytes: int = 0

    @property
    def label(self) -> str:
        """Repository and revision."""
        return f"{self.hub_url.rstrip('/')}/{self.source.repository}@{self.source.revision}"

    @property
    def url(self) -> str:
        """Where the file is."""
        revision, file = quote(self.source.revision, safe=""), quote(self.source.file)
        return f"{self.hub_url.rstrip('/')}/{self.source.repository}/resolve/{revision}/{file}"

    def stated(self) -> Expected:
        """The LFS object id (the file's SHA-256) and size in the hub's own metadata, not those at a redirect's end."""
        patience = Patience(self.notice, self.sleep)
        with self._client(follow=False) as client:
            while isinstance(headers := self._ask(client), CutError):
                patience.pause(headers, progress=False)
        oid = headers.get("x-linked-etag", "").removeprefix("W/").strip('"').lower()
        size = headers.get("x-linked-size", "")
        if not re.fullmatch(r"[0-9a-f]{64}", oid) or not re.fullmatch(r"[1-9][0-9]{0,15}", size):
            hint = "download the file, then: codeassist model add FILE"
            raise DownloadError("the hub does not state the file's sha256", hint)
        return Expected(oid, int(size))

    def read(self, offset: int, total: int, /) -> Generator[bytes, None, None]:
        """The bytes from `offset` on. A cut connection is taken up where it broke, a bounded number of times."""
        patience = Patience(self.notice, self.sleep)
        with self._client(follow=True) as client:
            while True:
                before = offset
                offset, cut = yield from self._attempt(client, offset, total)
                if cut is None:
                    return
                patience.pause(cut, progress=offset > before)

    def _client(self, *, follow: bool) -> httpx.Client:
        try:
            return httpx.Client(timeout=_TIMEOUT, follow_redirects=follow, max_redirects=5)
        except (ImportError, ValueError, OSError) as error:  # a SOCKS proxy, a malformed proxy URL, a missing CA file
            raise DownloadError(f"the network settings cannot be used: {error}", "check the proxy variables") from error

    def _ask(self, client: httpx.Client) -> httpx.Headers | CutError:
        """The headers of the file; a renamed repository redirects within the hub, without saying what the file is."""
        url = self.url
        try:
            for _ in range(3):
                response = self._open(client, "HEAD", url, {})
                response.close()
                _refuse(response)
                onward = response.next_request.url if response.next_request else None
                if "x-linked-etag" in response.headers or not onward or onward.netloc != httpx.URL(self.url).netloc:
                    break
                url = str(onward)
        except CutError as error:
            return error
        return response.headers

    def _attempt(
        self, client: httpx.Client, offset: int, total: int
    ) -> Generator[bytes, None, tuple[int, CutError | None]]:
        """One request. Returns how far it came, and what broke it if another is worth trying."""
        # identity: the bytes on the wire are the file's, so that an offset means the same on both sides
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        try:
            response = self._open(client, "GET", self.url, headers)
            with contextlib.closing(response):
                _refuse(response)
                skip = offset - _start(response, offset, total)
                for chunk in response.iter_raw():
                    kept, skip = chunk[skip:], max(0, skip - len(chunk))
                    offset += len(kept)
                    yield kept
        except CutError as error:
            return offset, error
        except (httpx.TransportError, httpx.StreamError) as error:
            return offset, CutError(_reason(error))
        return offset, CutError("the connection was closed early") if offset < total else None

    def _open(self, client: httpx.Client, method: str, url: str, headers: dict[str, str]) -> httpx.Response:
        """Send, and wait for the headers in a thread: a name lookup and many dead addresses keep no time-out."""
        results: queue.Queue[httpx.Response | Exception] = queue.Queue()
        abandoned = threading.Event()

        def send() -> None:
            try:
                response = client.send(client.build_request(method, url, headers=headers), stream=True)
            except Exception as error:  # noqa: BLE001  handed to the waiting thread, which sorts it
                results.put(error)
                return
            results.put(response)
            if abandoned.is_set():
                response.close()

        threading.Thread(target=send, daemon=True, name="codeassist-hub").start()
        try:
            result = results.get(timeout=self.open_seconds)
        except queue.Empty:
            raise DownloadError(f"the hub does not answer within {self.open_seconds:g} s", _OFFLINE) from None
        finally:
            abandoned.set()
        if isinstance(result, httpx.Response):
            return result
        if isinstance(result, _FINAL):
            raise DownloadError(f"the hub cannot be reached: {_reason(result)}", _OFFLINE) from result
        if isinstance(result, httpx.TransportError):
            raise CutError(_reason(result)) from result
        raise DownloadError(f"the hub cannot be asked: {_reason(result)}", "check models.hub_url") from result


def _refuse(response: httpx.Response) -> None:
    status = response.status_code
    if status < 400:
        return
    if status == 416:
        raise StalePartialError("the hub's file is shorter than what is on disk", "pull again")
    if status == 429 or status >= 500:
        raise CutError(f"status {status}", _retry_after(response.headers.get("retry-after", "")))
    if status in (401, 403):
        raise DownloadError(f"the hub refuses the file (status {status})", "it may ask you to accept a licence first")
    raise DownloadError(f"the hub does not have the file (status {status})", "codeassist model list shows others")


def _start(response: httpx.Response, offset: int, total: int) -> int:
    """Where in the file the body begins: a hub may ignore Range and answer 200 with the whole file."""
    if response.status_code != 206:
        length = response.headers.get("content-length", "")
        if total and length.isdigit() and int(length) != total:
            raise DownloadError(f"the hub's file has {int(length):,} bytes instead of {total:,}", "update codeassist")
        return 0
    match = re.match(r"bytes (\d+)-\d+/(\d+|\*)$", response.headers.get("content-range", ""))
    if not match or int(match[1]) != offset:
        raise DownloadError("the hub sent another part of the file than was asked for", "try again later")
    if total and match[2] not in ("*", str(total)):
        raise DownloadError(f"the hub's file has {int(match[2]):,} bytes instead of {total:,}", "update codeassist")
    return offset


def _retry_after(value: str) -> float | None:
    """Seconds to wait, from a number or a date (RFC 9110 section 10.2.3)."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _reason(error: Exception) -> str:
    """One short line: library messages can be long or empty."""
    return " ".join(str(error).split())[:200] or type(error).__name__
