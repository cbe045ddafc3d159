"""Strings with a capital, a digit or a clitic inside: the scan suspects all that can be parted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector.scanners import default_scanner
from textrepair.detector.spacing.seams import seams_at
from textrepair.detector.spacing.suspects import lost_share
from textrepair.detector.words import known_words

_PIECES = (
    "on On in the The THE Monday France Trump said was people it It's it’s don't don’t 40 1932 NATO UK a A I de Mc Kazakh not"
    " council bridge Bob zq ’s - . @ #"
).split()


@given(
    st.lists(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=3).map("".join), min_size=1, max_size=8)
)
def test_the_scan_suspects_what_can_be_parted(strings: list[str]) -> None:
    text = " ".join(strings)
    suspects = set(default_scanner().scan(text).unlisted)
    for match in re.finditer(r"[A-Za-z0-9]+", text):
        string = match.group()
        if string.islower() and not text[: match.start()].endswith(("'", "’")):
            continue  # small letters: judged by the kinds of their words
        if seams_at(text, match.start()) and string.lower() not in known_words():
            assert match.start() in suspects, string


@pytest.mark.parametrize(
    "string", ["McConnell", "deBlasio", "STLink", "eBay", "U2at", "12m", "21st", "Kim", "of", "iPad"]
)
def test_what_can_be_no_two_words(string: str) -> None:
    assert seams_at(string, 0) == []


def test_what_loses_one_space_loses_others() -> None:
    shares = [lost_share([0.97] * count, "", 500) for count in range(4)]
    assert shares == sorted(set(shares))
    assert lost_share([0.4] * 3, "", 500) == shares[0]
    assert lost_share([0.97], "", 5000) < shares[1]
