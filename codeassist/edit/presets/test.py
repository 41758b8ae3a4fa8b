"""The preset `test`: the model writes tests, the program places them, runs them, and keeps those that pass.

What runs is code that nobody has read: who calls this decides whether it may run, and how it is confined.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from codeassist.context.contents import lines_of
from codeassist.context.languages import Language, language_for
from codeassist.context.related import is_test
from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.draft import Checked, Draft
from codeassist.edit.original import Original, read
from codeassist.edit.pipeline import DRAFTS, Desk
from codeassist.edit.presets import testprompt, trial
from codeassist.edit.presets.docsite import Sites
from codeassist.edit.presets.emptied import emptied
from codeassist.edit.presets.frameworks import command, framework_of, frameworks
from codeassist.edit.presets.testcases import Case, cases, fresh
from codeassist.edit.presets.testfile import composed
from codeassist.edit.presets.testhead import Head, head_of
from codeassist.edit.presets.testplace import path_of_tests
from codeassist.edit.presets.testprompt import Example
from codeassist.edit.presets.trial import Trial
from codeassist.edit.target import Named, Target, targets
from codeassist.edit.writing import write
from codeassist.errors import UsageError
from codeassist.terminal import one_line, sanitise
from codeassist.text import decode

_MOST_TOKENS, _ROUNDS = 640, 4
_KEPT = 8  # tests of one draft
_KINDS = ("function", "method", "class", "constructor")
_NAMES = re.compile(r"(?:def|class|func|fn|function|const)\s+(\w+)")
_MOST_FILES, _MOST_LINES = 500, 600

Run = Callable[[ChangeSet, str], Checked]
"""Runs a shell command in a copy of the tree with a change in it."""


class Tests:
    """The tests of one definition.

    Attributes:
        framework: by its name in frameworks.toml; `path`: of the test file.
        trials: what came of each draft that was run, the latest last.
    """

    __test__ = False  # it is none of ours

    def __init__(self, desk: Desk, root: Path, original: Original, place: Named) -> None:
        """Find out how it is tested.

        Raises:
            UsageError: there is no such definition, or no framework for it; nothing of it can be imported.
        """
        self._desk = desk
        self._root = root
        self._original = original
        known = [each.path for each in desk.index.files()] if desk.index is not None else _near(root, original.path)
        language = language_for(original.path)
        self.framework = framework_of(root, original.path, language, known)
        self._language: Language = language  # type: ignore[assignment]  # there is no framework for None
        self._target = _definition(original, place)
        self.path = path_of_tests(original.path, known, frameworks()[self.framework])
        same = self.path == original.path
        self._file = original if same else read(root, self.path, missing=True)
        self._head: Head = head_of(self.framework, root, original, self._file, self._target, desk.index)
        self._taken = cases(self._language, self._file.text)
        self.trials: list[Trial] = []
        example = self._example(known)
        self._asked = testprompt.asked(desk, self._target, self._head, self.framework, example, _MOST_TOKENS)

    def command(self, names: Sequence[str]) -> str:
        """The shell command that runs some tests, at the top of the tree."""
        line = command(self.framework, self._root, self.path, names, self._head.around)
        folder = self._head.folder
        return f'PYTHONPATH="{folder}${{PYTHONPATH:+:$PYTHONPATH}}" {line}' if folder else line

    def drafts(self, run: Run | None, check: str = "", count: int = DRAFTS, *, strict: bool = False) -> Iterator[Draft]:
        """Drafts of tests; those that fail are taken out, with `strict` also those that pass with an emptied body.

        `run` is None where nothing may run: then they only parse. `check`: a command that runs them all, instead of
        the framework's.

        Raises:
            EngineError: the engine failed.
            CancelledError: the person wants no more.
            MissingError: the tests cannot be run.
        """
        for attempt in range(count):
            code = self._write(attempt, f"draft {attempt + 1} of {count}")
            yield self._draft(code, run, check, strict=strict)

    def _write(self, attempt: int, what: str) -> str:
        """The code of an answer; one that loses itself in a test is ended there, and goes on with another."""
        desk, asked = self._desk, self._asked
        gap = "\n\n\n" if self.framework == "pytest" else "\n\n"
        for _ in range(_ROUNDS):
            said = write(desk.session.engine, asked, attempt, desk.cancelled, lambda usage: desk.progress(what, usage))
            text = said.text
            if said.whole and not testprompt.enough(text):
                break
            text = text.rpartition("\n")[0]  # its last line may not be whole
            opening = testprompt.going_on(said.text, self._head, gap)
            if not opening:
                break
            asked = replace(asked, opening=opening)
        return text.partition("\n")[2]

    def _draft(self, code: str, run: Run | None, check: str, *, strict: bool) -> Draft:
        names = set(_NAMES.findall(self._file.text))
        found = [each for each in cases(self._language, code) if sanitise(each.text) == each.text]
        found = fresh(found, self._taken, names)[:_KEPT]
        if not found or run is None:
            return self._put(found, code) if found else Draft((), "it holds no test")
        source = emptied(Sites(self._language, self._original.text), self._original, self._target) if strict else None
        if strict and source is None:
            return Draft((), "its body cannot be emptied, so that nothing tells what its tests are worth")

        def running(some: Sequence[Case]) -> Checked:
            change = ChangeSet(self._root, "", self._put(some, code).files)
            return run(change, check or self.command([each.name for each in some]))

        def running_emptied(some: Sequence[Case]) -> Checked:
            change = ChangeSet(self._root, "", self._put_emptied(some, code, source))
            return run(change, check or self.command([each.name for each in some]))

        done = trial.passing(self.framework, self._language, found, running)
        if strict:
            done = trial.strict(self.framework, done, running_emptied)
        self.trials.append(done)
        if done.kept:
            return self._put(done.kept, code)
        return Draft(self._put(found, code).files, _complaint(done, len(found)))

    def _put(self, found: Sequence[Case], code: str) -> Draft:
        """The test file with tests in it."""
        try:
            return Draft((self._composed(self._file, found, code),))
        except UsageError as error:
            return Draft((), error.message)

    def _put_emptied(self, found: Sequence[Case], code: str, source: FileEdit | None) -> tuple[FileEdit, ...]:
        """The test file beside the emptied source; they may be one."""
        if source is None or source.after is None:
            return ()
        if self._file is not self._original:
            return (source, *self._put(found, code).files)
        text = decode(source.after, source.path)
        both = self._composed(Original(source.path, source.after, text), found, code)
        return (FileEdit(source.path, source.before, both.after),)

    def _composed(self, file: Original, found: Sequence[Case], code: str) -> FileEdit:
        texts = [each.text for each in found]
        more = self._head.more(self.framework, texts, code, (*self._head.lines, *file.text.split("\n")))
        return composed(self._language, file, self._head.lines, more, found, self._head.around)

    def _example(self, known: Sequence[str]) -> Example | None:
        """The beginning of the test file, up to its first test, else of the nearest one of the language."""
        folder = self.path.split("/")[:-1]
        tests = [each for each in known if is_test(each) and language_for(each) is self._language]
        tests.sort(key=lambda each: (each != self.path, -len(set(each.split("/")[:-1]) & set(folder)), each))
        for path in tests[:_KEPT]:
            text = "\n".join(lines_of(self._root, path)[:_MOST_LINES])
            first = next(iter(cases(self._language, text)), None)
            if first is not None:
                last = first.text.rpartition("\n")[2]
                at = text.find(first.text.partition("\n")[0])
                return Example(path, text[: text.find(last, at) + len(last)])
        return None


def _definition(original: Original, place: Named) -> Target:
    """What is tested.

    Raises:
        UsageError: it is no function or class.
    """
    found = targets(original, place)[0]
    if found.kind not in _KINDS or not found.name:
        raise UsageError(
            f"{one_line(original.path)} as such cannot be tested", f"name it: {one_line(original.path)}::NAME"
        )
    return found


def _near(root: Path, path: str) -> list[str]:
    """Files beside a file, and in the usual folders of tests: where the repository is not looked at."""
    folder = Path(path).parent
    found: list[str] = []
    for each in dict.fromkeys((folder, folder / "__tests__", Path(), Path("tests"), Path("test"))):
        place = root / each
        if place.is_dir() and not place.is_symlink():
            found += sorted((each / one.name).as_posix() for one in place.iterdir() if one.is_file())
    return found[:_MOST_FILES]


def _complaint(done: Trial, count: int) -> str:
    """Why none of the tests is kept."""
    if done.idle:
        return f"{'its test passes' if count == 1 else 'its tests pass'} with an emptied body too, or fail as it is"
    if done.checks and done.checks[-1].exit_code is None:
        return f"the tests took over {done.checks[-1].seconds:.0f} s"
    return f"none of its {count} tests passes" if count > 1 else "its test fails"
