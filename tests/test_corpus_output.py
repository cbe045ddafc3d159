"""Writing: a file is whole or not there, and every article finds a name."""

from __future__ import annotations

import errno
import gzip
import os
import signal
import stat
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
import zstandard

from textrepair.corpus.output import (
    FileNames,
    encode,
    file_name,
    is_same_file,
    whole_file,
)
from textrepair.corpus.storage import publish
from textrepair.interrupts import holding_interrupts, uninterrupted
from textrepair.whole_file import try_place


def test_interrupt_while_a_file_is_made_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Ctrl-C that comes when the file is there and its name not known yet."""
    make = tempfile.mkstemp

    def interrupted(**options: Any) -> tuple[int, str]:
        made = make(**options)
        signal.raise_signal(signal.SIGINT)
        return made

    monkeypatch.setattr(tempfile, "mkstemp", interrupted)
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "out.txt"):
        pass
    with pytest.raises(KeyboardInterrupt):
        try_place(tmp_path / "out.txt")
    assert not list(tmp_path.iterdir())


def test_file_is_whole_or_not_there(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"

    def crash() -> None:
        with whole_file(target) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()
    assert list(tmp_path.iterdir()) == []
    target.write_text("old")
    with whole_file(target) as file:
        file.write(b"new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_mode_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.touch()
    target.chmod(0o640)
    with whole_file(target) as file:
        file.write(b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    umask = os.umask(0o022)
    try:
        with whole_file(tmp_path / "fresh.txt") as file:
            file.write(b"new")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "fresh.txt").stat().st_mode) == 0o644


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_link_is_followed_and_device_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    with whole_file(tmp_path / "link.txt") as file:
        file.write(b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
    with whole_file("/dev/null") as file:
        file.write(b"gone")
    assert not Path("/dev/null").is_file()


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="this system has no /dev/fd")
def test_pipe_is_written_to_by_the_name_of_its_descriptor() -> None:
    """As the shell names it for `>(…)`."""
    reader, writer = os.pipe()
    try_place(f"/dev/fd/{writer}")
    with whole_file(f"/dev/fd/{writer}") as file:
        file.write(b"data")
    os.close(writer)
    with open(reader, "rb") as pipe:
        assert pipe.read() == b"data"


def test_ending_compresses(tmp_path: Path) -> None:
    for name in ["a.jsonl.gz", "b.jsonl.gz", "a.jsonl.zst"]:
        with whole_file(tmp_path / name) as file:
            file.write(b"data")
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == b"data"
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert (
        zstandard.ZstdDecompressor().stream_reader((tmp_path / "a.jsonl.zst").read_bytes()).read() == b"data"
    )


def test_names_are_safe_and_differ(tmp_path: Path) -> None:
    names = FileNames(tmp_path)
    ids = ["a", "a", "A", "a-2", "../x", "/x", "news:3", ".hidden", "é" * 300, "a\nb", "NUL.txt"]
    places = [names.place(article_id, ".txt") for article_id in ids]
    assert [place.name for place in places[:7]] == [
        "a.txt", "a-2.txt", "A-3.txt", "a-2-2.txt", "_x.txt", "_x-2.txt", "news_3.txt"
    ]  # fmt: skip
    assert len({place.name.casefold() for place in places}) == len(ids)
    for place in places:
        assert place.parent == tmp_path
        assert not place.name.startswith(".")
        place.touch()
    assert file_name("001_fd7f56eb350b1d54") == "001_fd7f56eb350b1d54"


def test_every_string_can_be_written() -> None:
    assert encode("é\ud800") == "é\ufffd".encode()


def test_interrupt_waits_for_the_record() -> None:
    done = []

    def write_record() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("whole")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        write_record()
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is before


def test_interrupts_wait_only_while_held() -> None:
    before = signal.getsignal(signal.SIGINT)
    done = []

    def interrupted(what: str, held: AbstractContextManager[None], times: int = 1) -> None:
        with held:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
            done.append(what)

    with holding_interrupts() as hold:
        for what in ("held", "held again"):
            with pytest.raises(KeyboardInterrupt):
                interrupted(what, hold)
        with pytest.raises(KeyboardInterrupt):
            interrupted("not held", nullcontext())
        with pytest.raises(KeyboardInterrupt):
            interrupted("twice", hold, 2)
        with hold:
            done.append("none waits")
    assert done == ["held", "held again", "none waits"]
    assert signal.getsignal(signal.SIGINT) is before


def test_ignored_interrupt_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_same_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert is_same_file(tmp_path / "a", tmp_path / "." / "a")
    assert not is_same_file(tmp_path / "a", tmp_path / "missing")


def test_a_finished_file_reaches_another_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, place = tmp_path / "made", tmp_path / "out" / "place"
    made.write_bytes(b"all of it")

    rename = os.replace

    def replace(one: Path, other: Path) -> None:
        if one == made:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(one, other)

    monkeypatch.setattr(os, "replace", replace)
    publish(made, str(place))
    assert (place.read_bytes(), made.exists()) == (b"all of it", False)
    assert [path.name for path in place.parent.iterdir()] == ["place"]
