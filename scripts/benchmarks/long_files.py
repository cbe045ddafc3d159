"""How long, and how much memory, for a very long file?

Two files of the same text, 50 MB as one line and 50 MB of lines (an article each), through ``textrepair scan`` and
``textrepair repair`` as a user runs them.  Time is wall time, memory the peak of the process's resident set
(``getrusage(RUSAGE_CHILDREN)`` by way of ``os.wait4``), which counts the pages of the mapped model that it touched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


def measure_long_files(
    texts: Sequence[str], model: str | None, megabytes: float
) -> dict[str, dict[str, float]]:
    """Seconds, words a second and peak memory in MB, by command and file.  Empty where the system has no ``wait4``."""
    results: dict[str, dict[str, float]] = {}
    if not hasattr(os, "wait4"):
        return results
    with tempfile.TemporaryDirectory() as folder:
        for name, separator in (("one line", " "), ("lines", "\n")):
            path = Path(folder, f"{name}.txt")
            words = _write(path, texts, separator, int(megabytes * 1e6))
            for command in ("scan", "repair"):
                seconds, peak = run_program([command, str(path), *(["--model", model] if model else [])])
                key = f"{command}, {megabytes:g} MB, {name}"
                results[key] = {"seconds": seconds, "words_per_s": words / seconds, "peak_mb": peak / 1e6}
    return results


def _write(path: Path, texts: Sequence[str], separator: str, size: int) -> int:
    """Write the texts over and over until the file has this size, and return its words."""
    once = separator.join(" ".join(text.split()) for text in texts) + separator
    times, rest = divmod(size, len(once.encode()))
    with path.open("w", encoding="utf-8", newline="") as file:
        for _ in range(times):
            file.write(once)
        file.write(once[:rest])
    return times * len(once.split()) + len(once[:rest].split())


def run_program(arguments: list[str]) -> tuple[float, float]:
    """Wall time in seconds and peak memory in bytes of one run of the program."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "textrepair", *arguments], stdout=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"textrepair {' '.join(arguments)} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss * _UNIT
