"""What is at a URL: which server, which model, which markers it knows. A handful of small requests."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

import msgspec

from codeassist import templates
from codeassist.config import EngineSettings
from codeassist.engine.api import Message
from codeassist.engine.events import Count
from codeassist.engine.remote.connection import Connection
from codeassist.engine.remote.llamaserver import LlamaServer
from codeassist.engine.remote.refusals import RefusedError
from codeassist.engine.remote.told import Flavour
from codeassist.engine.remote.vllm import Vllm
from codeassist.errors import ConfigError, EngineError, UnsupportedError
from codeassist.models.manifest import FimTokens, Manifest
from codeassist.templates import FimTemplate
from codeassist.terminal import one_line

_CONTEXT = 4096  # tokens, where a server does not say
_SHOWN = 5  # models that are named in an error
_NO_FAMILY = "none"
_T = TypeVar("_T")


class _Meta(msgspec.Struct):
    n_ctx: Count = 0


class _Model(msgspec.Struct):
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    owned_by: str = ""
    max_model_len: Count | None = None
    meta: _Meta | None = None


class _Models(msgspec.Struct):
    data: Annotated[list[_Model], msgspec.Meta(min_length=1, max_length=4096)]


class _Generation(msgspec.Struct):
    n_ctx: Count = 0


class _Props(msgspec.Struct):
    default_generation_settings: _Generation


class _Version(msgspec.Struct):
    version: str


def flavour_of(connection: Connection, wanted: str) -> Flavour:
    """The server, with the model `wanted` ("" is the first that it lists).

    Raises:
        EngineError: it cannot be reached, is neither llama-server nor vLLM, or has no such model.
    """
    model = _model(connection.get("/v1/models", _Models).data, wanted)
    if model.owned_by != "vllm":
        context = model.meta.n_ctx if model.meta else 0
        props = None if context and model.owned_by == "llamacpp" else _tried(connection, "/props", _Props)
        context = props.default_generation_settings.n_ctx if props else context
        if props or model.owned_by == "llamacpp":
            return LlamaServer(connection, model.id, context or _CONTEXT)
    version = _tried(connection, "/version", _Version)
    if version is None and model.owned_by != "vllm":
        raise EngineError(
            f"{connection.address.origin} is neither llama-server nor vLLM",
            "prompts are sent in token ids, which takes their /tokenize and /v1/completions (docs/team.md)",
        )
    numbers = tuple(map(int, re.findall(r"\d{1,6}", version.version)[:3])) if version else ()
    return Vllm(connection, model.id, model.max_model_len or _CONTEXT, numbers)


def _tried(connection: Connection, path: str, kind: type[_T]) -> _T | None:
    try:
        return connection.get(path, kind)
    except RefusedError as error:
        if error.status in (401, 403):
            raise
        return None


def _model(models: list[_Model], wanted: str) -> _Model:
    if not wanted:
        return models[0]
    found = next((model for model in models if model.id == wanted), None)
    if found is None:
        has = one_line(", ".join(model.id for model in models[:_SHOWN]), 300)
        raise EngineError(f"the server has no model {wanted}", f"it has {has}: set engine.remote_model")
    return found


def manifest_of(flavour: Flavour, settings: EngineSettings) -> Manifest:
    """What an installed model's manifest would say, as the server answers it.

    Raises:
        EngineError: the server failed; it has no `/tokenize`.
        ConfigError: `engine.remote_family` is unknown, or not this model's.
    """
    template = _template(flavour.model, settings.remote_family)
    plain, ended = (_tokenized(flavour, "x", ends=ends) for ends in (False, True))
    fim = _fim(flavour, template) if template else None
    if fim is None and settings.remote_family not in ("", _NO_FAMILY):
        raise ConfigError(
            f"{one_line(flavour.model, 100)} does not know the markers of engine.remote_family",
            f'its tokenizer cuts them up: correct it, or set it to "{_NO_FAMILY}"',
        )
    return Manifest(
        id=one_line(flavour.model, 200),
        path="",
        bytes=0,
        mtime_ns=0,
        sha256="",
        architecture="remote",
        family=template.family if template else "",
        context_tokens=flavour.context_tokens,
        source=flavour.kind,
        bos=ended[0] if len(ended) > len(plain) and ended[:1] != plain[:1] else None,
        fim=fim,
        chat_template="remote" if _formats(flavour) else "",
    )


def _tokenized(flavour: Flavour, text: str, *, ends: bool) -> tuple[int, ...]:
    try:
        return flavour.tokenize(text, special=True, ends=ends)
    except RefusedError as error:
        if error.status in (404, 405, 501):
            raise EngineError(
                f"the server has no /tokenize: it answered {error.status}",
                "llama-server and vLLM have one beside /v1; a gateway must pass it on (docs/team.md)",
            ) from error
        raise


def _formats(flavour: Flavour) -> bool:
    """True if the server has a template of the model's own for conversations."""
    try:
        return flavour.format([Message("user", "x")]) is not None
    except UnsupportedError:
        return False


def _template(model: str, wanted: str) -> FimTemplate | None:
    """The family that is asked for, or the one whose name is in the model's (the longest)."""
    known = {template.family: template for template in templates.fim_templates()}
    if wanted == _NO_FAMILY:
        return None
    if wanted:
        if wanted not in known:
            raise ConfigError(f"engine.remote_family {wanted} is unknown", f"known: {', '.join(known)}, {_NO_FAMILY}")
        return known[wanted]
    name = _letters(model)
    named = [template for family, template in known.items() if _letters(family) in name]
    return max(named, key=lambda template: len(template.family), default=None)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _fim(flavour: Flavour, template: FimTemplate) -> FimTokens | None:
    """The markers' ids; None if one that the family needs is not a single token."""
    markers = list(dict.fromkeys((*template.markers, *template.end)))
    together = flavour.tokenize("".join(markers), special=True)
    if len(together) == len(markers) == len(set(together)):  # the usual case, in one request
        ids = dict(zip(markers, together, strict=True))
    else:
        each = {marker: flavour.tokenize(marker, special=True) for marker in markers}
        ids = {marker: tokens[0] for marker, tokens in each.items() if len(tokens) == 1}
    if not ids.keys() >= set(template.markers):
        return None
    return FimTokens(
        prefix=ids[template.prefix],
        suffix=ids[template.suffix],
        middle=ids.get(template.middle),
        end=tuple(ids[marker] for marker in template.end if marker in ids),
        order=template.order,
        lead=template.lead,
    )
