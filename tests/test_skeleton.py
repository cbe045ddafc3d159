"""The compiled readers of a text, of its skeleton and of its sentences stay inside their arrays, and do as they do uncompiled."""

from __future__ import annotations

from ctypes import string_at
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba.core.registry import CPUDispatcher as Dispatcher
from sample_models import packaged

from textrepair.detector import order
from textrepair.detector.base import Document
from textrepair.detector.scanners import default_scanner, model_scanner
from textrepair.detector.scanning import byte_scan, skeleton
from textrepair.detector.scanning.byte_scan import runs_in
from textrepair.detector.scanning.screen import Scanner
from textrepair.detector.scanning.word_hash import PADDING, padded

PIECES = (
    "http://a.example", "www.example.org", "@me", "#tag", "U.S.", "Mr. Lee", "p.m.", "don't", "it’s", "1,000.50", "3:35",
    "50-minute", "up-to-date", "e.g.", "...", "--", "“", "”", "A.", "B.", "C", "I", "É", "é.", "Jan. 5",
    "\n", "\n\n", " ", "", ".",
)  # fmt: skip
SIGNS = "aAzZ09 .,:/'’-‐“”‘\"@#()[]\n\r\t!?…éÉßΩ«»„wht$_`"
TEXTS = (
    st.text(st.sampled_from(SIGNS), max_size=60)
    | st.tuples(st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from(["", " "])).map(
        lambda both: both[1].join(both[0])
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
)


class _Reading:
    """A text's bytes and the padding behind them; a place beyond is an error, also one before the first."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, at: int) -> np.uint8:
        if not 0 <= at < len(self.data) + PADDING:
            raise IndexError(at)
        return self.data[at] if at < len(self.data) else np.uint8(0)


def _bare(array: _Reading | npt.NDArray[Any]) -> Any:
    return array.data if isinstance(array, _Reading) else array


def _uncompiled(patched: pytest.MonkeyPatch) -> None:
    """All of the scan but the hashes, which read the bytes by their address."""
    for name, function in vars(byte_scan).copy().items():
        if isinstance(function, Dispatcher):
            if function.py_func.__module__ == byte_scan.__name__:
                patched.setattr(byte_scan, name, function.py_func)
            else:
                kind = int if name in ("look_up", "small_letters") else np.uint64
                call: Any = lambda *a, function=function, kind=kind: kind(function(*map(_bare, a)))  # noqa: E731
                patched.setattr(byte_scan, name, call)
    patched.setattr(byte_scan, "address", lambda array: _bare(array).ctypes.data)
    patched.setattr(byte_scan, "fetch", lambda address: None)
    patched.setattr(
        byte_scan, "eight_bytes", lambda at, index: np.uint64(int.from_bytes(string_at(int(at), 8), "little"))
    )


@given(TEXTS)
@example("Kremlins Making it, Kremlin's making of it")
@example("one two\none two three four five six\none two three four five six\n© 2020 on on")
def test_the_scan_compiled_and_not(text: str) -> None:
    scanner = _scanner()
    data = padded(text)
    wanted, room = byte_scan.room_for(data), byte_scan.room_for(data)
    byte_scan.scan_into(wanted, data, scanner.table, scanner.line_starts, scanner.signs)
    with pytest.MonkeyPatch.context() as patched, np.errstate(over="ignore"):
        into = byte_scan.scan_into.py_func
        _uncompiled(patched)
        into(room, _Reading(data), scanner.table, scanner.line_starts, scanner.signs)
    for read in (byte_scan.unlisted_in, byte_scan.doubled_in, byte_scan.lines_in, byte_scan.places_in):
        assert read(room) == read(wanted), read.__name__
    stats = byte_scan.stats_in(room)
    assert stats == byte_scan.stats_in(wanted)
    ids = [byte_scan.identifiers_in(each, stats[byte_scan.TOKENS]).tolist() for each in (room, wanted)]
    assert ids[0] == ids[1]
    for own, compiled in zip(runs_in(room), runs_in(wanted), strict=True):
        np.testing.assert_array_equal(own, compiled)


@cache
def _scanner() -> Scanner:
    return model_scanner(packaged())


@given(TEXTS)
def test_the_skeleton_compiled_and_not(text: str) -> None:
    scan = default_scanner().scan(text)
    codes = np.empty(2 * len(scan.data) + 1, dtype=np.uint8)
    begins = np.empty(len(scan.data) + 1, dtype=np.int32)
    spans, values, _ = runs_in(scan.room)
    count, sentences = skeleton._skeleton.py_func(scan.data, spans, values, codes, begins)
    assert scan.skeleton.codes.tolist() == codes[:count].tolist()
    assert scan.skeleton.begins.tolist() == begins[:sentences].tolist()


@given(TEXTS)
def test_sentences_compiled_and_not(text: str) -> None:
    scan = default_scanner().scan(text)
    compiled = order.sentences_of(scan)
    with pytest.MonkeyPatch.context() as patched:
        for name in ("_read", "_sentences"):
            patched.setattr(order, name, getattr(order, name).py_func)
        plain = order.sentences_of(scan)
    for name in ("spans", "marks", "stem_start", "stems", "weights", "name_start", "names", "sorts"):
        assert (getattr(compiled, name) == getattr(plain, name)).all(), name


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Mr. Lee met U.S. officials.", "<s> w N w N -s ."),
        ("He left. She stayed.", "<s> he w . <s> she -ed ."),
        ("It cost 1,000.50 at 3:35 p.m. on Friday", "<s> it w 9 at 9 w on N"),
        ("a 50-minute, up-to-date talk", "<s> a 9 - w , w w"),
        ("“The Dutch” won… twice", "<s> the N w … w"),
        ("see www.example.org/x now", "<s> w O now"),
        ("one line\nof two", "<s> one w of two"),
        ("A headline\nA text", "<s> a w <s> a w"),
    ],
)
def test_skeletons(text: str, wanted: str) -> None:
    codes = Document(text).scan.skeleton.codes
    assert " ".join(skeleton.ALPHABET[code] for code in codes) == wanted
