"""The index of references: what it finds, and when it reads again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from textrepair.reference.index import ReferenceIndex, ReferenceIndexError, is_index

CORPORA = Path(__file__).parents[1] / "corpora"


def texts(folder: str) -> list[tuple[str, str]]:
    return [
        (path.stem, path.read_text(encoding="utf-8")) for path in sorted((CORPORA / folder).glob("*.txt"))
    ]


def unread() -> Iterator[tuple[str, str]]:
    raise AssertionError("read although nothing has changed")
    yield "", ""


@pytest.mark.parametrize("folder", ["spun", "translated"])
def test_finds_the_original_of_a_damaged_article(folder: str) -> None:
    index = ReferenceIndex()
    assert index.add("sound", "1", texts("sound")) == len(index) == 12
    for name, text in texts(folder):
        assert index.find(text, 1)[0].id == name


def test_finds_one_shared_sentence_in_a_long_article() -> None:
    sound = dict(texts("sound"))
    index = ReferenceIndex()
    index.add("sound", "1", [(name, text) for name, text in sound.items() if name != "02-football"])
    quoted = next(line for line in sound["05-wildfire"].splitlines() if len(line) > 200)
    assert "05-wildfire" in [hit.id for hit in index.find(sound["02-football"] + "\n\n" + quoted, 3)]


def test_a_file_is_opened_again_without_reading(tmp_path: Path) -> None:
    place = tmp_path / "news.refs"
    with ReferenceIndex(place) as index:
        index.add("sound", "1", texts("sound"))
        before = index.find(texts("spun")[0][1])
    assert is_index(place)
    with ReferenceIndex(place) as index:
        assert index.sources() == {"sound": "1"}
        assert index.add("sound", "1", unread()) == 12
        assert index.find(texts("spun")[0][1]) == before
        assert index.text(before[0]) == texts("sound")[0][1]


def test_what_changed_is_replaced_and_what_was_interrupted_is_read_again() -> None:
    index = ReferenceIndex()
    index.add("a", "1", [("old", "The harbour master of Ostwick resigned.")])
    index.add("b", "1", [("other", "Snow fell in Trondheim.")])
    index.add("a", "2", [("new", "The mayor of Ostwick resigned.")])
    assert [hit.id for hit in index.find("harbour Ostwick Trondheim")] != []
    assert {hit.id for hit in index.find("harbour Ostwick Trondheim")} == {"new", "other"}

    def broken() -> Iterator[tuple[str, str]]:
        yield "half", "Ostwick"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        index.add("b", "2", broken())
    assert "b" not in index.sources()
    assert index.add("b", "2", [("whole", "Trondheim")]) == 1
    index.remove("a")
    index.remove("never there")
    assert len(index) == 1


def test_odd_texts_go_in_and_come_out() -> None:
    index = ReferenceIndex()
    odd = ["", "\ud800 half", 'quotes " OR * NEAR( " Ostwick', "\0 nul Ostwick", "ẞtraße Ωmega Ostwick"]
    index.add("odd", "1", [(str(n), text) for n, text in enumerate(odd)])
    assert {index.text(hit) for hit in index.find('Ostwick " OR AND NOT')} == set(odd[2:])
    assert index.find("") == []
    assert ReferenceIndex().find("anything") == []


def test_the_same_question_has_the_same_answer() -> None:
    one, two = ReferenceIndex(), ReferenceIndex("")
    for index in (one, two):
        index.add("sound", "1", texts("sound"))
    for _, text in texts("spun"):
        assert one.find(text) == two.find(text)


def test_other_files_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("no index " * 100)
    assert not is_index(place)
    assert not is_index(tmp_path / "missing")
    with pytest.raises(ReferenceIndexError, match="no index of references"):
        ReferenceIndex(place)
