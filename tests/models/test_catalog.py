"""The catalogue loads, and says what MODELS.md says."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.config import DEFAULT_MODEL
from codeassist.errors import ConfigError
from codeassist.models.catalog import HubSource, PackageIndexSource, load_catalog, valid_id
from codeassist.models.families import family_named

ENTRY = """
[[model]]
id = "m"
name = "M"
family = ""
parameters = "1B"
quantisation = "Q4_0"
context_tokens = 10
licence = "MIT"
sha256 = ""
bytes = 3
file = "m.gguf"
capabilities = ["complete"]
sources = [{ kind = "package-index", version = "1", parts = [{ package = "p", member = "m.bin", bytes = 3 }] }]
"""


def test_the_catalogue_is_sound() -> None:
    catalog = load_catalog()
    assert len(catalog.entries) == 21
    for entry in catalog.entries:
        family = family_named(entry.family)
        assert (family is None) == ("embed" in entry.capabilities), entry.id
        assert ("fim" in entry.capabilities) == bool(family and family.fim), entry.id
        assert "chat" not in entry.capabilities or (family and family.chat), entry.id
        assert entry.sources, entry.id
        for source in entry.sources:  # what is pinned is pinned in both places
            assert not isinstance(source, HubSource) or (source.revision == "main") == (not entry.sha256), entry.id
            assert not isinstance(source, PackageIndexSource) or entry.sha256, entry.id


def test_the_default_model_is_known_and_pinned() -> None:
    entry = load_catalog().get(DEFAULT_MODEL)
    assert entry is not None
    assert entry.sha256 == "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"
    assert entry.bytes == 491_400_064
    assert [type(source) for source in entry.sources] == [HubSource, PackageIndexSource]
    assert load_catalog().get("nothing") is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('id = "m"', 'id = "../m"', "id"),
        ('file = "m.gguf"', 'file = "../m.gguf"', "file"),
        ('sha256 = ""', 'sha256 = "abc"', "sha256"),
        ("bytes = 3\nfile", "bytes = 4\nfile", "do not add up"),
        ('name = "M"', 'nome = "M"', "nome"),
        ('kind = "package-index"', 'kind = "torrent"', "torrent"),
        ('package = "p"', 'package = "--index-url=x"', "package"),
        ("[[model]]", "[[model", "catalog"),
    ],
)
def test_a_broken_catalogue_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    file = tmp_path / "catalog.toml"
    file.write_text(ENTRY)
    assert load_catalog(file).ids == ("m",)
    file.write_text(ENTRY.replace(old, new))
    with pytest.raises(ConfigError, match=problem):
        load_catalog(file)


def test_ids_and_files_are_unique(tmp_path: Path) -> None:
    file = tmp_path / "catalog.toml"
    for twin in (ENTRY, ENTRY.replace('"m"', '"n"').replace("m.gguf", "M.gguf")):
        file.write_text(ENTRY + twin)
        with pytest.raises(ConfigError, match="twice"):
            load_catalog(file)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc", "a/b", "A", "a b", "-a", "a\n", "é", "a" * 65, "a\0"])
def test_names_that_are_no_ids(name: str) -> None:
    assert not valid_id(name)
