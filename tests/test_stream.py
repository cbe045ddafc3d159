"""The parts of ``textrepair filter``: lines as they come, which pass, and what is written."""

from __future__ import annotations

import json
import os
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_models import articles

from textrepair import KINDS, Damage, Diagnosis
from textrepair.repair import Repairer, load
from textrepair.stream.flow import outcomes
from textrepair.stream.lines import Line, Lines
from textrepair.stream.record import Fate, Sieve
from textrepair.stream.screen import Screen
from textrepair.workers import Workers

POSIX = pytest.mark.skipif(os.name == "nt", reason="waiting on pipes needs POSIX")


def read(data: bytes, **options: Any) -> list[Line]:
    """The lines of a pipe into which a thread writes."""
    descriptor, other = os.pipe()

    def write() -> None:
        with open(other, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    lines = Lines(descriptor, **options)
    try:
        return list(lines)
    finally:
        thread.join()
        lines.close()
        os.close(descriptor)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.binary(max_size=30).filter(lambda b: b"\n" not in b)), st.booleans())
def test_lines_are_lines(lines: list[bytes], ended: bool) -> None:
    data = b"\n".join(lines) + b"\n" * ended
    expected = data.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert [line.data for line in read(data)] == expected


def test_long_lines_are_whole_and_too_long_ones_are_cut() -> None:
    long = b"x" * 300_000
    assert [line.data for line in read(long + b"\n" + long)] == [long, long]
    first, second, third = read(long + b"\na\n" + long, longest=100_000)
    assert (first.cut, second.cut, third.cut) == (True, False, True)
    assert (first.size, second, third.size) == (300_000, Line(2, b"a", 1), 300_000)
    assert len(first.data) == len(third.data) == 1000


@POSIX
def test_stopped_at_the_end_of_the_line_begun() -> None:
    """What was taken is handed on, and what comes behind it is still in the pipe."""
    descriptor, other = os.pipe()
    lines = Lines(descriptor)
    os.write(other, b"1\n2\nthr")
    reading = iter(lines)
    assert next(reading).data == b"1"
    lines.stop()
    os.write(other, b"ee\n4\n5\n")
    assert [line.data for line in reading] == [b"2", b"three"]
    assert os.read(descriptor, 100) == b"4\n5\n"
    lines.close()


@POSIX
def test_stopped_while_it_waits() -> None:
    descriptor, other = os.pipe()
    lines = Lines(descriptor)
    threading.Timer(0.1, lines.stop).start()
    assert list(lines) == []
    os.close(other)
    lines.close()


@POSIX
def test_a_consumer_that_goes_is_noticed_without_writing() -> None:
    descriptor, producer = os.pipe()
    reader, consumer = os.pipe()
    lines = Lines(descriptor, consumer=consumer)
    threading.Timer(0.1, os.close, (reader,)).start()
    with pytest.raises(BrokenPipeError):
        list(lines)
    os.close(producer)
    lines.close()


def test_no_more_is_read_than_is_under_way() -> None:
    """Back-pressure: while the first record isn't taken, few more are."""
    taken: list[int] = []

    def lines() -> Any:
        for number in range(1, 1000):
            taken.append(number)
            yield Line(number, b"x", 1)

    go = threading.Event()
    with Workers(go, threads=1) as workers:
        results = outcomes(lines(), workers, lambda event, line: event.wait() and line.number)
        threading.Timer(0.3, lambda: (seen.append(len(taken)), go.set())).start()
        seen: list[int] = []
        numbers = [future.result() for _, future in results]
    assert numbers == list(range(1, 1000))
    assert seen[0] <= workers.ahead + 1


def test_errors_of_reading_come_after_the_lines_before() -> None:
    def lines() -> Any:
        yield Line(1, b"x", 1)
        raise OSError("gone")

    with Workers(None, threads=1) as workers:
        results = outcomes(lines(), workers, lambda _, line: line.number)
        assert next(results)[1].result() == 1
        with pytest.raises(OSError, match="gone"):
            next(results)


# --- which pass


def diagnosis(score: float | None, **kinds: tuple[float | None, float]) -> Diagnosis:
    return Diagnosis(score, {k: Damage(*kinds.get(k, (0.0, 0.0))) for k in KINDS}, ())


@pytest.mark.parametrize(
    ("screen", "found", "failed"),
    [
        (Screen(), diagnosis(0.5), ()),
        (Screen(), diagnosis(0.51), ("several",)),
        (Screen(), diagnosis(0.9, spin=(0.9, 0.2), translation=(0.1, 0.0)), ("spin",)),
        (Screen(), diagnosis(None), ()),
        (Screen(max_score=1.0), diagnosis(1.0), ()),
        (Screen.parse(None, ["spin"]), diagnosis(0.9, encoding=(0.9, 0.5)), ()),
        (Screen.parse(None, ["encoding"]), diagnosis(0.9, encoding=(0.9, 0.5)), ("encoding",)),
        (Screen.parse(None, ["encoding"]), diagnosis(0.0, encoding=(1.0, 0.001)), ()),
        (Screen.parse(0.1, ["spin=0.95", "order"]), diagnosis(0.9, spin=(0.9, 0.2), order=(0.2, 1)), ("order",)),
        (Screen.parse(None, ["spin"]), diagnosis(None, spin=(None, 0.0)), ()),
    ],
)  # fmt: skip
def test_screen(screen: Screen, found: Diagnosis, failed: tuple[str, ...]) -> None:
    assert screen.failed(found) == failed


@pytest.mark.parametrize("entry", ["spam", "spin=2", "spin=much", "spin=nan"])
def test_screens_that_make_no_sense(entry: str) -> None:
    with pytest.raises(ValueError, match=r"known are|between|no number"):
        Screen.parse(None, [entry])


# --- what is written


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return load()


TAGGING = Sieve(Screen(), tag=True, tag_flagged=True)


def test_the_rest_of_a_line_is_not_written_anew(repairer: Repairer) -> None:
    text = articles("spun")["02-football"]
    line = '{ "n": 1.00, "huge": 1e999, "text":' + json.dumps(text) + ', "e": "\\u00e9" }  '
    outcome = TAGGING(repairer, Line(1, b"\xef\xbb\xbf" + line.encode(), 0))
    assert outcome.fate is Fate.FLAGGED
    assert outcome.kinds == ("spin",)
    data = (outcome.data or b"").removeprefix(b"\xef\xbb\xbf").decode()
    assert data.startswith(line.rstrip().removesuffix("}").rstrip() + ',"textrepair":{"score":')
    assert json.loads(data)["textrepair"]["model"] == repairer.model_name


def test_tagging_twice_is_tagging_once(repairer: Repairer) -> None:
    once = TAGGING(repairer, Line(1, b'{"text":"short","b":1}', 0)).data
    assert once is not None
    assert TAGGING(repairer, Line(1, once, 0)).data == once


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"[1]", "a list instead of an object"),
        (b'{"text": 5}', "field 'text' is a number"),
        (b"\xff", "no valid UTF-8"),
        (b'{"text": "x", "textrepair": "mine"}', "a field 'textrepair' already"),
    ],
)
def test_bad_records(repairer: Repairer, data: bytes, what: str) -> None:
    outcome = TAGGING(repairer, Line(7, data, len(data)))
    assert outcome.fate is Fate.BAD
    assert str(outcome.problem).startswith("stdin:7: ")
    assert what in str(outcome.problem)
