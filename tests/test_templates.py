from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from codeassist import templates
from codeassist.errors import ConfigError
from codeassist.templates import (
    ask_prompt,
    chat_templates,
    commit_prompt,
    doc_prompt,
    edit_prompt,
    embed_templates,
    explain_prompt,
    fim_templates,
    fix_prompt,
    review_prompt,
    try_sample,
    unit_test_prompt,
)
from codeassist.text import offset_of, parse_position

LOADERS: dict[str, Callable[[], object]] = {
    "fim/": fim_templates,
    "chat/": chat_templates,
    "embed/": embed_templates,
    "ask.toml": ask_prompt,
    "commit.toml": commit_prompt,
    "doc.toml": doc_prompt,
    "edit.toml": edit_prompt,
    "explain.toml": explain_prompt,
    "fix.toml": fix_prompt,
    "review.toml": review_prompt,
    "test.toml": unit_test_prompt,
    "try.toml": try_sample,
}


def test_every_data_file_is_loaded_by_something() -> None:
    folder = templates._folder()
    files = {str(file.relative_to(folder)) for file in folder.rglob("*.toml")}
    assert files
    assert [file for file in files if not any(file.startswith(start) for start in LOADERS)] == []
    assert {f"fim/{each.family}.toml" for each in fim_templates()} == {
        file for file in files if file.startswith("fim/")
    }
    assert {f"chat/{each.family}.toml" for each in chat_templates()} == {
        file for file in files if file.startswith("chat/")
    }


MARKER = r"▁?<\S+>|\[[A-Z]+\]"


@pytest.mark.parametrize("template", fim_templates(), ids=lambda each: each.family)
def test_fim_markers(template: templates.FimTemplate) -> None:
    assert len(set(template.markers)) == (3 if template.order == "prefix-first" else 2)
    assert set(template.markers) <= set(template.end)
    assert all(re.fullmatch(MARKER, marker) for marker in (*template.markers, *template.end))


@pytest.mark.parametrize("template", chat_templates(), ids=lambda each: each.family)
def test_chat_turns(template: templates.ChatTemplate) -> None:
    for turn in (template.user, template.assistant, template.system or template.fold):
        assert turn.count("{content}") == 1
    assert template.fold.count("{system}") == 1
    assert template.assistant.startswith(template.opening)
    assert any(end in template.assistant for end in template.end)


def test_ask_prompt_has_its_fields() -> None:
    ask = ask_prompt()
    for each in (ask.file, ask.excerpt):
        assert each.format(path="a.py", content="x", fence="```").endswith("`a.py`:\n```\nx\n```\n")
    assert ask.question.format(files="F", question="Q").index("F") < ask.question.index("{question}")
    assert ask.system
    assert ask.truncated


def test_explain_prompt_has_its_fields() -> None:
    explain = explain_prompt()
    assert explain.file.format(path="a.py").count("`a.py`") == 1
    assert "lines 1-2 of `a.py`" in explain.lines.format(path="a.py", lines="lines 1-2")
    assert explain.used


def test_review_prompt_has_its_fields() -> None:
    review = review_prompt()
    given = {"path": "a.py", "code": "C", "fence": "```", "these": "this line", "stretch": "S"}
    shown = review.finding.format(**given, message="M", about="A")
    assert "`a.py`:\n```\nC\n```\n" in shown
    assert shown.index("this line\n```\nS\n```\n") < shown.index("M")
    assert "```\nF\n```\n" in review.corrected.format(fence="```", fix="F")
    assert "these lines" in review.fix.format(these="these lines")
    assert review.begin.format(these="these lines").endswith(" ")
    assert review.system
    assert review.explain


def test_commit_prompt_has_its_fields() -> None:
    commit = commit_prompt()
    assert commit.change.count("{summary}") == commit.change.count("{style}") == 1
    assert all(each.count("{words}") == 1 for each in (commit.subject, commit.body))
    assert commit.language.count("{language}") == 1
    assert "Add," in commit.mood.imperative


def test_try_sample_is_a_program_with_a_hole() -> None:
    sample = try_sample()
    offset = offset_of(sample.content, *parse_position(sample.at))
    filled = sample.content[:offset] + " 0" + sample.content[offset:]
    assert sample.path.endswith(".py")
    assert sample.content[offset:].startswith("\n")
    compile(filled, sample.path, "exec")


BAD = {
    "missing": ("fim/a.toml", b'family = "a"\n', fim_templates, "missing required field `prefix`"),
    "unknown": ("chat/a.toml", b"nonsense = 1\n", chat_templates, "nonsense"),
    "type": ("ask.toml", b"system = 1\n", ask_prompt, r"Expected `str`.*\$\.system"),
    "toml": ("try.toml", b"path = \n", try_sample, "line 1"),
    "bytes": ("try.toml", b"\xff", try_sample, "utf-8"),
}


@pytest.mark.parametrize(("name", "data", "loader", "said"), BAD.values(), ids=BAD)
def test_a_bad_file_is_a_named_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, loader: Callable[[], object], said: str
) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    monkeypatch.setattr(templates, "_folder", lambda: tmp_path)
    with pytest.raises(ConfigError, match=said) as caught:
        loader()
    assert caught.value.message.startswith(f"prompts/{name}: ")


def test_a_missing_file_is_a_named_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "_folder", lambda: tmp_path)
    with pytest.raises(ConfigError, match=r"prompts/ask\.toml: "):
        ask_prompt()
    assert fim_templates() == []
