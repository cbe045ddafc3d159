"""Where numba compiles for the first time, can't keep what it compiles, or must not compile at all."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from itertools import count

import pytest

from textrepair import compiled
from textrepair.cli.console import Console
from textrepair.compiled import njit

# What numba finds in a read-only installation of a user without a home.
NO_FOLDER = "from numba.core import caching; caching.CacheImpl._locator_classes = []; "


# A disk that fills up: what is compiled first can be kept, what comes then can't.
FULL = """
import errno, os
from numba.core import caching
def full(self, *_): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
caching.IndexDataCacheFile.load, caching.IndexDataCacheFile.save = (lambda self, sig: None), full
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_starts_where_nothing_can_be_kept() -> None:
    done = run(
        "-c", NO_FOLDER + "from textrepair.plain_words import plain_tokens; print(plain_tokens.__name__)"
    )
    assert (done.returncode, done.stdout) == (0, "plain_tokens\n"), done.stderr
    assert done.stderr.count("NUMBA_CACHE_DIR") == 1


def test_goes_on_where_the_disk_is_full() -> None:
    done = run(
        "-c",
        FULL
        + "from textrepair.detector.scanning.word_hash import hash_of; print(hash_of('a') == hash_of('a'))",
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    assert done.stderr.count("no space left on device") == 1


def test_tells_that_it_must_be_compiled() -> None:
    done = run("-m", "textrepair", "scan", "-", NUMBA_DISABLE_JIT="1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert "NUMBA_DISABLE_JIT" in done.stderr


def test_a_first_run_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Several functions without a kept version, as a person at a terminal sees it."""
    monkeypatch.setattr(compiled, "_MISSES", count(1))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(logging.getLogger("textrepair"), "handlers", [])
    Console().show_log()
    functions = [
        njit()(lambda x: x + 1),
        njit()(lambda x: x + 2),
        njit()(lambda x: x + 3),
        njit()(lambda x: x + 4),
        njit()(lambda x: x + 5),
        njit()(lambda x: x + 6),
    ]
    for function in functions:
        monkeypatch.setattr(function._cache, "save_overload", lambda sig, data: None)
        function(1)
    told = capsys.readouterr().err
    assert told.count("compiling") == 1
    functions[0](2)  # compiled by now
    assert capsys.readouterr().err == ""
