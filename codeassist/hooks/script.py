"""The text of an installed hook: a few lines of POSIX shell that call this program, and are known again later."""

from __future__ import annotations

import hashlib
import re
import shlex

NAMES = ("pre-commit", "prepare-commit-msg")
BEFORE = ".before-codeassist"  # ends the name of the hook that was there

# Not `python -m`: that puts the directory it is started in, which is the repository, first on the path of imports.
# A failing interpreter ends with 1 as a review with findings does: those are told by another code.
_START = """import sys
sys.path[:] = [each for each in sys.path if each.startswith("/")]
try:
    from codeassist.cli import main
except ImportError:
    sys.exit(127)
try:
    main()
except SystemExit as ended:
    sys.exit(65 if ended.code == 1 else ended.code)"""

_BODY = r"""hook={name}
before="${{0%/*}}/$hook{before}"
if [ -x "$before" ]; then
    "$before" "$@" || exit
fi
python={python}
code=127
if [ -x "$python" ]; then
    "$python" -c '{start}' hook run "$hook" "$@" </dev/null
    code=$?
fi
if [ "$code" = 127 ] && codeassist --version </dev/null >/dev/null 2>&1; then
    codeassist hook run "$hook" "$@" </dev/null
    code=$?
    [ "$code" != 1 ] || code=65
fi
case $code in
0) ;;
65) exit 1 ;;
130) exit 130 ;;
127) echo "codeassist: not found, the hook $hook did nothing; codeassist hook install mends it" >&2 ;;
*) echo "codeassist: the hook $hook failed and was passed over" >&2 ;;
esac
exit 0
"""
_HEAD = """#!/bin/sh
# Made by `codeassist hook install`; `codeassist hook uninstall` takes it away.
# Sum of the rest: {sum}
"""
_OURS = re.compile(rb"\A#!/bin/sh\n# Made by `codeassist hook install`[^\n]*\n# Sum of the rest: ([0-9a-f]{16})\n")
_CLAIM = b"# Made by `codeassist hook install`"
# A hook that looks up what to do by its own name finds nothing once it is renamed: husky's and overcommit's do.
_OWN_NAME = re.compile(
    rb"basename[^\n]{0,20}\$\{?0|\$\{0##|File\.basename|\$\(dirname [^\n]{0,20}\$0[^\n]{0,3}\)\"?/(?:_/)?h"
)


def script(name: str, python: str) -> bytes:
    """The hook `name`, run by the interpreter at `python`, else by the `codeassist` that is on PATH.

    What was there before runs first, with the same arguments, standard input and environment; if it fails, so does the
    hook. Only findings (exit code 1) and an interruption block: a program that is gone, or fails, is passed over with
    a notice.
    """
    body = _BODY.format(name=name, before=BEFORE, python=shlex.quote(python), start=_START)
    return (_HEAD.format(sum=_sum(body.encode("utf-8", "surrogateescape"))) + body).encode("utf-8", "surrogateescape")


def is_ours(content: bytes) -> bool:
    """True for what `script` of this or another version wrote, and nobody has changed since."""
    match = _OURS.match(content)
    return match is not None and match[1].decode() == _sum(content[match.end() :])


def was_ours(content: bytes) -> bool:
    """True for what was written here, whatever became of it."""
    return _CLAIM in content


def needs_its_name(content: bytes) -> bool:
    """True for a hook that would do nothing under another name."""
    return _OWN_NAME.search(content) is not None


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
