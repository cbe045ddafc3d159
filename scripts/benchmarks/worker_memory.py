"""How much memory does a worker need beyond the model, which all workers map from one file?

A fresh process reads the texts as a worker does; Linux tells for each of its mappings what is resident and what is its own
(``/proc/self/smaps``).  Elsewhere nothing is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_SMAPS = "/proc/self/smaps"
_PROBE = f"""
import json, sys

def mappings():
    sizes, of_model = {{"own": 0, "resident": 0, "model": 0}}, False
    for line in open("{_SMAPS}"):
        name, *rest = line.split()
        if not name.endswith(":"):
            of_model = line.rstrip().endswith(path)
        elif name == "Rss:":
            sizes["model" if of_model else "resident"] += int(rest[0]) * 1024
        elif name == "Private_Dirty:":
            sizes["own"] += int(rest[0]) * 1024
    return sizes

texts = json.load(sys.stdin)
from textrepair.repair import load
repairer = load(sys.argv[1] or None, depth="thorough")
path = str(repairer.model.path.resolve())
for text in texts:
    repairer.repair(text).text
print(json.dumps(mappings()))
"""


def measure_worker_memory(texts: dict[str, Sequence[str]], model: str | None) -> dict[str, dict[str, float]]:
    """By sort of text, in bytes after a process repaired all: ``own`` (written by it alone), ``resident`` (that, the code and
    what else it has touched, without the model), ``model`` (what it touched of the model's file)."""
    if not Path(_SMAPS).exists():
        return {}
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    results: dict[str, dict[str, float]] = {}
    for sort, some in texts.items():
        done = subprocess.run(
            [sys.executable, "-c", _PROBE, model or ""],
            input=json.dumps(list(some)), capture_output=True, text=True, encoding="utf-8", check=True, env=environment,
        )  # fmt: skip
        results[sort] = json.loads(done.stdout)
    return results
