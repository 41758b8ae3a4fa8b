"""What a GGUF file says of itself: architecture, context, fill-in-the-middle tokens, chat template.

Run as a program (`python -m codeassist.models.gguf FILE`) it limits its own memory and time and prints JSON: that is
how inspection.py calls it, since the file may be anybody's.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from codeassist.errors import CodeassistError
from codeassist.models.chat_template import try_out
from codeassist.models.families import Evidence, families, recognise
from codeassist.models.header import TEMPLATE, Header
from codeassist.models.manifest import FimTokens
from codeassist.models.plausible import implausible
from codeassist.models.reading import header_of, limit
from codeassist.models.tensors import HeaderError
from codeassist.templates import FimTemplate, fim_templates

# Encoder architectures of llama.cpp (src/llama-arch.cpp): they embed text and cannot write any.
_BERTS = ("bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "modern-bert", "neo-bert", "eurobert")
_ENCODERS = (*_BERTS, "gemma-embedding", "t5encoder")
# When a file does not say whether to add BOS, llama.cpp (src/llama-vocab.cpp) adds it for these.
_BOS_TOKENIZERS = ("llama", "bert")
_BOS_PRETOKENIZERS = ("llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral")
_TUNED = re.compile(r"(?<![a-z])(instruct|chat|it)(?![a-z])", re.IGNORECASE)
_ENDS = ("eos_token_id", "eot_token_id", "fim_pad_token_id", "fim_rep_token_id", "fim_sep_token_id")


class GgufFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a model file says of itself; each text is the file's own, hence untrusted.

    Attributes:
        family: of families.toml, or "".
        instruct: it has a chat template, or says that it was trained to follow instructions.
        bos: the id to put first, or None if the model wants none.
    """

    architecture: str
    context_tokens: int
    name: str = ""
    licence: str = ""
    family: str = ""
    bos: int | None = None
    fim: FimTokens | None = None
    chat_template: str = ""
    embedding: bool = False
    instruct: bool = False


class Answer(msgspec.Struct, frozen=True):
    """What the child prints: facts, or why there are none."""

    facts: GgufFacts | None = None
    problem: str = ""


def read_gguf(path: str, templates: Sequence[FimTemplate] | None = None) -> GgufFacts:
    """Read the facts of the file. Call it through inspection.py, never on a stranger's file in a process that matters.

    Raises:
        HeaderError: malformed, truncated, or not a language model.
        OSError: the file cannot be read.
    """
    templates = fim_templates() if templates is None else templates
    wanted = {text for each in templates for text in (*each.markers, *each.end)}
    wanted |= {text for family in families() for text in family.tokens}
    return _facts(header_of(path, wanted), templates)


def _facts(header: Header, templates: Sequence[FimTemplate]) -> GgufFacts:
    values = header.values
    architecture = _text(values, "general.architecture")
    context = values.get(f"{architecture}.context_length")
    if architecture == "clip":
        raise HeaderError("it is not a language model but the vision part of one: add the model with --projector")
    if not architecture or type(context) is not int or not 0 < context < 1 << 31:
        raise HeaderError(f"it is not a language model (architecture {architecture[:40]!r})")
    parts = values.get("split.count")
    if type(parts) is int and parts > 1:
        raise HeaderError(f"it is one of {parts} parts of a model; merge them with llama-gguf-split")
    if problem := implausible(header, architecture):
        raise HeaderError(problem)
    family, fim = _family(header, templates)
    return GgufFacts(
        architecture=architecture,
        context_tokens=context,
        name=_text(values, "general.name"),
        licence=_text(values, "general.license"),
        family=family,
        bos=_bos(header),
        fim=fim,
        chat_template=_text(values, TEMPLATE),
        instruct=_instruct(values),
        embedding=architecture in _ENCODERS or _positive(values.get(f"{architecture}.pooling_type")),
    )


def _family(header: Header, templates: Sequence[FimTemplate]) -> tuple[str, FimTokens | None]:
    """The family that the vocabulary shows. The file's own fill-in-the-middle ids (the older names second) go before
    its markers; where the two are not the same the file is of no family that is known."""
    own = [
        _token(header, f"fim_{short}_token_id", f"{long}_token_id")
        for short, long in (("pre", "prefix"), ("suf", "suffix"), ("mid", "middle"))
    ]
    found = recognise(_evidence(header), families())
    template = next((each for each in templates if found and each.family == found.fim), None)
    ids = _marker_ids(header, template) if template else None
    if None in own or (template and ids == own[: len(template.markers)]):
        return found.id if found else "", _fim_tokens(header, ids, template) if ids else None
    name = "" if template or found is None else found.id
    return name, _fim_tokens(header, own, None)


def _marker_ids(header: Header, template: FimTemplate) -> list[int | None] | None:
    """The markers' ids in the order of `FimTemplate.markers`, or None if the vocabulary lacks one."""
    ids = [header.found.get(marker) for marker in template.markers]
    return None if None in ids else ids


def _fim_tokens(header: Header, ids: Sequence[int | None], template: FimTemplate | None) -> FimTokens | None:
    prefix, suffix, middle = (*ids, None)[:3]
    if prefix is None or suffix is None:
        return None
    end = {header.found[marker] for marker in (template.end if template else ()) if marker in header.found}
    end |= {token for name in _ENDS if (token := _token(header, name)) is not None}
    order, lead = (template.order, template.lead) if template else ("prefix-first", "")
    return FimTokens(prefix=prefix, suffix=suffix, middle=middle, end=tuple(sorted(end)), order=order, lead=lead)


def _evidence(header: Header) -> Evidence:
    values = header.values
    architecture = _text(values, "general.architecture")
    experts = values.get(f"{architecture}.expert_count")
    return Evidence(
        architecture=architecture,
        tokenizer=_text(values, "tokenizer.ggml.model"),
        tokens=header.found,
        template=_text(values, TEMPLATE),
        names=(_text(values, "general.name"), _text(values, "general.basename")),
        experts=experts if type(experts) is int else 0,
    )


def _instruct(values: Mapping[str, Any]) -> bool:
    """Whether the file says so: older ones carry no template."""
    said = " ".join(_text(values, f"general.{key}") for key in ("name", "finetune"))
    return bool(_text(values, TEMPLATE)) or _TUNED.search(said) is not None


def _bos(header: Header) -> int | None:
    values = header.values
    model, pre = _text(values, "tokenizer.ggml.model"), _text(values, "tokenizer.ggml.pre")
    add = values.get("tokenizer.ggml.add_bos_token", model in _BOS_TOKENIZERS or pre in _BOS_PRETOKENIZERS)
    return _token(header, "bos_token_id") if add is True else None


def _token(header: Header, *names: str) -> int | None:
    """The first of the named ids that is in the vocabulary: an id outside it would abort the engine."""
    for name in names:
        token = header.values.get(f"tokenizer.ggml.{name}")
        if type(token) is int and 0 <= token < header.vocabulary:
            return token
    return None


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _positive(value: object) -> bool:
    return type(value) is int and value > 0


def main(arguments: Sequence[str]) -> int:
    """Print the facts of one file as JSON."""
    limit()
    try:
        facts = read_gguf(arguments[0])
        if facts.chat_template:
            try_out(facts.chat_template)
        answer = Answer(facts=facts)
    except (HeaderError, CodeassistError) as error:
        answer = Answer(problem=str(error))
    except OSError as error:
        answer = Answer(problem=error.strerror or "it cannot be read")
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
