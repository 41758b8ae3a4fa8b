"""How a repository writes, told from its messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.message.language import language_of
from codeassist.message.style import LONGEST, Style, learn, split_prefix
from codeassist.message.verbs import MOODS, base_of, in_mood, inflected

PLAIN = ["Add a parser", "Fix the cache of vectors", "Remove what nobody calls", "Say why a file is left out"]
CONVENTIONAL = [
    "feat(api): add paging",
    "fix(api): handle empty pages",
    "docs: explain paging",
    "fix(store)!: drop old rows",
    "chore(deps): bump x to 2",
]


def test_too_few_messages_tell_nothing() -> None:
    assert learn([]) == learn(["fixed it.", "feat: x"]) == Style()


def test_plain_sentences() -> None:
    style = learn(PLAIN)
    assert (style.prefix, style.capital, style.full_stop, style.mood, style.body) == (
        "",
        True,
        False,
        "imperative",
        False,
    )
    assert style.limit == 50


def test_conventional_prefixes() -> None:
    style = learn(CONVENTIONAL)
    assert (style.prefix, style.capital, style.scoped) == ("conventional", False, True)
    assert style.types[0] == "fix"
    assert style.scopes[0] == "api"


def test_a_word_with_a_colon_is_no_type() -> None:
    assert split_prefix("note: this is new") == ("", "", "note: this is new")
    assert split_prefix("Fix(a.b)!: it") == ("fix", "a.b", "it")


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (["net/http: fix it", "cmd/go: add it", "runtime: say it"], Style(prefix="area", capital=False, limit=50)),
        ([":bug: Fix it", ":sparkles: Add it", ":memo: Say it"], Style(emoji="code", limit=50)),
        (["🐛 fix it", "✨ add it", "♻️ move it"], Style(emoji="character", capital=False, limit=50)),
        (["AB-1: Fix it", "AB-2: Add it", "AB-3: Say it"], Style(ticket="{}: ", limit=50)),
        (["[AB-1] Fix it", "[AB-2] Add it", "[AB-3] Say it"], Style(ticket="[{}] ", limit=50)),
        (["Fixed it.", "Added it.", "Removed it."], Style(mood="past", full_stop=True, limit=50)),
        (["Fixes it", "Adds it", "Removes it"], Style(mood="third", limit=50)),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_other_habits(messages: list[str], expected: Style) -> None:
    assert learn(messages) == expected


def test_the_limit_is_what_nine_in_ten_keep_to() -> None:
    assert learn(["Add " + "x" * 56] * 19 + ["Add " + "x" * 200]).limit == 60
    assert learn(["Add " + "x" * 200] * 5).limit == LONGEST


def test_bodies_that_are_no_trailers() -> None:
    assert learn([f"{each}\n\nBecause it was slow." for each in PLAIN]).body
    assert not learn([f"{each}\n\nSigned-off-by: someone <a@example.org>" for each in PLAIN]).body


def test_merges_and_reverts_are_not_looked_at() -> None:
    assert learn([*PLAIN, *["Merge branch 'topic'"] * 20, *['Revert "x"'] * 20]) == learn(PLAIN)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("English", ["Add a parser", "Fix it", "x"]),
        ("English", ["wip", "x", "y"]),
        ("German", ["Behebe den Fehler", "Füge die Tests hinzu", "Entferne das nicht mehr benutzte"]),
        ("French", ["Corrige le bogue", "Ajoute les tests", "Suppression de la page pour les clients"]),
        ("Russian", ["Исправить ошибку", "Добавить тест", "Fix typo"]),
        ("Ukrainian", ["Виправити помилку", "Додати тести і прибрати зайве", "Оновити її"]),
        ("Japanese", ["バグを修正", "テストを追加", "更新"]),
        ("Chinese", ["修复错误", "添加测试", "更新文档"]),
        ("Korean", ["버그 수정", "테스트 추가", "문서"]),
    ],
)
def test_languages(language: str, texts: list[str]) -> None:
    assert language_of(texts) == language


@given(st.lists(st.text(max_size=200), max_size=30))
def test_any_history_gives_a_style(messages: list[str]) -> None:
    style = learn(messages)
    assert 50 <= style.limit <= LONGEST
    assert all(scope.isprintable() for scope in style.scopes)


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("add", ["add", "added", "adds", "adding"]),
        ("fix", ["fix", "fixed", "fixes", "fixing"]),
        ("drop", ["drop", "dropped", "drops", "dropping"]),
        ("apply", ["apply", "applied", "applies", "applying"]),
        ("write", ["write", "wrote", "writes", "writing"]),
        ("format", ["format", "formatted", "formats", "formatting"]),
        ("display", ["display", "displayed", "displays", "displaying"]),
    ],
)
def test_forms(base: str, forms: list[str]) -> None:
    assert [inflected(base, mood) for mood in MOODS] == forms


def test_a_verb_changes_its_form_and_keeps_its_capital() -> None:
    assert in_mood("Added a test", "imperative") == "Add a test"
    assert in_mood("fixes it", "imperative") == "fix it"
    assert in_mood("Set it", "imperative") == "Set it"
    assert in_mood("Add it", "past") == "Added it"
    assert in_mood("Zebra crossings", "imperative") == "Zebra crossings"


def test_nouns_stay() -> None:
    assert base_of("tests for the parser") is None
    assert in_mood("Changes to the parser", "imperative") == "Changes to the parser"
