"""The engine at a URL: an `Engine` whose model runs on a team's server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from codeassist.config import EngineSettings
from codeassist.engine.api import Emit, Message, ModelInfo, Request, Vectors
from codeassist.engine.remote.address import address_of
from codeassist.engine.remote.connection import Connection
from codeassist.engine.remote.generation import Generation, Server
from codeassist.engine.remote.keys import key_for
from codeassist.engine.remote.pieces import Pieces
from codeassist.engine.remote.probe import flavour_of, manifest_of
from codeassist.engine.remote.told import Flavour
from codeassist.engine.turns import Turns
from codeassist.errors import EngineError, EngineGoneError, UnsupportedError
from codeassist.models.manifest import Manifest


class RemoteEngine:
    """Runs requests on a server. Thread-safe; requests of one session supersede each other here, the server knows no
    sessions and no priorities. `manifest` says of the server's model what an installed one's would."""

    def __init__(self, connection: Connection, flavour: Flavour, manifest: Manifest) -> None:
        self.manifest = manifest
        fim = manifest.fim
        ends = fim.end if fim else ()
        markers = (fim.prefix, fim.suffix, fim.middle) if fim else ()
        pieces = Pieces(flavour, [token for token in (*markers, *ends) if token is not None])
        self.server = Server(connection, flavour, pieces, ends)
        self._turns = Turns(manifest, self._tokens, self._format if manifest.chat_template else None)
        self._newest: dict[str, object] = {}  # by session, what stands for its newest request
        self._lock = threading.Lock()

    def info(self) -> ModelInfo:
        """The model that runs."""
        return ModelInfo(id=self.manifest.id, context_tokens=self.manifest.context_tokens)

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each text, specials off, nothing added."""
        return [self.server.pieces.ids(text) for text in texts]

    def render_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The token ids of a conversation in the model's own template, or in its family's."""
        return self._turns.render(messages)

    def _tokens(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        return self.server.flavour.tokenize(text, special=True) if special else self.server.pieces.ids(text)

    def _format(self, messages: Sequence[Message]) -> str:
        text = self.server.flavour.format(messages)
        if text is None:
            raise EngineError("the model's chat template refuses this conversation", "use another model")
        return text

    def generate(self, request: Request, emit: Emit) -> None:
        """Generate, or score; see `codeassist.engine.api.Engine`. A connection that breaks is made once more."""
        if request.turns:
            raise UnsupportedError("images are not sent to a server", "use a model on this machine: see engine.url")
        turn = object()
        if request.session:
            with self._lock:
                self._newest[request.session] = turn
        try:
            Generation(self.server, request, emit, self._unwanted(request, turn)).run()
        finally:
            with self._lock:
                if self._newest.get(request.session) is turn:
                    del self._newest[request.session]

    def _unwanted(self, request: Request, turn: object) -> Callable[[], bool]:
        """Whether a newer request, a cancel or its deadline has ended a request."""
        end = time.monotonic() + request.deadline_ms / 1000 if request.deadline_ms else None

        def unwanted() -> bool:
            superseded = bool(request.session) and self._newest.get(request.session) is not turn
            return superseded or (end is not None and time.monotonic() > end)

        return unwanted

    def embed(self, texts: Sequence[str]) -> Vectors:  # noqa: ARG002
        """Not this engine's: embedding models run on this machine."""
        raise UnsupportedError("this engine makes no embeddings", "codeassist model list shows models that do")

    def cancel(self, session: str) -> None:
        """Cancel what a session waits for or generates, within a tenth of a second."""
        with self._lock:
            self._newest.pop(session, None)

    def close(self) -> None:
        """Close the connections that are idle."""
        self.server.connection.close()


def connect(settings: EngineSettings, environ: Mapping[str, str], model: str = "") -> RemoteEngine:
    """Reach the server of `engine.url`, and learn what it is. `model` overrides `engine.remote_model`.

    Raises:
        ConfigError: the settings do not allow it.
        MissingError: the key that they name is not there.
        EngineError: the server cannot be reached or trusted, or is none that can be used.
    """
    address = address_of(settings)
    connection = Connection(address, key_for(address.host, settings, environ), settings.ca_file)
    try:
        flavour = flavour_of(connection, model or settings.remote_model)
        return RemoteEngine(connection, flavour, manifest_of(flavour, settings))
    except EngineGoneError as error:
        connection.close()
        raise EngineError(f"{error.message}, twice", error.hint) from error
    except BaseException:
        connection.close()
        raise
