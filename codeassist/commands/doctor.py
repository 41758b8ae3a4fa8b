"""`codeassist doctor`."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from codeassist.commands.output import Waiting, write_json
from codeassist.doctor.checks import Check, run_checks
from codeassist.errors import ConfigError
from codeassist.session import open_workspace
from codeassist.terminal import one_line

_FAILED = 3


def run(environ: Mapping[str, str], *, as_json: bool = False) -> int:
    """Check everything; exit code 3 if something that is needed fails."""
    with Waiting("checking"):
        try:
            checks = run_checks(open_workspace(environ), environ)
        except ConfigError as error:
            checks = [Check(id="config", status="fail", detail=error.message, hint=error.hint)]
    if as_json:
        write_json({"schema": 1, "checks": checks})
    else:
        for check in checks:
            sys.stdout.write(f"{check.status:4}  {check.id:8}  {one_line(check.detail)}\n")
            if check.hint:
                sys.stdout.write(f"{'':16}{one_line(check.hint)}\n")
    return _FAILED if any(check.status == "fail" for check in checks) else 0
