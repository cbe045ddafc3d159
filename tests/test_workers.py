"""Many articles at once: the same results in the same order, whoever does the work, and however it is started."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_models import ROOT, articles

from textrepair import Settings, WorkerDied, Workers
from textrepair.model import Model
from textrepair.model.model import load_model
from textrepair.pieces import pieces
from textrepair.repair import TOGETHER, Repair, Repairer, load

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX processes")


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return load()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    pairs = zip(articles("sound").values(), articles("spun").values(), strict=True)
    return ["", *(text for pair in list(pairs)[:3] for text in pair), "short"]


@pytest.fixture(scope="module")
def expected(repairer: Repairer, texts: list[str]) -> list[Repair]:
    return [repairer.repair(text) for text in texts]


@pytest.mark.parametrize("text", ["abc", b"abc"])
def test_a_bare_string_is_no_list_of_articles(repairer: Repairer, text: Any) -> None:
    """Refused when it is called, not when the first result is asked for."""
    for many in (repairer.diagnose_many, repairer.repair_many):
        with pytest.raises(TypeError, match=r"put a single one into a list: \[text\]"):
            many(text)


def test_settings_are_no_dict(repairer: Repairer) -> None:
    wrong: Any = {"min_confidence": 0.8}
    for repair in (repairer.repair, repairer.repair_many):
        with pytest.raises(TypeError, match=r"not a dict; write Settings\(min_confidence=0\.8\)"):
            repair("abc" if repair == repairer.repair else ["abc"], wrong)


def double(context: int, item: int) -> int:
    return context + 2 * item


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(), max_size=20), st.integers(0, 3))
def test_map_is_map(items: list[int], threads: int) -> None:
    with Workers(5, threads=threads) as workers:
        assert list(workers.map(double, items)) == [5 + 2 * item for item in items]


def test_items_are_taken_as_there_is_room() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for item in range(1000):
            taken += 1
            yield item

    with Workers(0, threads=2) as workers:
        results = workers.map(double, items())
        assert next(results) == 0
        assert taken == workers.ahead + 1


def test_an_error_stands_in_the_place_of_its_result() -> None:
    with Workers(1, threads=2) as workers:
        results = workers.map(lambda one, item: one // item, [1, 1, 0, 1])
        assert [next(results), next(results)] == [1, 1]
        with pytest.raises(ZeroDivisionError):
            next(results)


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="choose one"):
        Workers(None, processes=1, threads=1)
    with pytest.raises(ValueError, match="negative"):
        Workers(None, threads=-1)


def test_batch_functions(repairer: Repairer, texts: list[str], expected: list[Repair]) -> None:
    assert list(repairer.diagnose_many(texts)) == [repair.diagnosis for repair in expected]
    careful = Settings(min_confidence=0.95)
    assert list(repairer.repair_many(iter(texts), careful, threads=2)) == [
        repairer.repair(text, careful) for text in texts
    ]


_SMALL = 100  # for an article


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 3 * _SMALL), max_size=3 * TOGETHER))
def test_together_is_one_by_one(repairer: Repairer, lengths: list[int]) -> None:
    """Whatever the lengths, those of several pieces among them."""
    prose = " ".join(f"The gardener counted {number} tulips beside the wall." for number in range(10))
    several = [prose[:length] for length in lengths]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("textrepair.repair.LONGEST", _SMALL)
        patched.setattr("textrepair.repair.pieces", partial(pieces, longest=_SMALL))
        assert list(repairer.repair_many(several)) == [repairer.repair(text) for text in several]


def test_no_more_is_taken_than_is_repaired_at_once(repairer: Repairer) -> None:
    taken = 0

    def short() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "Short."

    assert next(repairer.diagnose_many(short())) == repairer.diagnose("Short.")
    assert taken == TOGETHER + 1


@pytest.mark.parametrize("behind", [[], [""]])
def test_what_came_before_an_error_is_told(repairer: Repairer, behind: list[str]) -> None:
    def failing() -> Iterator[str]:
        yield from ("one", "two")
        raise OSError("gone")

    for texts, error in ((failing(), OSError), (["one", "two", None, *behind], TypeError)):
        results = repairer.repair_many(texts)  # type: ignore[arg-type]
        assert [next(results).source, next(results).source] == ["one", "two"]
        with pytest.raises(error, match=r"gone|not NoneType"):
            next(results)


def test_many_threads_give_identical_results(
    repairer: Repairer, texts: list[str], expected: list[Repair]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = [pool.submit(lambda: [repairer.repair(text) for text in texts]) for _ in range(8)]
        assert all(result.result() == expected for result in results)


def test_coroutines(repairer: Repairer, texts: list[str], expected: list[Repair]) -> None:
    async def both() -> tuple[list[Repair], int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        with Workers(repairer, threads=2) as workers:
            repairs = await asyncio.gather(*(workers.call(Repairer.repair, text) for text in texts))
        assert await repairer.adiagnose(texts[1]) == expected[1].diagnosis
        assert await repairer.arepair(texts[2]) == expected[2]
        ticking.cancel()
        return list(repairs), ticks

    repairs, ticks = asyncio.run(both())
    assert repairs == expected
    assert ticks > len(texts)  # the loop was not held up


def test_processes(repairer: Repairer, texts: list[str], expected: list[Repair]) -> None:
    """Same results; a process that is killed takes only the item with it that it dies of."""
    with Workers(repairer, processes=2) as workers:
        assert list(workers.map(Repairer.repair, texts)) == expected
        if os.name == "posix":
            futures = [workers.submit(_die_of, item) for item in ("a", "poison", "b", "c")]
            with pytest.raises(WorkerDied, match="memory"):
                futures.pop(1).result()
            assert [future.result() for future in futures] == ["a", "b", "c"]
            assert workers.submit(_die_of, "d").result() == "d"


def _die_of(repairer: Repairer, item: str) -> str:
    if item == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    return item


_UNGUARDED = """
import sys, textrepair
texts = open(sys.argv[1]).read().split("\\0")
repairer = textrepair.load()
print([repair.text == text for text, repair in zip(texts, repairer.repair_many(texts, processes=1))])
"""


def test_scripts_need_no_guard(tmp_path: Path, texts: list[str]) -> None:
    script, data = tmp_path / "script.py", tmp_path / "texts"
    script.write_text(_UNGUARDED)
    data.write_text("\0".join(texts[1:3]))
    done = subprocess.run(
        [sys.executable, str(script), str(data)], capture_output=True, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "[True, False]\n"), done.stderr


# --- fork and pickle


def test_a_model_travels_as_its_path(repairer: Repairer, texts: list[str], expected: list[Repair]) -> None:
    data = pickle.dumps(repairer)
    assert len(data) < 1000
    copy = pickle.loads(data)
    assert copy.model_name == repairer.model_name
    assert copy.repair(texts[2]) == expected[2]


def test_a_model_that_is_no_file_travels_whole(repairer: Repairer) -> None:
    """What was learned since it was loaded isn't lost on the way."""
    channel = replace(repairer.model.channel, families=("renamed",) * len(repairer.model.channel.families))
    learned = replace(repairer.model, channel=channel)
    copy = pickle.loads(pickle.dumps(learned))
    assert isinstance(copy, Model)
    assert copy.channel.families == channel.families


def test_a_model_replaced_meanwhile_is_noticed() -> None:
    model = load_model()
    data = pickle.dumps(model).replace(model.header["version"].encode(), b"00000000")
    with pytest.raises(Exception, match="was replaced"):
        pickle.loads(data)


@POSIX
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_children_work_while_threads_do(
    repairer: Repairer, texts: list[str], expected: list[Repair]
) -> None:
    """Fork after load, also while other threads are in the middle of an article: no child inherits a lock that is held."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            repairer.repair(texts[1])

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        children = []
        for _ in range(8):
            time.sleep(0.01)
            child = os.fork()
            if child == 0:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(60)
                os._exit(0 if repairer.repair(texts[2]) == expected[2] else 1)
            children.append(child)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * len(children)
