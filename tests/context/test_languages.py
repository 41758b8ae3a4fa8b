from __future__ import annotations

import re
from pathlib import Path

import pytest
import tree_sitter

from codeassist.context import languages as module
from codeassist.context.languages import Language, language_for, languages, load_languages, parse
from codeassist.errors import ConfigError

ROWS = list(languages().values())
IDS = [
    *("python", "javascript", "typescript", "tsx", "go", "rust", "java"),
    *("c", "cpp", "csharp", "ruby", "php", "bash"),
]
TABLE = Path(module.__file__).with_name("languages.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.py", "python"),
        ("a.pyi", "python"),
        ("dir.go/a.mjs", "javascript"),
        ("a.cjs", "javascript"),
        ("a.jsx", "javascript"),
        ("A.JS", "javascript"),
        ("a.go", "go"),
        ("a.rs", "rust"),
        ("a.d.ts", "typescript"),
        ("a.tsx", "tsx"),
        ("A.java", "java"),
        ("a.h", "cpp"),
        ("a.hpp", "cpp"),
        ("a.cs", "csharp"),
        ("a.rb", "ruby"),
        ("a.php", "php"),
        ("a.sh", "bash"),
        ("a.txt", None),
        ("py", None),
        (".py", None),
        ("", None),
    ],
)
def test_language_for(path: str, expected: str | None) -> None:
    found = language_for(path)
    assert (found.id if found else None) == expected
    assert language_for(Path(path)) is found


def test_ids_and_extensions_are_unique() -> None:
    extensions = [extension for row in ROWS for extension in row.extensions]
    assert [row.id for row in ROWS] == IDS
    assert len(extensions) == len(set(extensions))
    assert all(extension == extension.lower() and extension[0] == "." for extension in extensions)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_node_type_and_field_is_known_to_the_grammar(row: Language) -> None:
    grammar = module.grammar(row)
    assert isinstance(grammar, tree_sitter.Language)
    types = [*row.definitions, *row.bindings, *row.values, *row.bodied, *row.wrappers, *row.bodies]
    assert [name for name in types if grammar.id_for_node_kind(name, True) is None] == []
    assert [name for name in row.name_fields if grammar.field_id_for_name(name) is None] == []
    assert set(row.containers) <= set(row.definitions.values())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_unfinished_strings_and_comments_match_up_to_their_end(row: Language) -> None:
    pattern = re.compile(f"(?:{row.comment})|(?:{row.string})", re.DOTALL)
    for begin in ('"abc (', row.line_comment + " abc ("):
        match = pattern.match(begin)
        assert match is not None
        assert match.end() == len(begin)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
@pytest.mark.parametrize("text", ["", "\0", "\ud800", "𝒳 = (", "}{" * 50])
def test_parse_takes_any_text(row: Language, text: str) -> None:
    assert parse(row, text).root_node.start_byte >= 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "go"', 'id = "go"\nnonsense = 1', "nonsense"),
        ('blocks = "indent"', 'blocks = "words"', "words"),
        ('extensions = [".go"]', 'extensions = ".go"', "array"),
        ('grammar = "tree_sitter_go"\n', "", "grammar"),
        ("[[language]]", "[[language", "languages.toml"),
    ],
)
def test_a_bad_row_is_a_named_error(old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape("context/languages.toml")) as caught:
        load_languages(TABLE.replace(old, new))
    assert said in caught.value.message


def test_grammars_are_imported_only_to_parse() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from codeassist.context.languages import language_for; language_for('a.py');"
        "print(sorted(name for name in sys.modules if name.startswith('tree_sitter')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("text", ["a é ē 中 👍 \ud800 b", "\0\0a\0", "plain", "é"])
def test_what_is_parsed_has_as_many_bytes(text: str) -> None:
    for row in ROWS:
        data = module.parsable(row, text)
        assert len(data) == len(module.encode(text))
        assert b"\0" not in data
        assert not row.narrow or max(data.decode()) <= "\xff"


def test_wide_characters_do_not_end_the_process_in_bash() -> None:
    """Shown to the grammar, they end one process in three, as its memory happens to lie."""
    import subprocess
    import sys

    code = (
        "from codeassist.context.languages import languages, parse\n"
        "text = '{' + '{'.join(chr(0x10FFFF - 4099 * i) for i in range(200))\n"
        "print(parse(languages()['bash'], text).root_node.end_byte)"
    )
    for _ in range(12):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert (done.returncode, done.stdout.strip()) == (0, "1000")


@pytest.mark.parametrize(
    ("name", "text"),
    [("java", "a<"), ("csharp", "List<"), ("typescript", "a<b,"), ("c", "(a) => "), ("bash", "do |x| ")],
)
def test_hostile_texts_take_no_gigabytes(name: str, text: str) -> None:
    """A process with one gigabyte dies of each of these as they stand."""
    import subprocess
    import sys

    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from codeassist.context.languages import languages, parse\n"
        f"print(parse(languages()[{name!r}], 'f() {{ }}\\n' + {text!r} * 25_000).root_node.end_byte)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, str(len("f() { }\n") + 25_000 * len(text)))


@pytest.mark.parametrize(
    ("name", "quoted", "code"),
    [
        ("typescript", "`a ${b} (`", "a"),
        ("java", '"""\n "a" { \\"""\n"""', "'"),
        ("java", "'{'", "a"),
        ("c", "'\\''", "a"),
        ("cpp", 'R"x(a )" ( )x"', "a"),
        ("csharp", '$@"C:\\{x} "" ("', "a"),
        ("csharp", '"""a " ("""', "a"),
        ("ruby", "<<~A\n  don't (\n  A", "a << b"),
        ("ruby", "=begin\n(\n=end", "x = begin"),
        ("php", "<<<'A'\ndon't (\nA", "#[A]"),
        ("php", "# a (", "a"),
        ("bash", "<<'A' > x\ndon't (\nA", "${#a[@]}"),
        ("bash", "$'\\'('", "$#"),
        ("bash", "\n  a | b)", "f()"),
        ("rust", "'{'", "'a"),
    ],
)
def test_strings_and_comments(name: str, quoted: str, code: str) -> None:
    row = languages()[name]
    pattern = re.compile(f"(?:{row.comment})|(?:{row.string})", re.DOTALL)
    found = pattern.search(quoted)
    assert found is not None
    assert found.group() == quoted.lstrip("\n")
    assert pattern.search(code) is None
