"""docs/team.md says what is so: its settings load, its table is its formula."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from codeassist import toml
from codeassist.config import Settings
from codeassist.engine.remote.address import address_of

TEXT = (Path(__file__).parents[3] / "docs" / "team.md").read_text(encoding="utf-8")
RATES = {"GPU as assumed": (20_000, 2_000), "two cores as measured": (137, 19)}
GENERATED, KEYSTROKES, TYPING, BUSY = 8, 2, 0.2, 0.5


def test_the_settings_load() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    settings = msgspec.convert(toml.loads(block), Settings)
    assert address_of(settings.engine).origin == "https://llm.example.com"


def test_the_table_is_the_formula() -> None:
    where = "|".join(RATES)
    rows = re.findall(rf"^\| ({where}), .*? \| ([\d.]+) \| ([\d.]+) \| (\d+) \|$", TEXT, re.MULTILINE)
    assert len(rows) == 7
    for where, evaluated, milliseconds, users in rows:
        prefill, decode = RATES[where]
        seconds = float(evaluated) / prefill + GENERATED / decode
        assert abs(seconds * 1000 - float(milliseconds)) < 0.01
        assert round(BUSY / (KEYSTROKES * TYPING * seconds)) == int(users)


def test_every_setting_of_a_server_is_told() -> None:
    names = {
        "url",
        "allow_remote",
        "allowed_hosts",
        "ca_file",
        "key_env",
        "key_keyring",
        "remote_model",
        "remote_family",
    }
    assert names <= set(re.findall(r"`engine\.(\w+)`", TEXT))
