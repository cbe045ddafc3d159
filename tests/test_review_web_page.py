"""The review's page in a real browser: a whole session by keys, mouse and touch; hostile articles; a desktop and a phone."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from review_samples import TEXT, Corpus

from textrepair.review.web import WebReview

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; name one with CHROMIUM=…")
#: As root, and without a network, as in a container.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
DESKTOP, PHONE = {"width": 1440, "height": 860}, {"width": 390, "height": 800}
HOSTILE = json.loads((Path(__file__).parent / "cases" / "hostile_articles.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.made(tmp_path)


@contextmanager
def running(corpus: Corpus, **options: Any) -> Iterator[WebReview]:
    session = corpus.open(**options)
    server = WebReview(session)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(20)
        session.close()


class Page:
    """A page, and whatever it said that it should not have."""

    def __init__(self, chromium: Any, server: WebReview, size: dict[str, int], touch: bool = False) -> None:
        self.context = chromium.new_context(viewport=size, has_touch=touch, accept_downloads=True)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.strangers: list[str] = []
        own = f"http://127.0.0.1:{server.server_port}/"
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console", lambda message: self.errors.append(message.text) if message.type == "error" else None
        )
        self.page.on("request", lambda r: self.strangers.append(r.url) if not r.url.startswith(own) else None)
        self.page.on("dialog", lambda dialog: self.errors.append(f"dialog {dialog.message}"))
        self.page.goto(server.address())
        self.page.locator(".verdicts").wait_for()

    def press(self, *keys: str) -> None:
        """Press keys, each when the edit before it has gone."""
        for key in keys:
            before = self.edit
            self.page.keyboard.press(key)
            self.page.locator(f'body:not([data-edit="{before}"])').wait_for()

    @property
    def edit(self) -> str:
        return str(self.page.locator("body").get_attribute("data-edit"))

    @property
    def swap(self) -> tuple[str, str]:
        """The words before and after on the card."""
        return (
            self.page.locator(".swap del").inner_text(),
            self.page.locator(".swap ins").inner_text(),
        )

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).inner_text())

    def told(self, text: str) -> None:
        """Wait until the page says this somewhere."""
        self.page.get_by_text(text).first.wait_for()

    def close(self) -> None:
        self.context.close()
        assert self.errors == []
        assert self.strangers == []


@contextmanager
def opened(chromium: Any, server: WebReview, size: dict[str, int], touch: bool = False) -> Iterator[Page]:
    page = Page(chromium, server, size, touch)
    yield page
    page.close()


def marks(corpus: Corpus) -> list[tuple[str, str | None]]:
    """What the store holds, edit by edit."""
    with corpus.open() as session:
        rows = session.store.db.execute("SELECT verdict, after FROM verdict ORDER BY edit").fetchall()
    return [(verdict, after) for verdict, after in rows]


def test_a_whole_session_at_a_desk(chromium: Any, corpus: Corpus, tmp_path: Path) -> None:
    """Accept, reject, choose, type, undo, redo, flag, note; reload; leave and come back; export."""
    with running(corpus) as server, opened(chromium, server, DESKTOP) as at:
        page = at.page
        assert page.url == f"http://127.0.0.1:{server.server_port}/"  # the token is gone
        assert at.swap == ("Astir", "About")
        at.press("y")
        assert at.swap == ("inwards", "in")
        at.press("n", "2")
        assert at.swap == ("past", "by")
        here = at.edit
        page.keyboard.press("e")
        page.locator("dialog textarea").fill("beside")
        page.keyboard.press("Enter")
        page.locator(f'body:not([data-edit="{here}"])').wait_for()
        assert at.text("#title") == "n1"
        at.told("4 of ")
        at.press("u")
        assert at.edit == here
        at.told("3 of ")
        page.keyboard.press("r")
        at.told("4 of ")
        page.keyboard.press("f")
        page.locator('.more button[aria-pressed="true"]').wait_for()
        page.keyboard.press("m")
        page.locator("dialog textarea").fill("ask the desk")
        page.keyboard.press("Enter")
        at.told("ask the desk")
        assert page.locator(".edit.current.flagged").count() == 1
        page.reload()
        page.locator(".verdicts").wait_for()
        assert at.text("#title") == "n1"
        at.told("4 of ")
        page.locator("[data-tool=export]").click()
        with page.expect_download() as got:
            page.locator("[data-format=text]").click()
        name = tmp_path / "out"
        got.value.save_as(name)
        assert got.value.suggested_filename == "news.cleaned.txt"
        cleaned = TEXT.replace("Astir", "About").replace("was astir", "was around").replace("past", "beside")
        assert name.read_text().split("==>")[1] == f" n0 <==\n{cleaned}\n"
        at.told("3 accepted · 1 rejected")
    expected = [("accept", None), ("reject", None), ("other", "around"), ("other", "beside")]
    assert marks(corpus) == expected
    with running(corpus) as server, opened(chromium, server, DESKTOP) as at:
        assert at.text("#title") == "n1"  # and goes on there
        at.press("k")
        at.told("You changed it to “beside”.")
        at.page.keyboard.press("q")
        at.page.get_by_role("button", name="Stop").click()
        at.told("Everything is stored.")
    assert marks(corpus) == expected


def test_a_session_on_a_phone(chromium: Any, corpus: Corpus) -> None:
    with running(corpus) as server, opened(chromium, server, PHONE, touch=True) as at:
        page = at.page
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for button in ("accept", "reject"):
            box = page.locator(f".verdicts .{button}").bounding_box()
            assert box["height"] >= 44
            assert box["y"] + box["height"] <= PHONE["height"]
        here = at.edit
        page.locator(".verdicts .accept").tap()
        page.locator(f'body:not([data-edit="{here}"])').wait_for()
        page.locator(".edit", has_text="past").first.tap()
        at.told("45 % sure")
        page.locator(".choices button", has_text="around").tap()
        at.told("2 of ")
        page.locator("[data-tool=list]").tap()
        page.locator(".row", has_text="n3").tap()
        page.locator("#title", has_text="n3").wait_for()
        assert not page.locator("#list").is_visible()
        page.locator("[data-tool=menu]").tap()
        page.get_by_role("button", name="Side by side or inline").tap()
        page.locator(".text.side").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert marks(corpus) == [("accept", None), ("other", "around")]


def test_side_by_side_filter_search_and_orders(chromium: Any, corpus: Corpus) -> None:
    with running(corpus) as server, opened(chromium, server, DESKTOP) as at:
        page = at.page
        page.keyboard.press("v")
        page.locator(".text.side").wait_for()
        assert at.text(".pair:first-child .old").startswith("Astir noon they went inwards")
        assert at.text(".pair:first-child .new").startswith("About noon they went in the hall")
        page.keyboard.press("w")
        page.get_by_label("Confidence up to, in per cent").fill("50")
        page.get_by_role("button", name="Show these").click()
        at.told("45 % sure")
        assert at.swap == ("past", "by")
        at.press("y")
        assert at.swap == ("past", "by")
        page.keyboard.press("w")
        page.get_by_role("button", name="All edits").click()
        at.told("97 % sure")
        at.press("x")
        assert at.swap == ("inwards", "in")
        page.keyboard.press("/")
        page.locator("dialog textarea").fill("n3")
        page.keyboard.press("Enter")
        page.locator("#title", has_text="n3").wait_for()
        page.get_by_label("Order", exact=True).select_option("confidence")
        at.told("97 % sure")
        page.keyboard.press("p")
        page.locator('.segments [aria-pressed="true"]', has_text="here").wait_for()
        at.press("y")
        at.told("2 edits at once")


def test_what_waits_is_not_decided_blindly(chromium: Any, corpus: Corpus) -> None:
    """Keys typed ahead hold for the edits that come; behind a conflict they are dropped; held down they do nothing."""
    with running(corpus) as server, opened(chromium, server, DESKTOP) as at:
        page = at.page
        page.keyboard.type("ynyn")
        page.locator("#title", has_text="n1").wait_for()
        at.told("4 of ")
        page.evaluate(
            "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'y', repeat: true, bubbles: true}))"
        )
        corpus.write({f"n{number}": "Quite another text, astir noon." for number in range(4)})
        page.keyboard.type("yyy")
        page.locator(".message.bad").wait_for()
        page.locator(".edit.current", has_text="astir").wait_for()
    assert [verdict for verdict, _ in marks(corpus)][:4] == ["accept", "reject"] * 2
    assert len(marks(corpus)) == 4


def test_hundreds_of_edits_by_keys(chromium: Any, corpus: Corpus) -> None:
    text = " ".join(["Astir noon they went inwards, past it."] * 10)
    corpus.write({f"n{number}": text for number in range(10)})
    with running(corpus) as server, opened(chromium, server, DESKTOP) as at:
        for _ in range(25):
            at.page.keyboard.type("ynyyny2yns")
        at.page.locator("body").evaluate(
            "async () => { for (let i = 0; i < 3000 && !document.getElementById('how-far').textContent.startsWith('225 ');"
            " i += 1) await new Promise((done) => setTimeout(done, 20)); }"
        )
        at.told("225 of ")
    counted = [verdict for verdict, _ in marks(corpus)]
    assert {verdict: counted.count(verdict) for verdict in set(counted)} == {
        "accept": 125, "reject": 75, "other": 25, "skip": 25,
    }  # fmt: skip


def test_hostile_articles_are_only_text(chromium: Any, corpus: Corpus) -> None:
    """Nothing runs, loads, leaves or covers the page, whatever an article says; all of it is shown as text."""
    texts = {case.get("id", f"h{n}"): case["text"] * case.get("times", 1) for n, case in enumerate(HOSTILE)}
    corpus.write({id_: f"{text} astir {text[:200]}" for id_, text in texts.items()})
    with running(corpus) as server, opened(chromium, server, DESKTOP) as at:
        page = at.page
        page.keyboard.press("v")
        for _ in range(len(texts) - 1):
            at.press("y")
            assert page.evaluate("window.pwned") is None
            # No element but ours, and no attribute that does anything.
            assert (
                page.evaluate("document.querySelectorAll('#text :not(p, div, span, del, ins)').length") == 0
            )
            assert (
                page.evaluate("document.querySelectorAll('iframe, object, embed, base, form, img').length")
                == 0
            )
            assert page.evaluate("document.querySelectorAll('script').length") == 1
            width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert width[0] <= width[1]
            # The buttons stay where they are, in our direction, whatever the text does to its own.
            assert page.locator(".verdicts .accept").is_visible()
            assert page.locator(".verdicts .accept").inner_text().split()[-1] == "Accept"
        assert page.url == f"http://127.0.0.1:{server.server_port}/"
    assert len(marks(corpus)) == len(texts) - 1


def test_the_policy_holds_where_the_page_would_not(chromium: Any, corpus: Corpus) -> None:
    """Were markup ever let in by mistake, the browser would still refuse to run it or to load anything."""
    with running(corpus) as server:
        at = Page(chromium, server, DESKTOP)
        page = at.page
        refused = page.evaluate(
            """async () => {
                const said = [];
                document.addEventListener("securitypolicyviolation", (e) => said.push(e.effectiveDirective));
                try { document.body.innerHTML = "<img src=x>"; said.push("innerHTML worked"); } catch { said.push("types"); }
                const script = document.createElement("script");
                try { script.text = "window.pwned = 1"; document.head.append(script); } catch { said.push("types"); }
                await fetch("https://evil.invalid/").catch(() => said.push("fetch"));
                const image = new Image();
                await new Promise((done) => { image.onerror = done; image.src = "https://evil.invalid/x.png"; });
                await new Promise((done) => setTimeout(done, 50));
                return said;
            }"""
        )
        assert "innerHTML worked" not in refused
        assert {"types", "fetch", "connect-src", "img-src", "require-trusted-types-for"} <= set(refused)
        assert page.evaluate("window.pwned") is None
        assert page.evaluate("document.cookie") == ""  # HttpOnly
        at.context.close()


def test_for_those_who_listen_and_those_without_a_mouse(chromium: Any, corpus: Corpus) -> None:
    """Names, roles and focus; a dialog keeps the focus and gives it back; motion is reduced where it is asked for."""
    with running(corpus) as server, opened(chromium, server, DESKTOP) as at:
        page = at.page
        unnamed = page.evaluate(
            """[...document.querySelectorAll("button, input, select, textarea, [role=button], [role=listbox]")]
                .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).map((e) => e.outerHTML)"""
        )
        assert unnamed == []
        assert page.locator("[role=progressbar]").get_attribute("aria-valuenow") == "0"
        assert "becomes About" in at.text("#spoken")
        at.press("y")
        assert "becomes in." in at.text("#spoken")
        page.keyboard.press("?")
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("y")  # decides nothing under a dialog
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="detached")
        at.told("1 of ")
        page.locator("#list-rows").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.locator("#title", has_text="n2").wait_for()
        page.emulate_media(reduced_motion="reduce", color_scheme="dark")
        assert (
            page.evaluate("getComputedStyle(document.getElementById('message')).transitionDuration") == "0s"
        )
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 26)"


def test_a_used_address_and_a_server_that_stops(chromium: Any, corpus: Corpus) -> None:
    with running(corpus) as server:
        address = server.address()
        first = Page(chromium, server, DESKTOP)
        stranger = chromium.new_context().new_page()
        stranger.goto(address)  # a newer one was made since
        stranger.get_by_text("This page is not let in.").wait_for()
        stranger.context.close()
        second = Page(chromium, server, DESKTOP)
        second.press("y")
        second.close()
    first.page.keyboard.press("y")
    first.page.get_by_text("The server has stopped.").wait_for()
    first.context.close()
    assert len(marks(corpus)) == 1
