"""What does a first call cost, in a fresh process?

Opening the model, the first repair with numba's compiled functions in its cache, the same on a machine that never ran
textrepair (numba compiles once and keeps the result), and ``textrepair --help`` from start to end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_PROBE = """
import json, sys, time
start = time.perf_counter()
import textrepair
from textrepair.repair import load
imported = time.perf_counter()
repairer = load(sys.argv[1] or None)
loaded = time.perf_counter()
repairer.repair(sys.stdin.read())
print(json.dumps({"import": imported - start, "load": loaded - imported, "first": time.perf_counter() - loaded}))
"""
_RUNS = 5


def measure_start(text: str, model: str | None) -> dict[str, float]:
    """Seconds; the best of five runs, but for the first run ever, of which there is one."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with tempfile.TemporaryDirectory() as empty:
        cold = _probe(text, model, {**environment, "NUMBA_CACHE_DIR": empty})
    warm = [_probe(text, model, environment) for _ in range(_RUNS)]
    return {
        "import": min(run["import"] for run in warm),
        "load model": min(run["load"] for run in warm),
        "first repair": min(run["first"] for run in warm),
        "first repair ever": cold["first"],
        "--help": min(_help(environment) for _ in range(_RUNS)),
    }


def _probe(text: str, model: str | None, environment: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, model or ""],
        input=text, capture_output=True, text=True, encoding="utf-8", check=True, env=environment,
    )  # fmt: skip
    seconds: dict[str, float] = json.loads(done.stdout)
    return seconds


def _help(environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "textrepair", "--help"], stdout=subprocess.DEVNULL, check=True, env=environment
    )
    return time.perf_counter() - start
