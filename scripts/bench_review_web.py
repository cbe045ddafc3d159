"""How fast is a review in the browser?  From the command to the first edit, and from a key to the next edit on the screen.

    python scripts/bench_review_web.py [--articles N] [--keys N] [--folder DIR]

Needs playwright and a Chromium (CHROMIUM=… names one).  The corpus is that of bench_review.py.  The real program serves it; keys
are pressed in a headless Chromium, and the clock, the browser's own, runs from the key's event to the start of the frame after
the one in which the next edit was drawn.  Beside it stands how long the server's answer took of that.  At the end the store is
opened, and has to hold each decision.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench_review import ROOT, make_corpus
from playwright.sync_api import sync_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
#: In the page: times of keys and of the frames that show their answers.
_CLOCK = """() => {
    window.keyTimes = [];
    let begun = null;
    addEventListener("keydown", (event) => { begun = event.timeStamp; }, true);
    new MutationObserver(() => {
        const from = begun;
        begun = null;
        if (from !== null) requestAnimationFrame(() => requestAnimationFrame(() => {
            window.keyTimes.push(performance.now() - from);
            document.body.dataset.measured = window.keyTimes.length;
        }));
    }).observe(document.body, {attributeFilter: ["data-edit"]});
}"""
_REQUESTS = """() => performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/api/decide"))
    .map((e) => e.responseEnd - e.startTime)"""
_VERDICTS = {"y": "accept", "n": "reject", "s": "skip"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--folder", help="where to make the corpus and keep it (default: a temporary folder)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        corpus = Path(given.folder or temporary) / f"corpus-{given.articles}.jsonl"
        if not corpus.exists():
            make_corpus(corpus, given.articles)
        print(
            f"{given.articles:,} articles, {corpus.stat().st_size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}"
        )
        measure(corpus, Path(temporary) / "review", given.keys)


def measure(corpus: Path, store: Path, keys: int) -> None:
    """One session, told on stdout."""
    pressed = ["yny2yynyys"[number % 10] for number in range(keys)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "textrepair",
        "review",
        str(corpus),
        "--web",
        "--no-browser",
        "--no-rules",
    ]
    command += ["--session", str(store), "--who", "bench"]
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 860})
        begin = time.perf_counter()
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        try:
            address = server.stdout.readline().strip() if server.stdout else ""
            served = time.perf_counter() - begin
            page.goto(address)
            page.locator(".verdicts").wait_for()
            shown = time.perf_counter() - begin
            print(
                f"from the command to the first edit: {shown:.2f} s; until the address was printed: {served:.2f} s"
            )
            times, requests = _press(page, pressed)
        finally:
            server.terminate()
            server.wait()
            browser.close()
    print(_told("key to the next edit on the screen", times))
    print(_told("  of which the server's answer", requests))
    _check(store, pressed)


def _press(page: Any, pressed: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds for each key, and for each answer."""
    page.evaluate("performance.setResourceTimingBufferSize(100000)")
    page.evaluate(_CLOCK)
    for number, key in enumerate(pressed, 1):
        if key == "2" and page.locator(".choices button").count() < 2:
            key = "y"  # no alternative there
        page.keyboard.press(key)
        page.locator(f'body[data-measured="{number}"]').wait_for()
    return page.evaluate("window.keyTimes"), page.evaluate(_REQUESTS)


def _check(store: Path, pressed: Sequence[str]) -> None:
    database = sqlite3.connect(store)
    kept = [verdict for (verdict,) in database.execute("SELECT verdict FROM verdict ORDER BY edit")]
    database.close()
    wanted = [_VERDICTS.get(key, "accept") for key in pressed]
    lost = sum(one != other for one, other in zip(kept, wanted, strict=False)) + abs(len(kept) - len(wanted))
    print(f"{len(kept)} of {len(pressed)} decisions are in the store, {lost} lost or different")
    if lost:
        raise SystemExit(1)


def _told(name: str, times: Sequence[float]) -> str:
    ordered = sorted(times)
    high, highest = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.9, 0.99))
    return f"{name}: median {statistics.median(ordered):.1f} ms, 90 % {high:.1f}, 99 % {highest:.1f} ({len(ordered)} keys)"


if __name__ == "__main__":
    main()
