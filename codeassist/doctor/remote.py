"""The self-check of a team's server (`engine.url`): reached, trusted, and able to do what completions live by."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from codeassist.config import EngineSettings
from codeassist.engine.api import Chunk, Request, Usage
from codeassist.errors import CodeassistError

_PROMPT = "total = first + second\n" * 20  # longer than the blocks that vLLM's prefix cache is made of
_BEGIN = "zq"  # nothing would go on like that by itself


class Server(msgspec.Struct, frozen=True):
    """What was found: sentences about the model and the engine, and what is to be warned of, with what to do."""

    model: str
    engine: str
    warning: str = ""
    hint: str = ""


def look(settings: EngineSettings, environ: Mapping[str, str], model: str = "") -> Server:
    """Ask the server for a few tokens, in the ways that completions do.

    Raises:
        CodeassistError: it cannot be reached or used.
    """
    from codeassist.engine.remote.engine import RemoteEngine, connect

    engine: RemoteEngine = connect(settings, environ, model)
    try:
        (prompt,) = engine.tokenize([_PROMPT])
        usage = Usage()

        def take(chunk: Chunk) -> bool:
            nonlocal usage
            usage = chunk.usage
            return False

        for _ in range(2):  # the second time all but the end of the prompt is in the server's cache
            engine.generate(Request(prompt=prompt, max_tokens=4, begin=_BEGIN), take)
        manifest, origin = engine.manifest, engine.server.connection.address.origin
        warning, hint = _doubt(engine.server.forces, usage, fim=manifest.fim is not None)
        can = ", ".join(manifest.capabilities)
        return Server(
            f"{manifest.id} at {origin} (can {can}), {manifest.context_tokens} tokens of context",
            f"{engine.server.flavour.kind} at {origin}: prompts go there and nowhere else",
            warning,
            hint,
        )
    finally:
        engine.close()


def _doubt(forces: bool, usage: Usage, *, fim: bool) -> tuple[str, str]:
    if not forces:
        return (
            "it takes no notice of grammars: completions inside a word are worse",
            "llama-server and vLLM do; a gateway must pass the fields grammar and structured_outputs on",
        )
    if not usage.cached_tokens:
        return (
            "it does not say what its prefix cache saves",
            "start vLLM with --enable-prompt-tokens-details, and leave prefix caching on (docs/team.md)",
        )
    if not fim:
        return "completions see no text below the cursor", "engine.remote_family names the model's markers"
    return "", ""


def reachable(settings: EngineSettings, environ: Mapping[str, str]) -> tuple[str, str]:
    """The origin, and the server and model that answer there or what is wrong."""
    from codeassist.engine.remote.address import address_of
    from codeassist.engine.remote.connection import Connection
    from codeassist.engine.remote.keys import key_for
    from codeassist.engine.remote.probe import flavour_of

    try:
        address = address_of(settings)
        connection = Connection(address, key_for(address.host, settings, environ), settings.ca_file)
    except CodeassistError as error:
        return "", error.message
    try:
        flavour = flavour_of(connection, settings.remote_model)
        return address.origin, f"{flavour.kind}, {flavour.model}"
    except CodeassistError as error:
        return address.origin, error.message
    finally:
        connection.close()
