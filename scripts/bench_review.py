"""How fast is a review?  Opening a corpus of 100,000 articles, and from a key to the next edit on the screen.

    python scripts/bench_review.py [--articles N] [--keys N] [--folder DIR]

The corpus is made up: JSONL as ``repair --format jsonl`` writes it, 400 words and 8 edits an article.  Opening is timed in this
process, from the call to the first edit, beside counting the file's lines.  Keys are timed from outside: the real program runs on
a pseudo-terminal of 80×24, a key is written to it, and the clock stops when the screen that it draws tells one more decision.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import random
import re
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from textrepair.review.session import open_session  # noqa: E402

_WORDS, _EDITS, _TEXTS = 400, 8, 40
_COUNT = re.compile(rb"(\d+)/\d+ edits|\((\d+)/\d+\) Make")


def make_corpus(path: Path, articles: int) -> None:
    """Articles whose texts repeat, and whose edits don't."""
    drawn = random.Random(7)
    texts = [
        ["".join(drawn.choices("aeioulmnrst", k=drawn.randint(2, 9))) for _ in range(_WORDS)]
        for _ in range(_TEXTS)
    ]
    with path.open("w", encoding="utf-8") as file:
        for number in range(articles):
            words = texts[number % _TEXTS]
            text = " ".join(words)
            edits = []
            at = 0
            for index, word in enumerate(words):
                if index % (_WORDS // _EDITS) == number % (_WORDS // _EDITS):
                    confidence = round(drawn.random(), 3)
                    edits.append(
                        {"start": at, "end": at + len(word), "before": word[::-1] + "x", "after": word, "kind": "spin"}
                        | {"end": at + len(word) + 1, "confidence": confidence}
                    )  # fmt: skip
                at += len(word) + 1 + (len(edits) > 0 and edits[-1]["start"] == at)
            record = {"id": f"news-{number:06}", "text": text, "edits": edits, "proposals": [], "score": 0.9}
            file.write(json.dumps(record) + "\n")


def opened(corpus: Path, store: Path) -> tuple[float, float]:
    """Seconds until a session has its first edit: by the clock, and of processor time (what an idle machine would take)."""
    begin, busy = time.perf_counter(), time.process_time()
    with open_session([str(corpus)], store, "bench") as session:
        if session.next() is None:
            raise SystemExit("the corpus holds no edits")
        return time.perf_counter() - begin, time.process_time() - busy


def line_count(corpus: Path) -> float:
    """Seconds to read the file line by line: what any program that starts at the front has to do."""
    begin = time.perf_counter()
    with corpus.open("rb") as file:
        sum(1 for _ in file)
    return time.perf_counter() - begin


@contextmanager
def program(*arguments: str) -> Iterator[int]:
    """The program on a pseudo-terminal of 80×24; its end of the line."""
    process, terminal = pty.fork()
    if not process:
        os.environ |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "COLUMNS": "80", "LINES": "24"}
        os.execv(sys.executable, [sys.executable, "-m", "textrepair", "review", *arguments])
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        yield terminal
    finally:
        os.write(terminal, b"q\n")
        _decided(terminal, 2.0)
        os.close(terminal)
        os.waitpid(process, 0)


def _decided(terminal: int, patience: float, beyond: int = 1 << 60) -> int:
    """Read until more than ``beyond`` decisions are told; how many are."""
    seen, last, tail = -1, time.perf_counter() + patience, b""
    while seen <= beyond and (left := last - time.perf_counter()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                data = os.read(terminal, 1 << 16)
            except OSError:
                break
            if not data:
                break
            tail = tail[-64:] + re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", data)
            for one, two in _COUNT.findall(tail):
                seen = int(one or two)
    return seen


def keys(corpus: Path, store: Path, face: list[str], count: int) -> list[float]:
    """Seconds from each key to its answer on the screen."""
    times = []
    with program(str(corpus), "--session", str(store), "--who", "bench", "--no-rules", *face) as terminal:
        decided = _decided(terminal, 60.0, -1)
        if decided < 0:
            raise SystemExit("the program shows nothing")
        _decided(terminal, 1.0)
        for number in range(count):
            key = b"yn"[number % 2 : number % 2 + 1] + (b"\n" if "--plain" in face else b"")
            begin = time.perf_counter()
            os.write(terminal, key)
            now = _decided(terminal, 10.0, decided)
            times.append(time.perf_counter() - begin)
            if now <= decided:
                raise SystemExit(f"key {number} was not answered")
            decided = now
    return times


def _told(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    at = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.9, 0.99)]
    high = f"90 % {1000 * at[1]:.1f}, 99 % {1000 * at[2]:.1f}"
    return f"{name}: median {1000 * statistics.median(times):.1f} ms, {high} ({len(times)} keys)"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--folder", help="where to make the corpus and keep it (default: a temporary folder)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(given.folder or temporary)
        corpus = folder / f"corpus-{given.articles}.jsonl"
        if not corpus.exists():
            make_corpus(corpus, given.articles)
        size = corpus.stat().st_size / 1e6
        print(
            f"{given.articles:,} articles, {size:.0f} MB, {given.articles * _EDITS:,} edits; load {os.getloadavg()[0]:.1f}"
        )
        with tempfile.TemporaryDirectory() as stores:
            store = Path(stores) / "review"
            lines = line_count(corpus)
            first, busy = opened(corpus, store)
            again, _ = opened(corpus, store)
            print(
                f"opening until the first edit: {first:.2f} s ({busy:.2f} s of processor time); again: {again:.2f} s; "
                f"reading its lines: {lines:.2f} s"
            )
            print(_told("terminal, key to screen", keys(corpus, store, [], given.keys)))
            print(_told("plain prompts, key to screen", keys(corpus, store, ["--plain"], given.keys)))


if __name__ == "__main__":
    main()
