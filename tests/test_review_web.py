"""The review's server: who is let in, what it answers, and what hostile requests and articles can't do."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from review_samples import TEXT, Corpus

from textrepair.review.rules import RulesFile
from textrepair.review.web import WebError, WebReview
from textrepair.review.web import server as web
from textrepair.review.web.gate import HEADER
from textrepair.review.web.pieces import AROUND

ROOT = Path(__file__).parents[1]
HOSTILE = json.loads((Path(__file__).parent / "cases" / "hostile_articles.json").read_text(encoding="utf-8"))


@dataclass
class Browser:
    """What a browser does: keeps the cookie, says where it comes from, and sends the page's secret."""

    port: int
    cookie: str = ""
    secret: str = ""
    _local: threading.local = field(default_factory=threading.local)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str | None] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        sent: dict[str, str | None] = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if method == "POST":
            sent |= {
                "Origin": f"http://127.0.0.1:{self.port}",
                "Content-Type": "application/json",
                "Content-Length": str(len(data or b"")),
                HEADER: self.secret,
            }
        sent |= headers or {}
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self._local.connection = connection
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(data)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def leave(self) -> None:
        """Close this thread's connection."""
        if connection := getattr(self._local, "connection", None):
            connection.close()

    def enter(self, address: str) -> int:
        status, headers, data = self.request("POST", "/api/enter", {"token": address.partition("#token=")[2]})
        if status == 200:
            self.cookie = headers["Set-Cookie"].partition(";")[0]
            self.secret = json.loads(data)["secret"]
        return status

    def ask(self, action: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        status, _, data = self.request("POST", f"/api/{action}", {**(body or {}), **more})
        assert status == 200, (action, status, data)
        answer: dict[str, Any] = json.loads(data)
        return answer


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.made(tmp_path)


@contextmanager
def running(corpus: Corpus, **options: Any) -> Iterator[tuple[WebReview, Browser]]:
    session = corpus.open(**options)
    server = WebReview(session)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        browser = Browser(server.server_port)
        assert browser.enter(server.address()) == 200
        yield server, browser
        browser.leave()
    finally:
        server.shutdown()
        thread.join(20)
        session.close()
        assert not thread.is_alive()


@pytest.fixture
def served(corpus: Corpus) -> Iterator[tuple[WebReview, Browser]]:
    with running(corpus) as found:
        yield found


def first(browser: Browser, **more: Any) -> dict[str, Any]:
    """The first open edit, once the reader has brought it."""
    for _ in range(400):
        answer = browser.ask("next", more)
        if answer["item"] or not answer["waiting"]:
            return answer
        threading.Event().wait(0.02)
    raise AssertionError("nothing was read")


def had(article: dict[str, Any]) -> dict[str, int]:
    """What a page that shows an article says it has."""
    return {
        "article": article["key"], "from": article["from"], "to": article["to"], "length": article["length"]
    }  # fmt: skip


# --- who is let in


def test_an_address_lets_in_one_browser_once(served: tuple[WebReview, Browser]) -> None:
    server, browser = served
    address = server.address()
    other = Browser(server.server_port)
    assert address.startswith(f"http://127.0.0.1:{server.server_port}/#token=")
    assert other.enter(address) == 200
    assert Browser(server.server_port).enter(address) == 401
    assert other.ask("start")["who"] == browser.ask("start")["who"]
    older, newer = server.address(), server.address()
    assert Browser(server.server_port).enter(older) == 401
    assert Browser(server.server_port).enter(newer) == 200


def test_the_cookie_is_the_browsers_alone(served: tuple[WebReview, Browser]) -> None:
    server, browser = served
    token = server.address().partition("=")[2]
    _, headers, _ = browser.request("POST", "/api/enter", {"token": token})
    attributes = {part.strip() for part in headers["Set-Cookie"].split(";")[1:]}
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= attributes


REFUSED = [
    ("no cookie", {"Cookie": None}, 401),
    ("another cookie", {"Cookie": "textrepair-1=x"}, 401),
    ("no secret", {HEADER: None}, 401),
    ("another secret", {HEADER: "x" * 43}, 401),
    ("a name that points here", {"Host": "evil.example"}, 403),
    ("a name that begins like ours", {"Host": "127.0.0.1.evil.example:80"}, 403),
    ("no host", {"Host": None}, 403),
    ("another site", {"Origin": "https://evil.example"}, 403),
    ("another port", {"Origin": "http://127.0.0.1:1"}, 403),
    ("a sandboxed frame", {"Origin": "null"}, 403),
    ("nobody", {"Origin": None}, 403),
    ("another site, as the browser says", {"Sec-Fetch-Site": "cross-site"}, 403),
    ("another port, as the browser says", {"Sec-Fetch-Site": "same-site"}, 403),
    ("a form", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ("plain text", {"Content-Type": "text/plain"}, 415),
    ("no length", {"Content-Length": None}, 411),
    ("a length that is none", {"Content-Length": "-5"}, 411),
    ("chunks", {"Transfer-Encoding": "chunked"}, 411),
]


@pytest.mark.parametrize(("headers", "status"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_requests_from_elsewhere_reach_nothing(
    served: tuple[WebReview, Browser], headers: dict[str, str | None], status: int
) -> None:
    _, browser = served
    edit = first(browser)["item"]["key"]
    got, sent, data = browser.request(
        "POST", "/api/decide", {"edit": edit, "verdict": "accept"}, headers=headers
    )
    assert got == status
    assert list(json.loads(data)) == ["error"]
    assert "Access-Control-Allow-Origin" not in sent
    assert browser.ask("progress")["progress"]["decided"] == 0


def test_the_same_request_of_our_own_page_is_answered(served: tuple[WebReview, Browser]) -> None:
    _, browser = served
    edit = first(browser)["item"]["key"]
    headers: dict[str, str | None] = {"Sec-Fetch-Site": "same-origin"}
    status, _, _ = browser.request(
        "POST", "/api/decide", {"edit": edit, "verdict": "accept"}, headers=headers
    )
    assert status == 200
    assert browser.ask("progress")["progress"]["decided"] == 1


def test_one_browsers_cookie_and_anothers_secret(served: tuple[WebReview, Browser]) -> None:
    server, browser = served
    other = Browser(server.server_port)
    other.enter(server.address())
    mixed = Browser(server.server_port, browser.cookie, other.secret)
    assert mixed.request("POST", "/api/start", {})[0] == 401


def test_a_preflight_is_refused(served: tuple[WebReview, Browser]) -> None:
    _, browser = served
    status, headers, _ = browser.request("OPTIONS", "/api/start", headers={"Origin": "https://evil.example"})
    assert status == 501
    assert not any(name.lower().startswith("access-control") for name in headers)


@pytest.mark.parametrize(
    "path",
    ["/../setup.cfg", "/static/../server.py", "/static/%2e%2e/server.py", "/static/", "/static/x.js", "//etc/passwd",
     "/export/", "/export/../../x", "/api/start", "/etc/passwd", "/static/app.js/..", "/static\\app.js"],
)  # fmt: skip
def test_no_path_is_made_from_a_request(served: tuple[WebReview, Browser], path: str) -> None:
    _, browser = served
    status, _, data = browser.request("GET", path)
    assert status == 404
    assert list(json.loads(data)) == ["error"]


def test_every_page_forbids_what_is_not_its_own(served: tuple[WebReview, Browser]) -> None:
    _, browser = served
    for path in web._PAGES:
        status, headers, data = browser.request("GET", path)
        assert status == 200
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        text = data.decode()
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), path  # nothing of elsewhere
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text
        )
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|style=", text), path
    assert set(web._PAGES) >= {"/", "/static/app.js", "/static/style.css"}


# --- what is asked wrongly

WRONG = [
    ("decide", b"{", 400), ("decide", b"\xff", 400), ("decide", b"[]", 400), ("decide", b"[" * 30_000, 400),
    ("decide", b"{}", 400), ("decide", {"edit": "1"}, 400), ("decide", {"edit": 2**70, "verdict": "accept"}, 400),
    ("decide", {"edit": -1, "verdict": "accept"}, 400), ("decide", {"edit": True, "verdict": "accept"}, 400),
    ("decide", {"edit": 1, "verdict": "drop table"}, 400), ("decide", {"edit": 1, "verdict": "other"}, 400),
    ("decide", {"edit": 1, "verdict": "other", "text": "x" * 10_001}, 400),
    ("decide", {"edit": 1, "verdict": "other", "text": "\ud83d"}, 400),
    ("decide", {"edit": 1, "verdict": "choose", "choice": 0}, 400),
    ("decide", {"edit": 1, "verdict": "choose", "choice": 99}, 400),
    ("decide", {"edit": 1, "verdict": "accept", "scope": "world"}, 400),
    ("decide", {"edit": 1, "verdict": "accept", "scope": ["edit"]}, 400),
    ("rest", {"edit": 1, "verdict": "other"}, 400), ("note", {"edit": 1}, 400),
    ("next", {"order": "e.key; --"}, 400), ("next", {"order": ["article"]}, 400), ("next", {"filter": 1}, 400),
    ("next", {"filter": {"kinds": ["x"]}}, 400), ("next", {"filter": {"low": 2}}, 400),
    ("next", {"filter": {"low": float("nan")}}, 400), ("articles", {"sort": "x"}, 400),
    ("articles", {"offset": -1}, 400), ("open", {"article": 10**9}, 400), ("export", {"format": "../x"}, 400),
    ("nothing", {}, 404), ("__init__", {}, 404), ("decide", b"x" * 70_000, 413),
]  # fmt: skip


@pytest.mark.parametrize(("action", "body", "status"), WRONG)
def test_what_makes_no_sense_is_refused(
    served: tuple[WebReview, Browser], action: str, body: Any, status: int
) -> None:
    _, browser = served
    first(browser)
    got, _, data = browser.request("POST", f"/api/{action}", body)
    assert got == status
    assert json.loads(data)["error"]
    assert browser.ask("progress")["progress"]["decided"] == 0


def test_an_edit_that_is_not_there(served: tuple[WebReview, Browser]) -> None:
    _, browser = served
    first(browser)
    answer = browser.ask("decide", edit=987654, verdict="accept")
    assert answer["message"].startswith("! this edit is no longer there")
    assert answer["item"] is not None


# --- what is answered


def test_a_session_without_losing_a_decision(corpus: Corpus) -> None:
    """Accept, reject, type, choose, skip, flag, note, undo, redo; then a restart."""
    with running(corpus) as (_, browser):
        item = first(browser)["item"]
        keys = [item["key"]]
        for verdict in (
            {"verdict": "accept"}, {"verdict": "reject"}, {"verdict": "other", "text": "<b>near</b>"},
            {"verdict": "choose", "choice": 2}, {"verdict": "skip"},
        ):  # fmt: skip
            answer = browser.ask("decide", {"edit": keys[-1], **verdict})
            assert answer["changed"]["key"] == keys[-1]
            keys.append(answer["item"]["key"])
        assert len(set(keys)) == 6
        browser.ask("note", edit=keys[0], text="see above")
        assert browser.ask("flag", edit=keys[0])["item"]["mine"]["flag"] is True
        assert browser.ask("undo")["message"] == "flag: 1 edit"
        assert browser.ask("redo")["item"]["key"] == keys[0]
        assert browser.ask("previous", edit=keys[1])["item"]["key"] == keys[0]
    with running(corpus) as (_, browser):
        assert first(browser)["item"]["key"] == keys[5]
        marks = [browser.ask("look", edit=key)["item"]["mine"] for key in keys]
        assert [mark and mark["verdict"] for mark in marks] == [
            "accept", "reject", "other", "other", "skip", None,
        ]  # fmt: skip
        assert marks[2]["put"] == "<b>near</b>"
        assert (marks[0]["flag"], marks[0]["note"]) == (True, "see above")
        counted = browser.ask("progress")["progress"]
        assert (counted["accepted"], counted["rejected"], counted["other"], counted["skipped"]) == (
            1, 1, 2, 1,
        )  # fmt: skip


def test_one_decision_for_equal_swaps(served: tuple[WebReview, Browser]) -> None:
    _, browser = served
    answer = first(browser)
    assert answer["same"][0] == 2
    answer = browser.ask("decide", edit=answer["item"]["key"], verdict="accept", scope="corpus")
    assert "at once" in answer["message"]
    done = [edit for edit in answer["article"]["edits"] if edit["before"].lower() == "astir"]
    assert {edit["mine"]["verdict"] for edit in done} == {"accept"}
    assert browser.ask("undo")["progress"]["decided"] == 0


@pytest.mark.parametrize(("scope", "skipped"), [("edit", 1), ("article", 2), ("corpus", 8), ("always", 8)])
def test_a_skip_with_a_wider_reach(corpus: Corpus, tmp_path: Path, scope: str, skipped: int) -> None:
    rules = RulesFile(tmp_path / "rules.jsonl")
    with running(corpus, rules=rules) as (server, browser):
        server.desk.loader.join(20)
        answer = browser.ask("decide", edit=first(browser)["item"]["key"], verdict="skip", scope=scope)
        assert (
            answer["message"]
            == f"skipped{f' {skipped} edits at once' if skipped > 1 else ''} · u takes it back"
        )
        assert answer["item"]["before"].lower() == "inwards"
        assert answer["progress"]["skipped"] == skipped
        assert browser.ask("undo")["progress"]["skipped"] == 0
        assert rules.read() == []


def test_the_rest_of_an_article(served: tuple[WebReview, Browser]) -> None:
    _, browser = served
    answer = first(browser)
    article = answer["item"]["article"]
    answer = browser.ask("rest", edit=answer["item"]["key"], verdict="reject")
    assert answer["progress"]["rejected"] == 4
    assert answer["item"]["article"] != article


def test_text_is_sent_once(served: tuple[WebReview, Browser]) -> None:
    _, browser = served
    answer = first(browser)
    article = answer["article"]
    answer = browser.ask("decide", edit=answer["item"]["key"], verdict="accept", have=had(article))
    assert "article" not in answer
    assert answer["item"]["article"] == article["key"]


def test_filters_orders_and_the_next_uncertain(corpus: Corpus) -> None:
    with running(corpus) as (server, browser):
        server.desk.loader.join(20)
        wanted = {"kinds": ["spin"], "low": 0.5, "high": 0.9, "text": ""}
        assert first(browser, filter=wanted)["item"]["before"] == "inwards"
        assert first(browser, order="confidence")["item"]["confidence"] == 0.97
        assert first(browser, order="uncertain")["item"]["confidence"] == 0.45
        here = first(browser)["item"]
        assert here["before"] == "Astir"
        unsure = browser.ask("uncertain", edit=here["key"])
        assert unsure["item"]["before"] == "inwards"
        unsure = browser.ask("uncertain", edit=here["key"], filter={"low": 0.9, "high": 1})
        assert unsure["message"].startswith("!")
        found = browser.ask("search", edit=here["key"], text="PAST")["item"]
        assert found["before"] == "past"
        assert browser.ask("search", text="nowhere", edit=None)["message"].startswith("!")


def test_articles_come_in_pages(corpus: Corpus) -> None:
    corpus.write({f"n{number:04}": "Astir noon.\n" for number in range(2500)})
    with running(corpus) as (server, browser):
        edit = first(browser)["item"]["key"]
        page = browser.ask("articles", offset=2400, limit=100_000)
        assert page["total"] == 2500
        assert len(page["rows"]) == 100
        assert len(browser.ask("articles", limit=100_000)["rows"]) == 200
        browser.ask("decide", edit=edit, verdict="accept")
        rows = browser.ask("articles", limit=2)["rows"]
        assert [(row["id"], row["edits"], row["open"]) for row in rows] == [("n0000", 1, 0), ("n0001", 1, 1)]
        assert browser.ask("articles", undone=True)["total"] == 2499
        assert browser.ask("articles", text="100%_")["total"] == 0
        last = browser.ask("articles", offset=2499)["rows"][0]
        assert not last["read"]  # the reader stays ahead, but not far
        opened = browser.ask("open", article=last["key"])
        assert (opened["article"]["id"], opened["article"]["index"]) == ("n2499", 2499)
        assert opened["item"]["before"] == "Astir"
        assert server.desk.loader.error is None


def test_an_article_without_edits_is_shown_as_it_is(corpus: Corpus) -> None:
    corpus.write({"a": "Sound words.\n", "b": "Astir noon.\n"})
    with running(corpus) as (_, browser):
        first(browser)
        rows = browser.ask("articles")["rows"]
        answer = browser.ask("open", article=rows[0]["key"])
        assert answer["item"] is None
        assert answer["article"]["text"] == "Sound words.\n"


def test_a_changed_source_is_told_and_passed_over(corpus: Corpus) -> None:
    with running(corpus) as (_, browser):
        edit = first(browser)["item"]["key"]
        corpus.write({f"n{number}": "Quite another text, astir noon.\n" for number in range(4)})
        answer = browser.ask("decide", edit=edit, verdict="accept")
        assert "changed since" in answer["message"]
        assert answer["progress"]["decided"] == 0
        answer = first(browser)
        assert answer["article"]["text"].startswith("Quite another")


def test_what_somebody_else_decided_is_told(corpus: Corpus) -> None:
    with running(corpus) as (_, browser), corpus.open("sam", order="random") as sam:
        mine = first(browser, order="random")["item"]
        held = sam.next()
        assert held is not None
        assert held.key != mine["key"]
        answer = browser.ask("decide", edit=held.key, verdict="reject", order="random")
        assert "somebody else" in answer["message"]
        sam.decide(held.key, "accept")
        answer = browser.ask("decide", edit=held.key, verdict="reject", order="random")
        assert answer["message"] == "! sam has decided this one already: accept"
        seen = browser.ask("look", edit=held.key)["item"]
        assert [(mark["who"], mark["verdict"]) for mark in seen["others"]] == [("sam", "accept")]


def test_a_thousand_edits_from_two_tabs_at_once(corpus: Corpus) -> None:
    """Every edit is decided, and what the store holds is what was answered."""
    text = " ".join(["Astir noon they went inwards, past it."] * 17)
    corpus.write({f"n{number}": text for number in range(20)})
    with running(corpus) as (server, browser):
        server.desk.loader.read_all()
        first(browser)
        server.desk.loader.join(60)
        sent: dict[int, str] = {}
        verdicts = ("accept", "reject", "other")

        def tab(order: str) -> None:
            answer = first(browser, order=order)
            have = None
            while (item := answer["item"]) and len(sent) < 1000:
                if "article" in answer:
                    have = had(answer["article"])
                verdict = verdicts[item["key"] % 3]
                sent[item["key"]] = verdict
                answer = browser.ask(
                    "decide",
                    edit=item["key"],
                    verdict=verdict,
                    text=f"w{item['key']}",
                    order=order,
                    have=have,
                )
            browser.leave()

        tabs = [threading.Thread(target=tab, args=(order,)) for order in ("article", "random")]
        for each in tabs:
            each.start()
        for each in tabs:
            each.join()
        assert len(sent) >= 1000
        assert browser.ask("progress")["progress"]["decided"] == len(sent)
    with corpus.open() as session:
        for key, verdict in sent.items():
            mark = session.item(key).mark("kim")  # type: ignore[union-attr]
            assert mark is not None
            assert (mark.verdict, mark.after) == (verdict, f"w{key}" if verdict == "other" else None)
        assert session.progress().open == 20 * 17 * 3 - len(sent)


# --- what comes out


@pytest.mark.parametrize(
    "form", ["text", "records", "decisions", "criticmarkup", "html", "diff", "jsonl", "m2"]
)
def test_files_to_take_away(served: tuple[WebReview, Browser], form: str) -> None:
    _, browser = served
    browser.ask("decide", edit=first(browser)["item"]["key"], verdict="accept")
    made = browser.ask("export", format=form)
    assert made["failures"] == 0
    path = f"/export/{made['ticket']}"
    assert browser.request("GET", path, headers={"Cookie": None})[0] == 401
    status, headers, data = browser.request("GET", path)
    assert (status, len(data)) == (200, made["size"])
    assert headers["Content-Disposition"] == f'attachment; filename="{made["name"]}"'
    assert headers["Content-Type"] == "application/octet-stream"
    assert re.fullmatch(r"[\w.-]+", made["name"])
    assert browser.request("GET", path)[0] == 404  # handed out once
    if form == "records":
        assert [json.loads(line)["text"][:10] for line in data.splitlines()] == ["About noon"] + [
            "Astir noon"
        ] * 3
    elif form == "decisions":
        assert [json.loads(line)["verdict"] for line in data.splitlines()] == ["accept"]
    else:
        assert b"About" in data


def test_figures(served: tuple[WebReview, Browser]) -> None:
    _, browser = served
    browser.ask("decide", edit=first(browser)["item"]["key"], verdict="accept")
    figures = browser.ask("statistics")
    assert [(band["decided"], band["rate"]) for band in figures["by_band"]] == [(1, 1.0)]


# --- starting and stopping


def test_a_port_that_is_taken(corpus: Corpus) -> None:
    with socket.socket() as taken, corpus.open() as session:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WebError, match=rf"port {port} can't be had .*--port"):
            WebReview(session, port)


def test_only_this_machine_is_served(served: tuple[WebReview, Browser]) -> None:
    server, _ = served
    assert server.server_address[0] == "127.0.0.1"


def test_the_quit_key_ends_it(corpus: Corpus) -> None:
    with corpus.open() as session:
        server = WebReview(session)
        thread = threading.Thread(target=server.run)
        thread.start()
        browser = Browser(server.server_port)
        browser.enter(server.address())
        browser.ask("decide", edit=first(browser)["item"]["key"], verdict="accept")
        browser.ask("quit")
        thread.join(20)
        assert not thread.is_alive()
        with pytest.raises(OSError, match="without response"):
            browser.request("GET", "/")
        with pytest.raises(OSError, match="refused"):
            Browser(server.server_port).request("GET", "/")
        assert session.progress().accepted == 1


def test_the_command(corpus: Corpus) -> None:
    """It prints an address, tells a taken port in one line, and ends well on Ctrl-C and on being told to."""
    corpus.write_repaired({"a": TEXT})
    command = [
        sys.executable,
        "-m",
        "textrepair",
        "review",
        str(corpus.path),
        "--web",
        "--no-browser",
        "--no-rules",
    ]
    command += ["--who", "kim"]
    for number in (signal.SIGINT, signal.SIGTERM):
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                address = process.stdout.readline().strip()
                found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#token=[\w-]{43}", address)
                assert found
                browser = Browser(int(found[1]))
                assert browser.enter(address) == 200
                browser.ask("decide", edit=first(browser)["item"]["key"], verdict="accept")
                browser.leave()
                if number == signal.SIGINT:
                    busy = subprocess.run(
                        [*command, "--port", found[1]], cwd=ROOT, capture_output=True, text=True
                    )
                    assert busy.returncode == 1
                    assert busy.stderr.startswith(f"error: port {found[1]} can't be had")
                    assert busy.stderr.count("\n") == 1
                process.send_signal(number)
                _, told = process.communicate(timeout=20)
            finally:
                process.kill()
            assert process.returncode == 0
            assert "stopped; everything that was decided is stored" in told
            assert "Traceback" not in told
    with corpus.open() as session:
        assert session.progress().accepted == 2


# --- hostile articles


@pytest.mark.parametrize("case", HOSTILE, ids=[case["label"] for case in HOSTILE])
def test_hostile_articles_come_as_data(corpus: Corpus, case: dict[str, Any]) -> None:
    """Their text arrives as it is but for what would steer the page, and their edits sit where they belong."""
    text = case["text"] * case.get("times", 1)
    corpus.write({case.get("id", "x"): f"{text} astir noon, {text} astir."})
    with running(corpus) as (_, browser):
        answer = first(browser)
        status, headers, data = browser.request("POST", "/api/look", {"edit": answer["item"]["key"]})
        assert status == 200
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        assert data.isascii()
        article = answer["article"]
        units = article["text"].encode("utf-16-le", "surrogatepass")
        assert article["edits"]
        for edit in article["edits"]:
            assert units[2 * edit["start"] : 2 * edit["end"]].decode("utf-16-le") == "astir"
        assert article["to"] - article["from"] <= 2 * AROUND + 10
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", article["text"]
        )
        typed = case["text"][:50].encode("utf-8", "replace").decode()  # half a character can't be typed
        after = browser.ask("decide", edit=answer["item"]["key"], verdict="other", text=typed)
        assert after["changed"]["mine"]["verdict"] == "other"
        for form in ("html", "records"):
            made = browser.ask("export", format=form)
            assert re.fullmatch(r"[\w.-]+", made["name"])


def test_long_articles_are_sent_in_pieces(corpus: Corpus) -> None:
    corpus.write({"long": ("x" * 79 + "\n") * 1000 + "Astir noon. " + "y " * 40_000 + "past it."})
    with running(corpus) as (_, browser):
        answer = first(browser)
        article = answer["article"]
        assert article["from"] > 0
        assert article["to"] < article["length"]
        answer = browser.ask("decide", edit=answer["item"]["key"], verdict="accept", have=had(article))
        assert answer["article"]["from"] > article["from"]
        [edit] = answer["article"]["edits"]
        assert answer["article"]["text"][edit["start"] : edit["end"]] == "past"


# --- how it looks


def _colors(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


CONTRASTS = [
    ("ink", "paper"), ("ink", "sheet"), ("ink", "soft"), ("ink", "now-back"), ("quiet", "paper"), ("quiet", "sheet"),
    ("quiet", "soft"), ("on-own", "own"), ("old", "old-back"), ("old", "now-back"), ("old", "paper"), ("new", "new-back"),
    ("new", "now-back"), ("new", "paper"), ("bad", "sheet"), ("bad", "old-back"),
]  # fmt: skip


@pytest.mark.parametrize(("front", "back"), CONTRASTS)
def test_contrast_is_enough_in_both_themes(front: str, back: str) -> None:
    """4.5 : 1 for text (WCAG 2.2, success criterion 1.4.3)."""
    style = (Path(web.__file__).parent / "static" / "style.css").read_text(encoding="utf-8")
    light, dark, dark_too = map(_colors, re.findall(r":root[^{]*\{([^}]*)\}", style))
    assert dark == dark_too
    assert set(light) == set(dark)
    for theme in (light, dark):
        bright, dim = sorted((_luminance(theme[front]), _luminance(theme[back])), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5
