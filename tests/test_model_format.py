"""The model file: what is written comes back, and what can't be read is told in one line."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_models import packaged

from textrepair.model.format import (
    FORMAT,
    MAGIC,
    ModelError,
    pack_strings,
    read_model,
    unpack_strings,
    write_model,
)
from textrepair.model.model import load_model, save_model

ARRAYS: dict[str, np.ndarray] = {
    "numbers": np.arange(10, dtype=np.int32),
    "table": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3),
    "none": np.zeros((0, 3), dtype=np.uint8),
    "columns": np.asfortranarray(np.arange(12, dtype=np.uint16).reshape(3, 4)),
    "big-endian": np.arange(5, dtype=">u8"),
    "last": np.array([7], dtype=np.uint8),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "x.model"
    write_model(place, {"name": "x", "version": "1", "sources": {"naïve": "“”"}}, ARRAYS)
    return place


def with_header(file: Path, header: object) -> Path:
    """The file with another header, of the same length where that suffices."""
    line, arrays = file.read_bytes()[len(MAGIC) :].split(b"\n", 1)
    new = header if isinstance(header, bytes) else json.dumps(header).encode()
    file.write_bytes(MAGIC + new.ljust(len(line)) + b"\n" + arrays)
    return file


def header_of(file: Path) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(file.read_bytes().split(b"\n")[1])
    return header


def test_round_trip(file: Path) -> None:
    header, arrays = read_model(file)
    assert (header["format"], header["name"], header["sources"]) == (FORMAT, "x", {"naïve": "“”"})
    assert header["bytes"] == file.stat().st_size
    assert list(arrays) == list(ARRAYS)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, ARRAYS[name])
        assert array.dtype == ARRAYS[name].dtype.newbyteorder("<")
        assert array.flags.aligned
        assert array.flags.c_contiguous


def test_compressed_arrays_come_back(tmp_path: Path) -> None:
    """They are as others are, and nothing else changes its place."""
    sparse = {"sparse": np.zeros((3, 5000), dtype=np.uint8), "still none": np.zeros(0, dtype=np.int32)}
    whole, packed = tmp_path / "whole.model", tmp_path / "packed.model"
    write_model(whole, {"name": "x"}, ARRAYS | sparse)
    write_model(packed, {"name": "x"}, ARRAYS | sparse, {*sparse, "table"})
    assert packed.stat().st_size < whole.stat().st_size - 14_000
    _, arrays = read_model(packed)
    for name, array in (ARRAYS | sparse).items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype.newbyteorder("<")
        assert not arrays[name].flags.writeable


@pytest.mark.parametrize("shape", [[3, 100], [3, 10_000], [0]])
def test_a_compressed_array_of_another_length_is_told(tmp_path: Path, shape: list[int]) -> None:
    """It is not unpacked."""
    place = tmp_path / "x.model"
    write_model(place, {"name": "x", "version": "1"}, {"a": np.zeros((3, 5000), dtype=np.uint8)}, {"a"})
    header = header_of(place)
    header["arrays"]["a"]["shape"] = shape
    _is_told(with_header(place, header), "header is damaged", "another size")


def test_a_spoilt_compressed_array_is_told(tmp_path: Path) -> None:
    place = tmp_path / "x.model"
    write_model(place, {"name": "x", "version": "1"}, {"a": np.arange(5000)}, {"a"})
    content = bytearray(place.read_bytes())
    content[-200] ^= 1
    place.write_bytes(content)
    _is_told(place, "damaged")


def test_the_layout_before_is_read(file: Path) -> None:
    """It had no compressed arrays."""
    _, arrays = read_model(with_header(file, header_of(file) | {"format": 1}))
    assert list(arrays) == list(ARRAYS)


def test_arrays_are_read_only(file: Path) -> None:
    _, arrays = read_model(file)
    for array in arrays.values():
        assert not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        arrays["numbers"][0] = 1
    for part in (packaged().ngrams, packaged().channel.entries):
        assert not any(array.flags.writeable for array in part)


def test_a_full_disk_leaves_the_model_that_was_there(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_model(file, {"name": "y"}, {"other": np.zeros(1)})
    assert [path.name for path in file.parent.iterdir()] == ["x.model"]
    assert file.read_bytes() == before


def test_written_beside_and_renamed(file: Path) -> None:
    assert [path.name for path in file.parent.iterdir()] == ["x.model"]
    _, before = read_model(file)
    write_model(file, {"name": "y"}, {"other": np.zeros(1)})
    np.testing.assert_array_equal(before["table"], ARRAYS["table"])  # who has it open keeps what they read
    assert read_model(file)[0]["name"] == "y"


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])), min_size=1))
def test_strings_round_trip(strings: list[str]) -> None:
    if strings != [""]:  # no bytes at all make no array in older numpy
        assert unpack_strings(pack_strings(strings)) == strings


def _is_told(file: Path, *expected: str) -> None:
    for opened in (read_model, load_model):
        with pytest.raises(ModelError) as caught:
            opened(file)
        message = str(caught.value)
        assert message.startswith(f"{file}: ")
        assert "\n" not in message
        assert all(part in message for part in expected), message


@pytest.mark.parametrize("data", [b"", b"textrepair", b"PK\3\4", b"\x80\x04pickle", b"Textrepair model\n{}"])
def test_no_model(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    _is_told(file, "not a textrepair model")


def test_no_file(tmp_path: Path) -> None:
    _is_told(tmp_path / "none.model", "can't be read")
    _is_told(tmp_path, "can't be read")


@pytest.mark.parametrize("lost", [1, 64, 300])
def test_cut_short(file: Path, lost: int) -> None:
    file.write_bytes(file.read_bytes()[:-lost])
    _is_told(file, "cut short")


def test_longer_than_told(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")
    _is_told(file, "bytes")


@pytest.mark.parametrize("size", [len(MAGIC), len(MAGIC) + 40])
def test_cut_in_its_header(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])
    _is_told(file, "header is damaged")


@pytest.mark.parametrize("header", [b"{x", b"\xff\xfe{", b"[1]", b"5", b'"format"', b"{}", b""])
def test_damaged_header(file: Path, header: bytes) -> None:
    _is_told(with_header(file, header), "header is damaged")


@pytest.mark.parametrize("found", [0, 3, 99, None, "1"])
def test_another_format(file: Path, found: object) -> None:
    _is_told(with_header(file, header_of(file) | {"format": found}), f"format {found}", f"format {FORMAT}")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda h: {k: v for k, v in h.items() if k != "bytes"}, id="no length"),
        pytest.param(lambda h: {k: v for k, v in h.items() if k != "arrays"}, id="no arrays"),
        pytest.param(lambda h: h | {"arrays": []}, id="a list of arrays"),
        pytest.param(
            lambda h: h | {"arrays": {"a": {"dtype": "zzz", "shape": [1], "offset": 0}}}, id="no type"
        ),
        pytest.param(
            lambda h: h | {"arrays": {"a": {"dtype": "|O", "shape": [1], "offset": 0}}}, id="objects"
        ),
        pytest.param(
            lambda h: h | {"arrays": {"a": {"dtype": "<i4", "shape": [99999], "offset": 0}}}, id="too large"
        ),
        pytest.param(lambda h: h | {"arrays": {"a": {"dtype": "<i4", "offset": 0}}}, id="no shape"),
        pytest.param(
            lambda h: h | {"arrays": {"a": {"dtype": "<i4", "shape": "ab", "offset": 0}}}, id="odd shape"
        ),
    ],
)
def test_header_that_says_nonsense(file: Path, change: Any) -> None:
    _is_told(with_header(file, change(header_of(file))))


def test_header_of_brackets(file: Path) -> None:
    _is_told(with_header(file, b"[" * 100_000), "header is damaged")


def test_parts_missing(file: Path) -> None:
    with pytest.raises(ModelError, match=r"x\.model: a part of the model is missing") as caught:
        load_model(file)
    assert "\n" not in str(caught.value)


def test_packaged_model_saved_again_is_the_same(tmp_path: Path) -> None:
    model = packaged()
    place = tmp_path / "again.model"
    saved = save_model(model, place)
    again = load_model(place)
    assert saved.name == again.name == model.name
    assert place.stat().st_size == model.path.stat().st_size
    assert again.vocabulary.words == model.vocabulary.words
    assert again.vocabulary.usual == model.vocabulary.usual
    for one, two in ((again.ngrams, model.ngrams), (again.channel.entries, model.channel.entries)):
        for a, b in zip(one, two, strict=True):
            np.testing.assert_array_equal(a, b)
    shown = again.info()
    assert "arrays" not in shown
    assert json.loads(json.dumps(shown)) == shown
