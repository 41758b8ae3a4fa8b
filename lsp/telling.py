"""`codeassist.explain`: the model tells what a selection or a definition does. Imported when it is first asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeassist.chat.answering import Answer, Listener
from codeassist.chat.explain import Target, explain
from codeassist.errors import CancelledError, UsageError
from codeassist.lsp.documents import Document
from codeassist.lsp.looking import looking
from codeassist.lsp.markdown import prose
from codeassist.lsp.progress import Watch
from codeassist.lsp.symbols import Selection, Symbol
from codeassist.lsp.tasks import located
from codeassist.session import Session


def told(
    environ: Mapping[str, str],
    session: Session,
    document: Document,
    chosen: Selection,
    symbol: Symbol | None,
    watch: Watch,
    *,
    context: bool,
) -> Answer:
    """What the model says of a selection, of the definition around a cursor, or else of the whole file. Blocking.

    Raises:
        UsageError: there is nothing to explain.
        EngineError: the engine failed.
        CancelledError: nobody waits any more.
    """
    if not chosen.text.strip():
        raise UsageError("the file is empty")
    root, path = located(document)
    first, last = chosen.lines
    if chosen.empty and symbol is not None:
        first, last = symbol.first, symbol.last
    whole = chosen.empty and symbol is None
    if whole:
        first, last = 1, chosen.text.count("\n") + (not chosen.text.endswith("\n"))
    target = Target(path, chosen.text, first, last, whole)
    with looking(environ, root, watch, wanted=context and document.file is not None) as index:
        watch.say("reading")
        answer = explain(session, target, index, Listener(lambda _text: None, cancel=watch.cancelled))
    if watch.cancelled():
        raise CancelledError("interrupted")
    return answer


def answer_of(answer: Answer) -> dict[str, Any]:
    """The command's answer. In the Markdown nothing of the repository or the model is more than text or code."""
    places = [{"path": each.path, "start": each.start, "end": each.end} for each in answer.citations]
    return {"schema": 1, "markdown": prose(answer.answer), "citations": places, "message": ""}
