"""What JavaScript and TypeScript no longer export, while it is still imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.review.checks.stale_caller import RULE
from tests.review.repositories import looked

OLD = "export function run() {}\nexport const stop = () => 1;\n"


@pytest.mark.parametrize(
    ("user", "line"),
    [
        ('import { run } from "./lib";\n', 1),
        ("import { run as go } from './lib';\n", 1),
        ('import d, {\n  stop,\n  run,\n} from "./lib.js";\n', 3),
        ('export { run } from "./lib";\n', 1),
        ('import { stop } from "./lib";\nrun();\n', 0),
        ('import { stop as run } from "./lib";\n', 0),
        ('import { run } from "./other";\n', 0),
        ('import { run } from "lib";\n', 0),
        ('import { run } from "~/src/lib";\n', 0),
        ("// import { run } from './lib'\n", 0),
        ('import { run from "./lib";\n', 0),
    ],
)
def test_a_name_that_is_gone(tmp_path: Path, user: str, line: int) -> None:
    new = OLD.replace("run", "start")
    others = {"src/app.tsx": user, "src/other.ts": "export function run() {}\n"}
    findings = looked(RULE, tmp_path, ("src/lib.ts", OLD, new), others=others)
    message = f"`run` is gone, but is used as before in src/app.tsx:{line}"
    assert [(each.message, each.severity, each.line) for each in findings] == [(message, "high", 1)] * bool(line)


@pytest.mark.parametrize(
    "new",
    [
        "export const run = 1;\n",
        "export class run {}\n",
        "export interface run {}\n",
        "export type run = 1;\n",
        "export enum run { A }\n",
        "export abstract class run {}\n",
        "export declare function run(): void;\n",
        "export const a = 1, run = 2;\n",
        "function run() {}\nexport { run };\n",
        "function go() {}\nexport { go as run };\n",
        'export { run } from "./other";\n',
        'export * from "./other";\n',
        "export const { run } = other;\n",
        "module.exports = { run };\n",
        "export = run;\n",
        "export function broken( {}\n",
    ],
)
def test_a_name_that_is_still_there(tmp_path: Path, new: str) -> None:
    others = {"app.ts": 'import { run } from "./lib";\n'}
    assert looked(RULE, tmp_path, ("lib.ts", "export function run() {}\n", new), others=others) == []


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ('import { run } from "./lib";\n', True),
        ('import "./lib.js";\n', True),
        ('export * from "./lib";\n', True),
        ('import { run } from "lib";\n', False),
        ('import { run } from "./other/lib";\n', False),
    ],
)
def test_a_module_that_is_gone(tmp_path: Path, user: str, said: bool) -> None:
    others = {"app.js": user, "other/lib.js": "export function run() {}\n"}
    findings = looked(RULE, tmp_path, ("lib.js", OLD, None), others=others)
    assert [each.message for each in findings] == ["`lib.js` is gone, but is used as before in app.js:1"] * said


def test_a_module_that_became_a_folder(tmp_path: Path) -> None:
    others = {"app.js": 'import { run } from "./lib";\n', "lib/index.ts": OLD}
    assert looked(RULE, tmp_path, ("lib.js", OLD, None), others=others) == []
