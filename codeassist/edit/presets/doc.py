"""The preset `doc`: the model writes what documentation says, the program puts it in its place and its form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codeassist.context.languages import Language, language_for
from codeassist.edit.draft import Draft
from codeassist.edit.original import Original
from codeassist.edit.pipeline import DRAFTS, Desk
from codeassist.edit.presets import doccheck, docprompt
from codeassist.edit.presets.docfacts import facts
from codeassist.edit.presets.docrender import MARK, opened
from codeassist.edit.presets.docsite import Site, Sites, forms
from codeassist.edit.presets.docsplice import same_code, splice
from codeassist.edit.presets.docstyle import code_of, content, fitting, gathered, learned
from codeassist.edit.presets.documentation import Documentation, Item, parse
from codeassist.edit.target import Named, targets
from codeassist.edit.writing import Asked, write
from codeassist.errors import UsageError
from codeassist.terminal import one_line

_MOST_TOKENS, _ITEM_TOKENS = 320, 60
_CODE_SHARE = 3  # of the context, that the code may take: one in so many
_MOST_CHARACTERS = 300_000  # of a file
_OLD = 600


def drafts(desk: Desk, original: Original, place: Named, count: int = DRAFTS) -> Iterator[Draft]:
    """Drafts of the documentation of a definition, or of a file where the place is all of it.

    Raises:
        UsageError: there is no such definition, its language is not known, or nothing can be documented there.
        EngineError: the engine failed.
        CancelledError: the person wants no more.
    """
    pen = _Pen(desk, original, place)
    for attempt in range(count):
        yield pen.draft(attempt, f"draft {attempt + 1} of {count}")


def _site(sites: Sites, original: Original, place: Named) -> Site:
    """What is to be documented.

    Raises:
        UsageError: there is nothing of the kind.
    """
    if not place.name and not place.start:
        found = sites.module()
    else:
        chosen = targets(original, place)[0]
        before = original.text[: chosen.start]
        start = len(before.encode("utf-8", "surrogatepass"))
        found = sites.at(start, start + len(chosen.text.encode("utf-8", "surrogatepass")))
    if found is None:
        what = place.name or (f"line {place.start}" if place.start else "the file as a whole")
        raise UsageError(
            f"{one_line(what)} of {one_line(original.path)} cannot be documented",
            f"name a function or a class: codeassist doc {one_line(original.path)}::NAME",
        )
    return found


def _language(original: Original) -> Language:
    language = language_for(original.path)
    if language is None or language.id not in forms():
        known = ", ".join(forms())
        raise UsageError(f"{one_line(original.path)} is in no language that can be documented", f"these can: {known}")
    if len(original.text) > _MOST_CHARACTERS:
        raise UsageError(f"{one_line(original.path)} is too long to be documented", "split it")
    return language


class _Pen:
    """Writes the documentation of one place, again and again; what the model is shown stays the same."""

    def __init__(self, desk: Desk, original: Original, place: Named) -> None:
        self._desk = desk
        self._original = original
        self._language = _language(original)
        self._sites = Sites(self._language, original.text)
        self._site = _site(self._sites, original, place)
        self._told = facts(self._language, self._site)
        known = gathered(self._sites, original.path, self._site, desk.index)
        how = learned(self._sites.form, self._language, known, self._sites.raw(self._site), original.text)
        if self._site.kind == "module":
            known = []
            how = replace(how, sign=self._sites.form.module_sign or how.sign)
        self._how = how
        self._before = parse(content(self._sites.raw(self._site)))
        own = self._own_code()
        self._shown = f"{original.text} {original.path} {self._site.name}"
        subject = docprompt.Subject(self._site.name, self._site.kind, own, self._told, self._before.summary)
        shown = fitting(known, self._site, self._told, how)
        self._messages = docprompt.messages(self._language, how, shown, subject, original.path)
        self._begin = docprompt.opening(how, self._sites, self._site)

    def draft(self, attempt: int, what: str) -> Draft:
        """One draft; with a reason if it does not hold."""
        said = self._write(self._begin, _MOST_TOKENS, attempt, what, docprompt.ends(self._how))
        if said is None:
            return Draft((), "it did not come to an end")
        doc = doccheck.held(parse(docprompt.answered(said, self._how)), self._told, self._how, self._before)
        reason = doccheck.complaint(doc, self._before, self._site.name, self._shown)
        if not reason:
            doc = self._completed(doc, attempt, what)
            gaps = doccheck.missing(doc, self._told, self._how)
            reason = f"it does not tell of {gaps[0].name}" if gaps else ""
            reason = reason or doccheck.complaint(doc, self._before, self._site.name, self._shown)
        return self._put(doc, reason) if doc.summary else Draft((), reason)

    def _put(self, doc: Documentation, reason: str) -> Draft:
        """The documentation in the file. Nothing is shown of one that would change the code."""
        put = splice(self._sites, self._site, doc, self._how)
        text = self._original.text
        if not same_code(self._language, text, text[: put.start] + put.text + text[put.end :], put):
            return Draft((), reason or "it would change the code")
        try:
            return Draft((self._original.spliced([put]),), reason)
        except UsageError as error:
            return Draft((), reason or error.message)

    def _completed(self, doc: Documentation, attempt: int, what: str) -> Documentation:
        """Documentation with what it lacks: the model goes on where the program has written the label."""
        for item in doccheck.missing(doc, self._told, self._how):
            marked = doccheck.with_item(doc, item, self._told)
            opening = opened(marked, self._how)
            said = self._write(
                opening, _ITEM_TOKENS, attempt, what, ("\n", "</", *docprompt.closers(self._how)), whole=False
            )
            text = " ".join((said or "").removeprefix(opening).split()).strip("-–—: ")
            if text and MARK not in text:
                doc = doccheck.with_item(doc, Item(item.name, text, item.kind), self._told)
        return doc

    def _write(
        self, opening: str, tokens: int, attempt: int, what: str, stop: tuple[str, ...], *, whole: bool = True
    ) -> str | None:
        desk = self._desk
        asked = Asked(self._messages, tokens, opening=opening, stop=stop, enough=docprompt.enough(self._how))
        said = write(desk.session.engine, asked, attempt, desk.cancelled, lambda usage: desk.progress(what, usage))
        return said.text if said.whole or not whole else None

    def _own_code(self) -> str:
        """The code that is documented, as much of it as fits."""
        engine = self._desk.session.engine
        room = engine.info().context_tokens // _CODE_SHARE
        if self._site.kind == "module":
            code = self._original.text[: _MOST_CHARACTERS // 4]
        else:
            code = code_of(self._sites, self._site)
        lines = code.split("\n")
        kept = []
        for line, tokens in zip(lines, engine.tokenize([f"{line}\n" for line in lines]), strict=True):
            room -= len(tokens)
            if room < 0:
                break
            kept.append(line)
        if not kept:
            raise UsageError("its first line does not fit the model's context", "shorten it")
        return "\n".join(kept)
