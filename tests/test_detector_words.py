"""What counts as an English word, and as English."""

from __future__ import annotations

import pytest

from textrepair.detector.words import english_around, frequency, is_common, looks_english


def test_case_makes_no_difference() -> None:
    assert frequency("Government") == frequency("government") > 1e-4


def test_unknown() -> None:
    assert frequency("remainsunclear") == 0.0
    assert not is_common("remainsunclear")


ENGLISH = [
    "The minister told reporters on Monday that the talks would go on for another week",
    "Oxygen is the chemical element with the symbol O and atomic number eight",
    "Buy now, pay later: why the young are deep in debt, and what they say about it",
]
OTHER = [
    "Der Minister sagte gestern, dass die Verhandlungen noch eine Woche dauern werden",
    "Le ministre a déclaré lundi que les négociations se poursuivraient encore une semaine",
    "El ministro dijo el lunes que las negociaciones continuarían una semana más todavía",
    "Il ministro ha detto lunedì che i colloqui andranno avanti ancora per una settimana",
    "De minister zei maandag dat de besprekingen nog een week zullen doorgaan hoor",
]


@pytest.mark.parametrize("sentence", ENGLISH)
def test_english(sentence: str) -> None:
    assert looks_english(sentence.split())


@pytest.mark.parametrize("sentence", OTHER)
def test_other_languages(sentence: str) -> None:
    assert looks_english(sentence.split()) is False


def test_too_short_to_tell() -> None:
    assert looks_english(["The", "end"]) is None


def test_around_leaves_the_place_out() -> None:
    text = ENGLISH[0] + " remainsunclear"
    assert english_around(text, len(ENGLISH[0]), len(text))
