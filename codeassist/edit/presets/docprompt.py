"""What the model is asked for documentation: a definition, how the answer begins, and where it ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from codeassist import templates
from codeassist.context.languages import Language
from codeassist.edit.presets.docfacts import Facts
from codeassist.edit.presets.docrender import Conventions, rendered
from codeassist.edit.presets.docsite import Site, Sites
from codeassist.edit.presets.docstyle import Sample, content
from codeassist.edit.presets.documentation import Documentation, parse
from codeassist.engine.api import Message
from codeassist.terminal import one_line, sanitise

_OLD = 600  # characters of what is documented so far


class Subject(NamedTuple):
    """What is documented: its name, its kind ("module" is a file), its code without documentation."""

    name: str
    kind: str
    code: str
    told: Facts
    before: str = ""


def messages(language: Language, how: Conventions, known: Sequence[Sample], own: Subject, path: str) -> list[Message]:
    """The conversation: documented definitions of the project as if they had been asked for, then this one."""
    prompt = templates.doc_prompt()
    found = [Message("system", prompt.system)]
    for each in known:
        subject = Subject(each.name, each.kind, each.code, each.facts)
        found += [_request(language, how, subject, path), _answer(each.raw)]
    if not known and own.kind != "module":
        sample = next((each for each in prompt.example if language.id in each.languages), None)
        if sample is not None:
            shown = rendered(_restricted(parse(content(sample.doc.strip())), how), how, "")
            subject = Subject(sample.name, "function", sample.code.strip("\n"), Facts())
            found += [_request(language, how, subject, path), _answer(shown)]
    return [*found, _request(language, how, own, path)]


def _request(language: Language, how: Conventions, subject: Subject, path: str) -> Message:
    prompt = templates.doc_prompt()
    shown = prompt.code.format(fence=_fence(subject.code), language=language.id, code=sanitise(subject.code))
    shown += prompt.before.format(content=one_line(subject.before, _OLD)) if subject.before else ""
    if subject.kind == "module":
        return Message("user", shown + prompt.file.format(path=one_line(path)))
    parts = "; ".join(_parts(how, subject))
    return Message("user", shown + prompt.definition.format(name=one_line(subject.name), parts=parts))


def _parts(how: Conventions, subject: Subject) -> list[str]:
    """What is to be said, part by part."""
    prompt, told = templates.doc_prompt(), subject.told
    parts = [prompt.purpose if subject.kind in ("function", "method", "constructor") else prompt.thing]
    if how.markup == "plain":
        return parts
    names = [f"`{each.name}`" for each in told.parameters]
    if names and "parameters" in how.wants:
        parts.append((prompt.parameters if len(names) > 1 else prompt.parameter).format(names=", ".join(names)))
    if (told.returns or told.yields) and "returns" in how.wants:
        parts.append(prompt.yields if told.yields else prompt.returns)
    if told.raises and "raises" in how.wants:
        parts.append(prompt.raises.format(names=", ".join(f"`{each}`" for each in told.raises)))
    return parts


def _restricted(doc: Documentation, how: Conventions) -> Documentation:
    return doc if how.markup != "plain" else Documentation(doc.paragraphs)


def _answer(raw: str) -> Message:
    lines = raw.strip().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    star = 1 if raw.lstrip().startswith("/*") else 0
    cut = max(0, margin - star)
    return Message("assistant", sanitise("\n".join([lines[0], *(line[cut:] for line in lines[1:])])))


def opening(how: Conventions, sites: Sites, site: Site) -> str:
    """What the answer begins with."""
    if not how.sign:
        return how.quote
    if how.markup == "xml":
        return f"{how.sign} <summary>\n{how.sign}"
    if how.block:
        return f"{how.sign}\n *"
    if sites.language.id != "go":
        return how.sign
    package = re.search(r"^package (\w+)", sites.text, re.MULTILINE)
    return f"{how.sign} Package {package[1]}" if site.node is None and package else f"{how.sign} {site.name}"


def closers(how: Conventions) -> tuple[str, ...]:
    """What ends documentation in the file."""
    return ("*/",) if how.block else () if how.sign else (how.quote,)


def ends(how: Conventions) -> tuple[str, ...]:
    """The texts that end an answer."""
    return (*closers(how), "\n```", *(() if not how.sign or how.block else ("\n\n",)))


def enough(how: Conventions) -> Callable[[str], bool]:
    """What ends comments that begin every line: a line without the sign."""
    if not how.sign or how.block:
        return lambda _said: False

    def complete(said: str) -> bool:
        *_, before, last = ["", *said.split("\n")]
        begun = last.strip()
        return bool(before) and not (how.sign.startswith(begun) or begun.startswith(how.sign))

    return complete


def answered(said: str, how: Conventions) -> str:
    """What was said, without delimiters and signs."""
    if not how.sign:
        return content(f"{said}{how.quote}")
    if how.block:
        return content(f"{said}*/")
    lines = []
    for line in said.split("\n"):
        if not line.strip().startswith(how.sign):
            break
        lines.append(line)
    return content("\n".join(lines))


def _fence(code: str) -> str:
    runs = [len(run) for run in re.findall(r"`{3,}", code)]
    return "`" * max([3, *(run + 1 for run in runs)])
