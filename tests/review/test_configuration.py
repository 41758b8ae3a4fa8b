"""A repository's own settings of reviews."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codeassist import config
from codeassist.config import Loaded, ReviewSettings
from codeassist.errors import ConfigError
from codeassist.review import model
from codeassist.review.checks import RULES
from codeassist.review.configuration import OWN_FILE, configured, is_known, means, names


def load(home: Path, text: str = "") -> Loaded:
    file = home / "config" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return config.load(os.environ)


def test_without_a_file_the_users_settings_hold(home: Path, tmp_path: Path) -> None:
    assert configured(tmp_path, load(home)) == ReviewSettings()
    (tmp_path / OWN_FILE).write_text("")
    (tmp_path / "pyproject.toml").write_text('[tool.ruff]\nselect = ["E"]\n')
    own = load(home, '[review]\nfail_on = "low"\n')
    assert configured(tmp_path, own).fail_on == "low"


def test_the_repository_wins_key_by_key(home: Path, tmp_path: Path) -> None:
    user = load(home, '[review]\nfail_on = "low"\ndisable = ["todo"]\nseverity = {ruff = "high", todo = "low"}\n')
    text = '[review]\ndisable = ["large-file"]\nseverity = {ruff = "low", "ruff/F401" = "medium"}\n'
    (tmp_path / OWN_FILE).write_text(text)
    settings = configured(tmp_path, user)
    assert settings.fail_on == "low"
    assert settings.disable == ("large-file",)
    assert settings.severity == {"ruff": "low", "todo": "low", "ruff/F401": "medium"}


def test_pyproject_speaks_where_the_own_file_does_not(home: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.codeassist.review]\nmodel = false\n")
    assert configured(tmp_path, load(home)).model is False
    (tmp_path / OWN_FILE).write_text("[review]\nbudget_seconds = 3\n")
    settings = configured(tmp_path, load(home))
    assert (settings.model, settings.budget_seconds) == (True, 3.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("review = 3\n", "`review` is not a table"),
        ("[other]\n", "`other`"),
        ("[review]\nfail = 'low'\n", "review: Object contains unknown field `fail`"),
        ("[review]\nfail_on = 'severe'\n", r"`review\.fail_on"),
        ("[review]\ndisable = 'todo'\n", r"`review\.disable"),
        ("[review]\nmodel = 1\n", r"`review\.model"),
        ("[review]\nbudget_seconds = nan\n", r"`review\.budget_seconds"),
        ("[review]\nbudget_seconds = inf\n", r"`review\.budget_seconds"),
        ("[review.severity]\nruff = 'worst'\n", r"`review\.severity"),
        ("[review]\ndisable = ['nope']\n", r"review\.disable names `nope`"),
        ("[review]\nenable = ['nope/E1']\n", r"review\.enable names `nope/E1`"),
        ("[review.severity]\nnope = 'low'\n", r"review\.severity names `nope`"),
        ("[review\n", "cannot be read"),
        ("a = " + "[" * 5_000, "nested too deeply"),
        (".".join("a" * 5_000) + " = 1\n", "dots"),
        ("#" * 300_000, "too large"),
        (b"[review]\n# \xff\n", "not UTF-8"),
    ],
)
def test_a_bad_file_is_named_with_the_key(home: Path, tmp_path: Path, text: str | bytes, said: str) -> None:
    (tmp_path / OWN_FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError, match=said) as caught:
        configured(tmp_path, load(home))
    assert caught.value.message.startswith(OWN_FILE)
    assert caught.value.hint
    assert len(caught.value.message) < 300


def test_no_link_is_followed(home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text("[review]\nmodel = false\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / OWN_FILE).symlink_to(outside)
    with pytest.raises(ConfigError, match="is a link"):
        configured(root, load(home))
    (root / OWN_FILE).unlink()
    os.mkfifo(root / OWN_FILE)
    with pytest.raises(ConfigError, match="no file"):
        configured(root, load(home))
    (root / OWN_FILE).unlink()
    outside.write_text("[tool.codeassist.review]\nmodel = false\n")
    (root / "pyproject.toml").symlink_to(outside)
    assert configured(root, load(home)) == ReviewSettings()


def test_a_pyproject_of_others_may_be_broken(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    for content in (b"[tool\n", b"\xff", b"#" * 300_000):
        file.write_bytes(content)
        assert configured(tmp_path, load(home)) == ReviewSettings()
    file.write_text("[tool.codeassist.review]\nmodel =\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml cannot be read"):
        configured(tmp_path, load(home))
    file.write_text("tool = 'codeassist'\n")
    assert configured(tmp_path, load(home)) == ReviewSettings()


def test_a_wrong_rule_in_the_users_file_is_told_with_that_file(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml: review\.disable names `nope`"):
        configured(tmp_path, load(home, '[review]\ndisable = ["nope"]\n'))


def test_names_of_rules() -> None:
    assert all(is_known(name) for name in (*RULES, model.RULE, "ruff/F401"))
    assert not is_known("")
    assert names("ruff/F401") == ("ruff/F401", "ruff")
    assert means(["ruff"], "ruff/F401")
    assert means(["ruff/F401"], "ruff/F401")
    assert not means(["ruff/F401"], "ruff/F402")
    assert not means(["F401"], "ruff/F401")
