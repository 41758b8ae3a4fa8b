"""How a project writes documentation, told by what is documented already: in the file, then in files near it."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codeassist.context.contents import lines_of
from codeassist.context.index import Index
from codeassist.context.languages import Language
from codeassist.context.related import is_test
from codeassist.edit.presets.docfacts import Facts, facts
from codeassist.edit.presets.docrender import Conventions, Markup
from codeassist.edit.presets.docsite import Form, Site, Sites
from codeassist.edit.presets.documentation import Documentation, dedented, parse

_ENOUGH, _MOST = 8, 40  # documented definitions that are looked at
_MOST_FILES, _MOST_CHARACTERS, _MOST_LINES = 8, 200_000, 2_000
_FEW = 3  # of so many without any section a project may be said to write none
_SHARE = 0.15  # of documentation has sections, where a project writes them: much needs none
_WANTED = 0.3
_WIDTHS = (79, 88, 100, 120)
_CODE_LINES, _DOC_LINES, _CODE_WIDTH = 30, 20, 200
_MARKUPS: dict[Markup, re.Pattern[str]] = {
    "google": re.compile(r"^\s*(?:Args|Arguments|Returns|Yields|Raises):\s*$", re.MULTILINE),
    "numpy": re.compile(r"^\s*(?:Parameters|Returns|Yields|Raises)\n\s*-{3,}\s*$", re.MULTILINE),
    "sphinx": re.compile(r"^\s*:(?:param|returns?|raises?|rtype)\b", re.MULTILINE),
    "tags": re.compile(r"[@\\](?:param|returns?|throws)\b"),
    "xml": re.compile(r"<(?:summary|param|returns)\b"),
}
_TYPED: dict[Markup, re.Pattern[str]] = {
    "google": re.compile(r"^\s+\*{0,2}\w+ \([^()\n]+\):", re.MULTILINE),
    "numpy": re.compile(r"^\s*\w+ : \S", re.MULTILINE),
    "sphinx": re.compile(r":param \S+ \w+:"),
    "tags": re.compile(r"@param (?:\{|\S+ \$)"),
    "yard": re.compile(r"@param \S+ \[|@param \["),
}
_SIGNS = re.compile(r"\s*(/\*[*!]|//[/!]|//|#)")
_BLOCK = re.compile(r"^\s*/\*[*!]?|\s*\*/\s*$")
_STAR = re.compile(r"^\s*\*(?: |$)", re.MULTILINE)
_LINE = re.compile(r"^\s*(?:///|//!|//|#) ?", re.MULTILINE)
_QUOTED = re.compile(r"(?s)\s*[rRuU]?(\"\"\"|'''|\"|')(.*)\1\s*$")


@dataclass(frozen=True)
class Sample:
    """A documented definition of the project. `code` is without the documentation, `raw` that as it stands there."""

    path: str
    name: str
    kind: str
    code: str
    raw: str
    doc: Documentation
    facts: Facts


def content(raw: str) -> str:
    """Documentation without its delimiters and signs."""
    quoted = _QUOTED.match(raw)
    if quoted is not None:
        return "\n".join(dedented(quoted[2].strip("\n").split("\n"))).strip()
    if raw.lstrip().startswith("/*"):
        return _STAR.sub("", _BLOCK.sub("", raw)).strip()
    return "\n".join(line.rstrip() for line in _LINE.sub("", raw).split("\n")).strip()


def samples(sites: Sites, path: str, besides: Site | None = None) -> Iterator[Sample]:
    """What is documented in a file, but for one definition."""
    for site in sites.all():
        same = besides is not None and site.outer == besides.outer
        if site.end > site.start and not same and site.node is not None:
            raw = sites.raw(site)[: _DOC_LINES * _CODE_WIDTH]
            code = code_of(sites, site)
            yield Sample(path, site.name, site.kind, code, raw, parse(content(raw)), facts(sites.language, site))


def code_of(sites: Sites, site: Site, most: int = _MOST_LINES) -> str:
    """A definition without its documentation and without its indentation."""
    data, (start, end) = sites.data, site.outer
    above = site.end if site.start == start and sites.form.place == "above" else start
    text = data[above : max(above, site.start)] + data[max(above, site.end) : end]
    lines = text.decode("utf-8", "replace").strip("\n").split("\n")
    column = len(data[data.rfind(b"\n", 0, start) + 1 : start])
    lines = [lines[0].lstrip(), *(line[column:] if not line[:column].strip() else line for line in lines[1:])]
    kept = [line[:_CODE_WIDTH] for line in lines if line.strip()] if sites.form.place == "inside" else lines
    return "\n".join(kept[:most])


def gathered(sites: Sites, path: str, besides: Site, index: Index | None) -> list[Sample]:
    """What is documented in the file and, if that is little, in files of its language, the nearest first."""
    found = list(samples(sites, path, besides))[:_MOST]
    if len(found) >= _ENOUGH or index is None:
        return found
    for other in _near(index, path, sites.language):
        text = "\n".join(lines_of(index.root, other))
        if text and len(text) <= _MOST_CHARACTERS:
            found += list(samples(Sites(sites.language, text + "\n"), other))[: _MOST - len(found)]
        if len(found) >= _ENOUGH:
            break
    return found


def learned(form: Form, language: Language, known: Sequence[Sample], own: str, text: str) -> Conventions:
    """The conventions that samples follow; what they do not tell is as the language has it.

    `own`: the documentation that is replaced, whose markup stays if it has one; `text`: of the file.
    """
    raws = [*(each.raw for each in known), *([own] if own.strip() else [])]
    markup = _markup(form, language, [own]) if any(each.search(own) for each in _MARKUPS.values()) else None
    markup = markup or _markup(form, language, raws)
    several = [raw for raw in raws if "\n" in raw.strip()]
    ends = [each.doc.summary for each in known if each.doc.summary]
    tagged = [raw for raw in raws if _MARKUPS["tags"].search(raw)]
    typed = _TYPED.get(markup)
    by_default = language.id in ("javascript", "php") and not tagged
    returns = _most([*re.findall(r"[@\\:](returns?)\b", "\n".join(raws))], _default_result(language))
    return Conventions(
        markup=markup,
        wants=_wanted(known),
        sign=_sign(form, raws),
        quote=_most([match[1] for match in map(_QUOTED.match, raws) if match and len(match[1]) > 1], '"""'),
        typed=by_default or (typed is not None and any(typed.search(raw) for raw in raws)),
        stop=not ends or sum(each.endswith(".") for each in ends) * 2 >= len(ends),
        second_line=_mostly(re.match(r"\s*[rR]?(?:\"\"\"|''')\s*\n", raw) is not None for raw in several),
        single=_single(language, raws),
        apart=_mostly(re.search(r"\n[\s*/#!]*\n[\s*/#!]*[@\\]\w", raw) is not None for raw in tagged)
        if tagged
        else language.id in ("java", "php"),
        tag="\\" if sum("\\param" in raw for raw in tagged) * 2 > len(tagged) else "@",
        result=returns,
        dash=_mostly(re.search(r"@param [^\n]{0,160}? - ", raw) is not None for raw in tagged)
        if tagged
        else language.id in ("javascript", "typescript", "tsx"),
        width=_width(text),
    )


def fitting(known: Sequence[Sample], site: Site, told: Facts, how: Conventions, most: int = 2) -> list[Sample]:
    """The samples that show best how this definition is to be documented."""

    def worth(each: Sample) -> tuple[int, ...]:
        has = bool(each.doc.parameters or each.doc.returns)
        wants = how.markup != "plain" and bool(told.parameters)
        return (has == wants, each.kind == site.kind, bool(each.facts.parameters) == bool(told.parameters))

    short = [
        each
        for each in known
        if each.doc.summary and each.code.count("\n") < _CODE_LINES and each.raw.count("\n") < _DOC_LINES
    ]
    return sorted(short, key=worth, reverse=True)[:most]


def _markup(form: Form, language: Language, raws: list[str]) -> Markup:
    if not raws:
        return _named(form.markup)
    counts = {name: sum(pattern.search(raw) is not None for raw in raws) for name, pattern in _MARKUPS.items()}
    name = max(counts, key=lambda each: counts[each])
    if counts[name] and counts[name] >= _SHARE * len(raws):
        return "yard" if language.id == "ruby" and name == "tags" else name
    return "plain" if len(raws) >= _FEW else _named(form.markup)


def _wanted(known: Sequence[Sample]) -> frozenset[str]:
    """The sections that most documentation has which could have them; all, where nothing could."""
    could: dict[str, list[bool]] = {
        "parameters": [bool(each.doc.parameters) for each in known if each.facts.parameters],
        "returns": [each.doc.returns is not None for each in known if each.facts.returns or each.facts.yields],
        "raises": [bool(each.doc.raises) for each in known if each.facts.raises],
    }
    return frozenset(name for name, has in could.items() if not has or sum(has) >= _WANTED * len(has))


def _named(name: str) -> Markup:
    return next(each for each in (*_MARKUPS, "plain") if each == name)


def _sign(form: Form, raws: list[str]) -> str:
    if form.place == "inside":
        return ""
    found = [match[1] for match in map(_SIGNS.match, raws) if match]
    return _most([each for each in found if each in (form.signs or (form.sign,))], form.sign)


def _single(language: Language, raws: list[str]) -> bool:
    short = [raw for raw in raws if raw.lstrip().startswith("/*") and "\n" not in content(raw)]
    return _mostly("\n" not in raw.strip() for raw in short) if short else language.id not in ("java", "php")


def _default_result(language: Language) -> str:
    return "returns" if language.id in ("javascript", "typescript", "tsx", "python") else "return"


def _most(found: list[str], otherwise: str) -> str:
    return Counter(found).most_common(1)[0][0] if found else otherwise


def _mostly(found: Iterable[bool]) -> bool:
    answers = list(found)
    return sum(answers) * 2 > len(answers)


def _width(text: str) -> int:
    longest = max((len(line) for line in text.split("\n")[:_MOST_LINES] if "http" not in line), default=0)
    return next((width for width in _WIDTHS if longest <= width), _WIDTHS[-1])


def _near(index: Index, path: str, language: Language) -> list[str]:
    paths = [each.path for each in index.files() if each.language == language.id and each.path != path]
    tested = is_test(path)

    def far(other: str) -> tuple[bool, int, str]:
        common = posixpath.commonpath([posixpath.dirname(path) or ".", posixpath.dirname(other) or "."])
        return is_test(other) != tested, -common.count("/") - bool(common), other

    return sorted(paths, key=far)[:_MOST_FILES]
