"""Fields and tags in documentation: `:param x:`, `@param x`, `\\param x`."""

from __future__ import annotations

import re

_FIELD = re.compile(r":(?P<tag>[a-z]{1,12})(?: (?P<words>[^:]{1,120}))?:(?:\s+(?P<rest>.*))?$")
_TAG = re.compile(r"[@\\](?P<tag>[a-z]{1,12})\b(?:\[[a-z,]{1,8}\])?\s*(?P<rest>.*)$")
_TAGS = {
    **dict.fromkeys(("param", "parameter", "arg", "argument", "key", "keyword", "tparam"), "parameters"),
    **dict.fromkeys(("return", "returns", "result", "yield", "yields", "yieldreturn"), "returns"),
    **dict.fromkeys(("raise", "raises", "throw", "throws", "except", "exception"), "raises"),
}
_TYPED = re.compile(r"\{(?P<kind>[^{}]{1,80})\}\s*(?P<rest>.*)$|\[(?P<listed>[^\[\]]{1,80})\]\s*(?P<other>.*)$")
_DROPPED = ("type", "rtype", "vartype", "meta")  # fields that only tell types
_SPOKEN = ("brief", "short", "description", "desc", "summary", "details")  # tags of prose


def tagged(bare: str) -> tuple[str, str]:
    """The section of a field or a tag, and what follows it; ("", "") of another line."""
    match = _FIELD.match(bare)
    if match is not None and match["tag"] in _TAGS:
        *kind, name = (match["words"] or "").split() or [""]
        told = f" ({' '.join(kind)})" if kind else ""
        return _TAGS[match["tag"]], f"{name}{told}: {match['rest'] or ''}" if name else match["rest"] or ""
    if match is not None and match["tag"] in _DROPPED:
        return "dropped", ""
    match = _TAG.match(bare)
    if match is None:
        return "", ""
    if match["tag"] not in _TAGS:
        return ("prose", match["rest"]) if match["tag"] in _SPOKEN else ("others", "")
    return _TAGS[match["tag"]], _of_tag(_TAGS[match["tag"]], match["rest"].strip())


def _of_tag(section: str, rest: str) -> str:
    """What follows a tag, as an item: `name (type): text`."""
    kind = ""
    typed = _TYPED.match(rest)
    if typed is not None:
        kind, rest = typed["kind"] or typed["listed"], typed["rest"] or typed["other"] or ""
    if section == "returns":
        return f"({kind}) {rest}" if kind else rest
    if section == "raises" and kind:
        return f"{kind}: {rest}"
    words = rest.split(None, 2)
    if len(words) > 1 and section == "parameters" and words[1].startswith("$"):  # PHP: the type goes before
        kind, words = words[0], rest.split(None, 1)[1].split(None, 1)
    name, text = (words[0], rest.partition(words[0])[2].strip()) if words else ("", "")
    typed = _TYPED.match(text)  # YARD: the type follows
    if typed is not None and not kind:
        kind, text = typed["kind"] or typed["listed"], typed["rest"] or typed["other"] or ""
    told = f" ({kind})" if kind else ""
    return f"{name.strip('[]`').partition('=')[0]}{told}: {text.lstrip('-–—: ')}"
