"""The compiled readers of a text's skeleton and of its sentences stay inside their arrays, and do as they do uncompiled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector import order, skeleton
from textrepair.detector.base import Document
from textrepair.detector.byte_scan import runs_in
from textrepair.detector.screen import default_scanner

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
