"""Vectors of a repository: made once, found by meaning, kept when anything fails. Counted at the scripted engine."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from codeassist.context import embeddings, vectors
from codeassist.context.embeddings import by_meaning, nearest, update
from codeassist.context.index import Index
from codeassist.context.vectors import FILE
from codeassist.engine.embedder import Embedder
from codeassist.engine.fake import MANIFEST, FakeEngine, Reply
from codeassist.engine.launch import stop_engine
from codeassist.errors import EngineError
from tests.engine.support import client_of, fake, fake_spec

DIMENSIONS = 256
NETWORK = '''
def fetch_page(address: str) -> bytes:
    """Download a document over the network."""
    return b""


class Retry:
    """Tries again after a failure."""

    def wait_seconds(self, attempt: int) -> float:
        return 2.0 ** attempt
'''
PANTRY = '''
LIMIT = 3


def count_apples(basket):
    """How many apples there are."""
    return len(basket)
'''
PLACES = 6  # two files, two functions, a class and a method; a constant has none


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "net").mkdir(parents=True)
    (tree / "net" / "pages.py").write_text(NETWORK)
    (tree / "pantry.py").write_text(PANTRY)
    return tree


@pytest.fixture
def index(root: Path, tmp_path: Path) -> Iterator[Index]:
    with Index.open(root, tmp_path / "index") as opened:
        opened.refresh()
        yield opened


def scripted(engine: FakeEngine, model: str = "fake") -> Embedder:
    return Embedder(engine, msgspec.structs.replace(MANIFEST, id=model))


def rows(index: Index) -> int:
    return len(stored(index))


def stored(index: Index) -> list[tuple[bytes, bytes]]:
    with closing(sqlite3.connect(index.database.path.parent / FILE)) as connection:
        return connection.execute("SELECT key, vector FROM embedding").fetchall()


def test_an_unchanged_repository_embeds_nothing(index: Index) -> None:
    engine = fake(dimensions=DIMENSIONS)
    assert update(index, scripted(engine)) == (PLACES, True)
    assert (engine.embedded, rows(index)) == (PLACES, PLACES)
    assert update(index, scripted(engine)) == (0, True)
    index.refresh()
    assert update(index, scripted(engine)) == (0, True)
    assert engine.embedded == PLACES


def test_without_its_note_an_unchanged_repository_embeds_nothing_too(index: Index) -> None:
    engine = fake(dimensions=DIMENSIONS)
    update(index, scripted(engine))
    with closing(sqlite3.connect(index.database.path.parent / FILE)) as connection, connection:
        connection.execute("DELETE FROM done")
    assert update(index, scripted(engine)) == (0, True)
    assert engine.embedded == PLACES


def test_one_changed_function_embeds_one_text(index: Index, root: Path) -> None:
    engine = fake(dimensions=DIMENSIONS)
    update(index, scripted(engine))
    changed = NETWORK.replace("Download a document", "Get a document")
    (root / "net" / "pages.py").write_text("# moved a line down\n" + changed)
    index.refresh()
    assert update(index, scripted(engine)) == (1, True)
    assert engine.embedded == PLACES + 1
    assert nearest(index, scripted(engine), "get", 1)[0].symbol == "fetch_page"


def test_another_model_embeds_all_again_and_the_old_vectors_go(index: Index) -> None:
    first, second = fake(dimensions=DIMENSIONS), fake(dimensions=32)
    update(index, scripted(first))
    assert nearest(index, scripted(second, "other"), "download a document") == []
    assert second.embedded == 0, "no engine need be asked where no vectors are"
    assert update(index, scripted(second, "other")) == (PLACES, True)
    assert rows(index) == PLACES
    assert nearest(index, scripted(second, "other"), "download a document")


def test_the_nearest_comes_first_with_its_place(index: Index) -> None:
    embedder = scripted(fake(dimensions=DIMENSIONS))
    update(index, embedder)
    found = nearest(index, embedder, "download a document over the network")
    assert len(found) == PLACES
    assert found[0][:4] == ("net/pages.py", 2, 4, "fetch_page")
    assert [near.score for near in found] == sorted((near.score for near in found), reverse=True)
    assert 0.5 < found[0].score <= 1.001
    assert {near.symbol for near in found} == {"", "fetch_page", "Retry", "Retry.wait_seconds", "count_apples"}
    assert nearest(index, embedder, "downloadADocument overTheNetwork")[0].symbol == "fetch_page", "split at case"
    assert nearest(index, embedder, "how many apples", 1)[0].symbol == "count_apples"
    whole = next(near for near in found if not near.symbol and near.path == "pantry.py")
    assert (whole.start_line, whole.end_line) == (1, len(PANTRY.splitlines()))


@pytest.mark.parametrize("question", ["", "  \n"])
def test_no_question_finds_nothing(index: Index, question: str) -> None:
    embedder = scripted(fake(dimensions=DIMENSIONS))
    update(index, embedder)
    assert nearest(index, embedder, question) == []
    assert nearest(index, embedder, "apples", 0) == []


def test_a_question_in_words_sees_what_has_just_changed(index: Index, root: Path) -> None:
    engine = fake(dimensions=DIMENSIONS)
    question = "where are pears weighed"
    assert by_meaning(index, scripted(engine), question) == []
    assert by_meaning(index, None, question) == []
    update(index, scripted(engine))
    (root / "pears.py").write_text('def scale(basket):\n    """Here are pears weighed."""\n')
    index.refresh()
    assert by_meaning(index, scripted(engine), question)[0].symbol == "scale"
    before = engine.embedded
    assert before == PLACES + 2 + 1
    for name in ("scale", "Retry.wait_seconds", "fetch_page", "x y"):
        assert by_meaning(index, scripted(engine), name) == []
    assert engine.embedded == before, "names are not asked for"


def test_a_database_without_vectors_finds_nothing(index: Index) -> None:
    engine = fake(dimensions=DIMENSIONS)
    assert nearest(index, scripted(engine), "apples") == []
    assert engine.embedded == 0


def test_many_places_are_looked_at_in_parts(index: Index, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = "".join(f"def number_{each}():\n    pass\n\n\n" for each in range(40))
    (root / "many.py").write_text(functions + "def needle_in_a_haystack():\n    pass\n")
    index.refresh()
    embedder = scripted(fake(dimensions=DIMENSIONS))
    monkeypatch.setattr(embeddings, "_CHUNK", 7)
    assert update(index, embedder) == (PLACES + 42, True)
    assert [near.symbol for near in nearest(index, embedder, "needle haystack", 3)][:1] == ["needle_in_a_haystack"]
    assert update(index, embedder) == (0, True)


def test_it_can_be_cancelled_and_goes_on_later(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "_KEPT_TOGETHER", 2)
    engine = fake(dimensions=DIMENSIONS)
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        told.append((done, total))

    assert update(index, scripted(engine), progress=progress, cancel=lambda: bool(told)) == (2, False)
    assert update(index, scripted(engine), progress=progress) == (PLACES - 2, True)
    assert told == [(2, PLACES), (2, PLACES - 2), (PLACES - 2, PLACES - 2)]
    assert engine.embedded == PLACES


def test_a_question_does_not_wait_for_many(index: Index) -> None:
    engine = fake(dimensions=DIMENSIONS)
    assert update(index, scripted(engine), most=PLACES - 1) == (0, False)
    assert update(index, scripted(engine), most=PLACES) == (PLACES, True)
    assert engine.embedded == PLACES


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore's socket: see engine/uds.py
def test_what_was_made_before_the_engine_died_is_kept(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process, which dies at one text, again and again."""
    monkeypatch.setattr(embeddings, "_KEPT_TOGETHER", 1)
    spec = fake_spec(tmp_path / "run", Reply(when="apples", fail="die"), dimensions=DIMENSIONS)
    try:
        with client_of(spec) as client, pytest.raises(EngineError, match="also after a new start"):
            update(index, Embedder(client, MANIFEST))
    finally:
        stop_engine(tmp_path / "run")
    kept = rows(index)
    assert 0 < kept < PLACES
    engine = fake(dimensions=DIMENSIONS)
    assert update(index, scripted(engine)) == (PLACES - kept, True)


def test_a_locked_file_is_left_alone(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "_BUSY_SECONDS", 0.05)
    engine = fake(dimensions=DIMENSIONS)
    embedder = scripted(engine)
    update(index, embedder, cancel=lambda: True)
    with closing(sqlite3.connect(index.database.path.parent / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert update(index, embedder) == (0, False)
        assert nearest(index, embedder, "apples") == []
    assert update(index, embedder) == (PLACES, True)


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_broken_file_is_begun_anew(index: Index, content: bytes) -> None:
    embedder = scripted(fake(dimensions=DIMENSIONS))
    update(index, embedder)
    (index.database.path.parent / FILE).write_bytes(content)
    assert nearest(index, embedder, "apples") == []
    assert update(index, embedder) == (PLACES, True)
    assert nearest(index, embedder, "how many apples", 1)[0].symbol == "count_apples"


def test_vectors_outlive_an_index_made_anew(index: Index, root: Path) -> None:
    engine = fake(dimensions=DIMENSIONS)
    update(index, scripted(engine))
    directory = index.database.path.parent
    index.close()
    for file in directory.glob("index-*"):
        file.unlink()
    with Index.open(root, directory) as again:
        again.refresh()
        assert update(again, scripted(engine)) == (0, True)
        assert nearest(again, scripted(engine), "how many apples", 1)[0].symbol == "count_apples"


def test_working_trees_share_vectors(index: Index, root: Path, tmp_path: Path) -> None:
    engine = fake(dimensions=DIMENSIONS)
    update(index, scripted(engine))
    shutil.copytree(root, tmp_path / "other")
    (tmp_path / "other" / "new.py").write_text("def only_here():\n    pass\n")
    with Index.open(tmp_path / "other", index.database.path.parent) as other:
        other.refresh()
        assert update(other, scripted(engine)) == (2, True)
    assert update(index, scripted(engine)) == (0, True)
    assert "only_here" not in {near.symbol for near in nearest(index, scripted(engine), "only here")}


def test_texts_that_are_gone_are_dropped_once_they_are_the_most(
    index: Index, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "_CHUNK", 4)
    embedder = scripted(fake(dimensions=DIMENSIONS))
    (root / "many.py").write_text("".join(f"def number_{each}():\n    pass\n" for each in range(8)))
    for gone, left in (("many.py", PLACES + 9), ("pantry.py", 4)):
        index.refresh()
        update(index, embedder)
        (root / gone).unlink()
        index.refresh()
        update(index, embedder)
        assert rows(index) == left, "a branch may bring them back, but not forever"
    assert nearest(index, embedder, "download a document", 1)[0].symbol == "fetch_page"


def test_vectors_are_half_precision_and_hold_no_text(index: Index) -> None:
    update(index, scripted(fake(dimensions=DIMENSIONS)))
    assert {(len(key), len(vector)) for key, vector in stored(index)} == {(16, 2 * DIMENSIONS)}
    content = (index.database.path.parent / FILE).read_bytes()
    assert b"apples" not in content
    assert b"fetch" not in content


def test_names_that_are_no_text_do_no_harm(root: Path, tmp_path: Path) -> None:
    (root / b"caf\xe9.py".decode("utf-8", "surrogateescape")).write_text("def weigh_fish():\n    pass\n")
    with Index.open(root, tmp_path / "index") as index:
        index.refresh()
        embedder = scripted(fake(dimensions=DIMENSIONS))
        assert update(index, embedder) == (PLACES + 2, True)
        assert nearest(index, embedder, "weigh fish", 1)[0].symbol == "weigh_fish"
