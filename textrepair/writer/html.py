"""One self-contained page for an editor: the text with each change inline, side by side, and as a list.

Nothing is loaded from anywhere. Each change says why, how sure, and what else it may be, on hover and on focus (keyboard,
touch); print shows the same as a list. All text is escaped. Each article's record, as in JSONL, stands in a script element
of type application/json, from which `parse` reads the edits back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from html.parser import HTMLParser

from textrepair.detector.base import FLAGGED
from textrepair.patch import Edit, PatchError
from textrepair.writer import page
from textrepair.writer.base import PICTURES, RepairedArticle, Writer
from textrepair.writer.jsonl import Record, read_record, repair_record
from textrepair.writer.marks import Mark, marks

_DATA_CLASS = "textrepair-data"


class HtmlWriter(Writer):
    """A page for all articles of a run."""

    name = "html"
    suffix = ".html"

    def head(self) -> str:
        return page.head()

    def article(self, article: RepairedArticle) -> str:
        return "".join(_section(article))

    def foot(self) -> str:
        return page.foot()


def _section(article: RepairedArticle) -> Iterator[str]:
    rows = list(_rows(article.repair.source, marks(article.repair)))
    yield f'<section>\n<h2 dir="auto">{_shown(article.id)}</h2>\n'
    yield _facts(article)
    yield _summary(article)
    yield f'<div class="inline"><p class="text" dir="auto">{_inline(rows)}</p></div>\n'
    yield f'<div class="side">{"".join(map(_pair, rows))}</div>\n'
    yield f'<div class="list">{_list(article)}</div>\n'
    yield f'<script type="application/json" class="{_DATA_CLASS}">{_data(article)}</script>\n</section>\n'


# --- the head of an article


def _facts(article: RepairedArticle) -> str:
    score = article.repair.diagnosis.score
    edits, proposals = len(article.repair.patch.edits), len(article.repair.proposals)
    verdict = "can’t be told" if score is None else "damaged" if score >= FLAGGED else "sound"
    flag = ' class="flag"' if verdict == "damaged" else ""
    facts = [
        f"<span{flag}>{verdict}</span>",
        "" if score is None else f"score {score:.2f}",
        _count(edits, "edit"),
        _count(proposals, "proposal") if proposals else "",
        _shown(f"model {article.model}") if article.model else "",
        _shown(f"textrepair {article.version}") if article.version else "",
    ]
    return f'<p class="facts">{" · ".join(filter(None, facts))}</p>\n'


def _summary(article: RepairedArticle) -> str:
    repair = article.repair
    head = "<th>Damage</th>" + "".join(
        f'<th class="n">{name}</th>' for name in ("likely", "words", "findings", "edits", "proposed")
    )
    rows = []
    for kind, damage in repair.diagnosis.damage.items():
        counts = [
            sum(thing.kind == kind for thing in things)
            for things in (repair.diagnosis.findings, repair.patch.edits, repair.proposals)
        ]
        cells = [_percent(damage.probability), _percent(damage.severity), *map(str, counts)]
        quiet = "" if any(counts) or (damage.probability or 0) >= FLAGGED else ' class="zero"'
        numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
        rows.append(f'<tr{quiet}><th scope="row">{_shown(kind)}</th>{numbers}</tr>\n')
    return f'<table class="summary">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{"".join(rows)}</tbody>\n</table>\n'


# --- the text

Row = list[str | Mark]


def _rows(source: str, placed: list[Mark]) -> Iterator[Row]:
    """The source as unmarked text and marks, line by line; a mark keeps the lines together that it runs over."""
    row: Row = []
    position = 0
    for mark in [*placed, None]:
        first, *more = _LINE_END.split(source[position : mark.start if mark else len(source)])
        row.append(first)
        for line in more:
            yield row
            row = [line]
        if mark:
            row.append(mark)
            position = mark.end
    yield row


def _inline(rows: Iterable[Row]) -> str:
    return "\n".join(
        "".join(_shown(part) if isinstance(part, str) else _both(part) for part in row) for row in rows
    )


def _pair(row: Row) -> str:
    """A row of the source beside what becomes of it."""
    if not any(row):
        return "<br>"
    before = "".join(_shown(part) if isinstance(part, str) else _old(part) for part in row)
    after = "".join(_shown(part) if isinstance(part, str) else _new(part) for part in row)
    changes = any(isinstance(part, Mark) and part.edit for part in row)
    return (
        f'<div class="pair{"" if changes else " same"}"><p class="text old" dir="auto">{before}</p>'
        f'<p class="text new" dir="auto">{after}</p></div>\n'
    )


def _both(mark: Mark) -> str:
    edit = mark.edit
    if not edit:
        return _unchanged(mark)
    removed = f"<del>{_changed(edit.before)}</del>" if edit.before else ""
    added = f"<ins>{_changed(edit.after)}</ins>" if edit.after else ""
    return _tipped(removed + (" " if removed and added else "") + added, _edit_tip(edit))


def _old(mark: Mark) -> str:
    if not mark.edit:
        return _unchanged(mark)
    return _tipped(f"<del>{_changed(mark.text)}</del>", _edit_tip(mark.edit)) if mark.text else ""


def _new(mark: Mark) -> str:
    if not mark.edit:
        return _shown(mark.text)
    return _tipped(f"<ins>{_changed(mark.edit.after)}</ins>", _edit_tip(mark.edit)) if mark.edit.after else ""


def _unchanged(mark: Mark) -> str:
    if mark.proposal:
        insertion = "" if mark.text else "<b>‸</b>"
        return _tipped(_shown(mark.text) + insertion, _proposal_tip(mark.proposal), "prop")
    if mark.finding:
        tip = f"{mark.finding.kind} · {_percent(mark.finding.score)}\n{mark.finding.reason}"
        return _tipped(_shown(mark.text), tip, "find")
    return _shown(mark.text)


def _tipped(inner: str, tip: str, kind: str = "") -> str:
    names = f"c {kind}".strip()
    return f'<span class="{names}" tabindex="0" aria-description="{_attribute(tip.strip())}">{inner}</span>'


def _edit_tip(edit: Edit) -> str:
    lines = (_known(edit), edit.reason, _from(edit), _alternatives(edit))
    return "\n".join(filter(None, lines))


def _from(edit: Edit) -> str:
    return f"from {edit.reference}" if edit.reference else ""


def _proposal_tip(edit: Edit) -> str:
    return f"proposed: {_named(edit.after)}\n{_edit_tip(edit)}"


def _named(text: str) -> str:
    return "delete" if not text else "␣" * len(text) if text.isspace() else text


def _known(edit: Edit) -> str:
    return " · ".join(filter(None, [edit.kind, _percent(edit.confidence)]))


def _alternatives(edit: Edit) -> str:
    return (
        "or " + ", ".join(f"{text} ({_percent(p)})" for text, p in edit.alternatives)
        if edit.alternatives
        else ""
    )


# --- the list


def _list(article: RepairedArticle) -> str:
    """All edits, then all proposals, then the findings that led to neither."""
    repair = article.repair
    spans = {(edit.start, edit.end) for edit in (*repair.patch.edits, *repair.proposals)}
    rows = [_edit_row(edit, applied=True) for edit in repair.patch.edits]
    rows += [_edit_row(edit, applied=False) for edit in repair.proposals]
    for finding in repair.diagnosis.findings:
        if (finding.start, finding.end) not in spans:
            text = _shown(_shortened(repair.source[finding.start : finding.end]))
            rows.append(
                _row(f'<span class="find">{text}</span>', finding.kind, finding.score, finding.reason)
            )
    if not rows:
        return '<p class="none">Nothing to report.</p>'
    head = '<th>Change</th><th>Kind</th><th class="n">Confidence</th><th>Reason</th><th>Or</th>'
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>"


def _edit_row(edit: Edit, applied: bool) -> str:
    before, after = _changed(_shortened(edit.before)), _changed(_shortened(edit.after))
    change = (
        f"<del>{before}</del> <ins>{after}</ins>"
        if applied
        else f'<span class="prop">{before} → {after}?</span>'
    )
    reason = " · ".join(filter(None, (edit.reason, _from(edit))))
    return _row(change, edit.kind, edit.confidence, reason, _alternatives(edit).removeprefix("or "))


def _row(change: str, kind: str, probability: float, reason: str, alternatives: str = "") -> str:
    return (
        f'<tr><td dir="auto">{change}</td><td>{_shown(kind)}</td><td class="n">{_percent(probability)}</td>'
        f"<td>{_shown(reason)}</td><td>{_shown(alternatives)}</td></tr>\n"
    )


def _shortened(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[: limit // 2]} … {text[-limit // 2 :]}"


# --- text into markup

_LINE_END = re.compile(r"\r?\n")
_CONTROLS = {code: picture for code, picture in PICTURES.items() if chr(code) not in "\t\n\u2028\u2029"}


def _shown(text: str) -> str:
    return escape(text.replace("\r\n", "\n").translate(_CONTROLS))


def _changed(text: str) -> str:
    """Line ends are to be seen where they change, and spaces where nothing else does."""
    return _shown(text.replace(" ", "␣") if text.isspace() else text).replace("\n", "↵\n")


def _attribute(text: str) -> str:
    return _shown(text).replace("\n", "&#10;")


def _percent(value: float | None) -> str:
    """Never 0 % or 100 % for what is merely near; number and sign stay on one line.

    >>> _percent(0.9999), _percent(1.0), _percent(0.002), _percent(None)
    ('>99\\xa0%', '100\\xa0%', '<1\\xa0%', '–')
    """
    if value is None:
        return "–"
    if 0.0 < value < 0.005 or 0.995 <= value < 1.0:
        return f"{'<1' if value < 0.5 else '>99'}\xa0%"
    return f"{value:.0%}".replace("%", "\xa0%")


def _count(number: int, name: str) -> str:
    return f"{number} {name}" + ("" if number == 1 else "s")


# --- data


def _data(article: RepairedArticle) -> str:
    """The record as JSON that can end no script element and open no comment: pure ASCII without <, > and &."""
    text = json.dumps(repair_record(article), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def parse(html: str) -> list[Record]:
    """The records of all articles on a page; PatchError where one is damaged."""
    reader = _DataReader()
    reader.feed(html)
    reader.close()
    try:
        return [read_record(json.loads(text)) for text in reader.found]
    except json.JSONDecodeError as error:
        raise PatchError(f"the page's data is not JSON: {error}") from None


class _DataReader(HTMLParser):
    """Collects the text of this module's data elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("class", _DATA_CLASS) in attrs
        if self._inside:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False
