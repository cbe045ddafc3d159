"""The faces: plain prompts, the full screen by Textual's pilot, and a whole session in tmux with a kill in the middle."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from review_samples import TEXT, Corpus

from textrepair.review.keys import KEYS
from textrepair.review.plain import PlainReview
from textrepair.review.queue import Filter
from textrepair.review.rules import RulesFile
from textrepair.review.session import Session

ROOT = Path(__file__).parents[1]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.made(tmp_path)


def verdicts(session: Session) -> list[tuple[str, str | None]]:
    """What was decided, in the order of the articles."""
    items = session.items(Filter(), limit=10_000)
    return [(str(mark.verdict), mark.after) for item in items for mark in item.marks]


# --- plain prompts


def answer(session: Session, *answers: str) -> str:
    """All that the plain face says to these answers, prompts included."""
    said: list[str] = []
    waiting: Iterator[str] = iter(answers)

    def ask(prompt: str) -> str:
        said.append(prompt)
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    PlainReview(session, ask, said.append).run()
    return "\n".join(said)


def test_plain_answers(corpus: Corpus) -> None:
    with corpus.open() as session:
        said = answer(session, "y", "n", "2", "e", "close by", "q")
        assert verdicts(session) == [
            ("accept", None),
            ("reject", None),
            ("other", "around"),
            ("other", "close by"),
        ]
        assert "[-Astir-]{+About+} noon they went" in said
        assert '"inwards" -> "in", spin, confidence 0.60' in said
        assert "only proposed" in said
        assert (
            "4 of 8 edits decided in 2 of 4 articles, 25% of the proposals taken; everything is stored"
            in said
        )


def test_plain_undo_reach_notes_and_search(corpus: Corpus) -> None:
    with corpus.open() as session:
        said = answer(session, "p", "y", "u", "f", "m", "ask the desk", "/past", "n", "k", "x", "?", "q")
        assert "for all 2 in this article" in said
        assert "2 edits decided at once" in said
        assert "taken back: accept, 2 edits" in said
        assert "kim: flagged note: ask the desk" in said
        assert "'x' is no answer" in said
        assert all(key.help in said for key in KEYS)
        assert [v for v in verdicts(session) if v[0] != "None"] == [("reject", None)]


def test_plain_search_asks_what_to_find(corpus: Corpus) -> None:
    with corpus.open() as session:
        said = answer(session, "/", "", "/", "past", "/", "", "q").splitlines()
        asked = [n for n, line in enumerate(said) if line == "Find (empty: the same again): "]
        assert len(asked) == 3
        assert said[asked[0] + 1] == "! nothing was looked for yet; type what to find"
        shown_next = [next(line for line in said[n:] if "confidence" in line) for n in asked]
        assert ['"past" -> "by"' in line for line in shown_next] == [False, True, True]


@pytest.mark.parametrize("asking", ["e", "m", "/"])
def test_the_end_of_the_answers_may_come_where_a_text_is_asked_for(corpus: Corpus, asking: str) -> None:
    with corpus.open() as session:
        assert answer(session, "y", asking).endswith(
            "1 of 4 edits decided in 1 of 4 articles, 100% of the proposals taken; everything is stored"
        )


@pytest.mark.parametrize(
    ("widened", "skipped"), [((), 1), (("p",), 2), (("p", "p"), 2), (("p", "p", "p"), 2)]
)
def test_plain_skips_as_far_as_the_reach(corpus: Corpus, widened: tuple[str, ...], skipped: int) -> None:
    """Of the second to fourth article nothing is read yet."""
    with corpus.open() as session:
        said = answer(session, *widened, "s", "q")
        assert [v for v, _ in verdicts(session)] == ["skip"] * skipped
        assert ("2 edits skipped at once; u takes it back" in said) == (skipped > 1)
        assert said.splitlines()[-2].startswith("(0/4) Make this edit [")  # the next one is for itself again


def test_plain_whole_articles(corpus: Corpus) -> None:
    with corpus.open() as session:
        said = answer(session, "a", "n", "d", "s", "a", "a", "y", "q")
        assert "4 edits decided at once" in said
        assert session.progress().open == 0
        assert [v for v, _ in verdicts(session)] == ["accept"] * 4 + ["reject"] * 4 + ["accept"] * 8
        assert "Nothing is left to decide." in said


def test_the_end_of_the_answers_is_the_end_of_the_session(corpus: Corpus) -> None:
    with corpus.open() as session:
        assert "1 of 4 edits decided" in answer(session, "y")


def test_hostile_text_cannot_steer_the_terminal(corpus: Corpus) -> None:
    corpus.write({"\x1b]0;owned\x07": "\x1b[2J astir \x9b31m\r\u202e done"})
    with corpus.open() as session:
        said = answer(session, "y", "q")
        assert not set(said) & set("\x1b\x07\x9b\r\u202e")


# --- the full screen


def piloted(
    corpus: Corpus,
    steps: Callable[[Any, Any], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
    **options: Any,
) -> None:
    pytest.importorskip("textual", reason="the extra textrepair[review] is not installed")
    from textrepair.review.terminal.app import ReviewApp

    async def run() -> None:
        with corpus.open(**options) as session:
            app = ReviewApp(session)
            async with app.run_test(size=size) as pilot:
                for _ in range(200):
                    await pilot.pause(0.02)
                    if "Reading" not in screen(app):
                        break
                await steps(pilot, app)

    asyncio.run(run())


def screen(app: Any) -> str:
    """What stands on the screen, a line each."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def test_keys_on_the_screen(corpus: Corpus) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        assert "Astir" in screen(app)
        assert "0/" in screen(app)
        await pilot.press("y", "n", "2")
        await pilot.press("e", "x", "y", "enter")
        await pilot.pause()
        session = app.session
        assert verdicts(session) == [
            ("accept", None),
            ("reject", None),
            ("other", "around"),
            ("other", "byxy"),
        ]
        assert "put · u takes it back" in screen(app)
        await pilot.press("u", "u", "r")
        assert verdicts(session)[:3] == [("accept", None), ("reject", None), ("other", "around")]
        await pilot.press("p", "p")
        assert "decides all in this corpus" in screen(app)
        await pilot.press("question_mark")
        assert "take back what you did last" in screen(app)
        await pilot.press("y")  # closes the help and decides nothing
        assert "take back what you did last" not in screen(app)
        await pilot.press("p", "p", "e", "escape", "m", "w", "h", "y", "enter", "f")
        await pilot.pause()
        assert "flagged note: why" in screen(app)
        await pilot.press("7")
        assert "there is no choice 7" in screen(app)
        await pilot.press("slash", "p", "a", "s", "t", "enter")
        assert "past → by" in screen(app) or "by" in screen(app)
        await pilot.press("k", "j", "o", "o")
        assert "by uncertain" in screen(app)
        await pilot.press("q")

    piloted(corpus, steps)


@pytest.mark.parametrize("widened", range(4))
def test_a_skip_with_a_wider_reach_on_the_screen(corpus: Corpus, tmp_path: Path, widened: int) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        app._loader.join(20)
        await pilot.press(*["p"] * widened, "s")
        await pilot.pause()
        assert [v for v, _ in verdicts(app.session)] == ["skip"] * [1, 2, 8, 8][widened]
        many = ["", " 2 edits at once;", " 8 edits at once;", " 8 edits at once;"][widened]
        assert f"skipped{many} · u takes it back" in screen(app)
        assert "past" in screen(app) or "inwards" in screen(app)
        await pilot.press("u")
        assert verdicts(app.session) == []

    piloted(corpus, steps, rules=RulesFile(tmp_path / "rules.jsonl"))


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60), (10, 5)])
def test_any_size(corpus: Corpus, size: tuple[int, int]) -> None:
    corpus.write({"a": (TEXT + "\n") * 60, "b": "", "c": "astir" * 900})

    async def steps(pilot: Any, app: Any) -> None:
        for key in "ynsjkap?q":
            await pilot.press("question_mark" if key == "?" else key)
        await pilot.resize_terminal(size[0] + 7, size[1] + 3)
        await pilot.press("n", "u")

    piloted(corpus, steps, size)


@pytest.mark.parametrize("help_is_open", [False, True])
def test_all_is_drawn_anew_for_another_size(corpus: Corpus, help_is_open: bool) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        from textrepair.review.terminal.picture import key_bar

        if help_is_open:
            await pilot.press("question_mark")
        for width, height in ((130, 30), (60, 20), (100, 24)):
            await pilot.resize_terminal(width, height)
            await pilot.pause(0.1)
            if help_is_open:
                await pilot.press("y")
            lines = screen(app).split("\n")
            assert lines[0].endswith("by article")
            bar = [line.rstrip() for line in key_bar(width).plain.split("\n")]
            assert [line.rstrip() for line in lines[-2:]] == [*bar, ""][:2]
            if help_is_open:
                await pilot.press("question_mark")

    piloted(corpus, steps)


def test_everything_decided_says_so(corpus: Corpus) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        for _ in range(4):
            await pilot.press("a")
            await pilot.pause(0.3)
        for _ in range(50):
            if "Nothing is left to decide: 16 edits decided in 4 articles" in screen(app):
                break
            await pilot.pause(0.1)
        assert "Nothing is left to decide: 16 edits decided in 4 articles" in screen(app)
        await pilot.press("u")
        assert "taken back: accept, 4 edits" in screen(app)

    piloted(corpus, steps)


def test_a_filter_that_few_edits_pass_is_read_on_for(corpus: Corpus) -> None:
    """More edits are open than are read ahead, and none of them is wanted."""
    corpus.write(
        {f"n{number}": "astir astir astir\n" for number in range(120)} | {"last": "He went inwards.\n"}
    )

    async def steps(pilot: Any, app: Any) -> None:
        app.session.filter = Filter(max_confidence=0.7)
        app._go(None)
        for _ in range(300):
            await pilot.pause(0.05)
            if "He went inwards" in screen(app).replace("inwardsin", "inwards"):
                break
        assert "inwards" in screen(app)

    piloted(corpus, steps)


def test_a_second_opinion_on_the_screen(corpus: Corpus) -> None:
    with corpus.open("sam") as sam:
        item = sam.next()
        assert item is not None
        sam.decide(item.key, "accept")

    async def steps(pilot: Any, app: Any) -> None:
        await pilot.press("n")
        await pilot.pause(0.6)
        assert "Nothing is left to decide" in screen(app)
        assert [mark.who for mark in app.session.item(item.key).decided] == ["sam", "kim"]

    piloted(corpus, steps, second=True)


def test_a_file_that_changes_under_the_screen(corpus: Corpus) -> None:
    async def steps(pilot: Any, app: Any) -> None:
        corpus.write({f"n{number}": "Now it is astir another thing.\n" for number in range(4)})
        await pilot.press("y")
        assert "has changed since" in screen(app)
        await pilot.pause(0.6)
        await pilot.press("y")
        assert [v for v, _ in verdicts(app.session)].count("accept") == 1

    piloted(corpus, steps)


def test_a_thousand_edits_by_plain_prompts_without_losing_one(tmp_path: Path) -> None:
    corpus = Corpus.made(tmp_path, articles=250)
    answers = [("y", "n", "2", "e")[number % 4] for number in range(1000)]
    typed = [line for a in answers for line in ([a, "typed"] if a == "e" else [a])]
    with corpus.open() as session:
        session.store.forced(False)  # a disk that is slow to force is not what is tested
        answer(session, *typed, "q")
    with corpus.open() as session:
        expected = {
            "y": ("accept", None),
            "n": ("reject", None),
            "2": ("other", "around"),
            "e": ("other", "typed"),
        }
        assert verdicts(session) == [expected[a] for a in answers]


def test_a_thousand_edits_on_the_screen_without_losing_one(tmp_path: Path) -> None:
    corpus = Corpus.made(tmp_path, articles=250)
    keys = ["yn2"[number % 3] for number in range(1000)]

    async def steps(pilot: Any, app: Any) -> None:
        for key in keys:
            for _ in range(500):
                if app._item is not None:
                    break
                await pilot.pause(0.02)
            app._press(key)
        await pilot.pause()

    piloted(corpus, steps)
    with corpus.open() as session:
        expected = {"y": ("accept", None), "n": ("reject", None), "2": ("other", "around")}
        assert verdicts(session) == [expected[key] for key in keys]


# --- a real terminal


def wait_for(look: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if look():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_whole_session_in_tmux_with_a_kill_in_the_middle(corpus: Corpus, tmp_path: Path) -> None:
    pytest.importorskip("textual", reason="the extra textrepair[review] is not installed")
    corpus.write_repaired({f"n{number}": TEXT for number in range(3)})
    server = f"textrepair-test-{os.getpid()}"
    environment = {**os.environ, "TEXTREPAIR_RULES": str(tmp_path / "rules"), "PYTHONPATH": str(ROOT)}
    environment.pop("TMUX", None)

    def tmux(*arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", server, *arguments], capture_output=True, text=True, env=environment
        )
        return done.stdout

    def seen(text: str) -> bool:
        return text in tmux("capture-pane", "-p")

    def start() -> int:
        command = f"exec {sys.executable} -m textrepair review {corpus.path} --who kim"
        tmux("-f", os.devnull, "new-session", "-d", "-x", "80", "-y", "24", command)
        return int(tmux("display-message", "-p", "#{pane_pid}") or 0)

    try:
        process = start()
        assert wait_for(lambda: seen("0/12")), tmux("capture-pane", "-p")
        for number, key in enumerate("yny", 1):
            tmux("send-keys", key)
            assert wait_for(lambda n=number: seen(f" {n}/12")), tmux("capture-pane", "-p")  # type: ignore[misc]
        os.kill(process, 9)
        assert wait_for(lambda: not tmux("list-sessions"))
        start()
        assert wait_for(lambda: seen(" 3/12")), tmux("capture-pane", "-p")
        assert wait_for(lambda: seen("+ ")), tmux("capture-pane", "-p")
        assert seen("past")  # the fourth edit, at once: what the dead program held is free
        tmux("send-keys", "e")
        assert wait_for(lambda: seen("put instead:")), tmux("capture-pane", "-p")
        tmux("send-keys", "-l", " the")
        assert wait_for(lambda: seen("by the")), tmux("capture-pane", "-p")
        tmux("send-keys", "Enter")
        assert wait_for(lambda: seen(" 4/12"))
        tmux("send-keys", "u")
        assert wait_for(lambda: seen(" 3/12"))
        tmux("send-keys", "r")
        assert wait_for(lambda: seen(" 4/12"))
        tmux("send-keys", "a")
        assert wait_for(lambda: seen(" 8/")), tmux("capture-pane", "-p")
        tmux("send-keys", "d")
        assert wait_for(lambda: seen("Nothing is left to decide: 12 edits decided in 3 articles"))
        tmux("send-keys", "q")
        assert wait_for(lambda: not tmux("list-sessions"))
    finally:
        tmux("kill-server")
    with corpus.open() as session:
        wanted = [("accept", None), ("reject", None), ("accept", None), ("other", "by the")]
        assert verdicts(session) == wanted + [("accept", None)] * 4 + [("reject", None)] * 4


@pytest.mark.skipif(os.name == "nt", reason="POSIX terminals")
def test_no_screen_where_nobody_sees_it(corpus: Corpus, tmp_path: Path) -> None:
    """Textual draws on stderr: with that in a file, prompts are shown instead of taking keys unseen."""
    import pty

    corpus.write_repaired({"n0": TEXT})
    keys, terminal = pty.openpty()
    environment = {
        **os.environ,
        "TEXTREPAIR_RULES": str(tmp_path / "rules"),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
    }
    os.write(keys, b"y\nq\n")
    with open(tmp_path / "err", "wb") as err:
        done = subprocess.run(
            [sys.executable, "-m", "textrepair", "review", str(corpus.path)],
            stdin=terminal, stdout=terminal, stderr=err, env=environment, timeout=300,
        )  # fmt: skip
    os.close(terminal)
    shown = os.read(keys, 65536)
    os.close(keys)
    told = (tmp_path / "err").read_text()
    assert (done.returncode, "\x1b" in told) == (0, False), told
    assert "? for help" in told
    assert b"past" in shown
    with corpus.open() as session:
        assert verdicts(session)[0] == ("accept", None)
