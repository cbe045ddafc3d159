"""The report: one HTML page that needs nothing else, its plots drawn as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from textrepair.batch.summary import JobOutcome, SourceResult, harm
from textrepair.batch.tally import BINS
from textrepair.detector.base import KINDS
from textrepair.writer.base import PICTURES

_CONTROLS = {code: picture for code, picture in PICTURES.items() if chr(code) not in "\t\n"}
_STYLE = """
:root { color-scheme: light dark; --bar: #3b6ea5; --line: #8884; --del: #b3261e; --ins: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --bar: #7aa7d9; --del: #ff8a80; --ins: #7ddf8f; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .6rem; vertical-align: top; }
tr { border-bottom: 1px solid var(--line); } .n { text-align: right; font-variant-numeric: tabular-nums; }
.plots { display: flex; flex-wrap: wrap; gap: 1.5rem; } figure { margin: 0; flex: 1 1 20rem; }
svg { width: 100%; height: auto; } svg rect { fill: var(--bar); } svg text { fill: currentColor; font-size: 11px; }
svg text.small { font-size: 7px; }
svg line { stroke: var(--line); }
del { color: var(--del); } ins { color: var(--ins); text-decoration: none; font-weight: 600; }
.wide { overflow-x: auto; } .bad { border-left: 4px solid var(--del); padding: .5rem 1rem; } .dim { opacity: .7; }
"""


def page(outcome: JobOutcome) -> str:
    """The whole page."""
    return "".join(_page(outcome))


def _page(outcome: JobOutcome) -> Iterator[str]:
    tally = outcome.tally
    counts = tally.counts
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>textrepair: {counts['records']:,} records</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    yield "<h1>Repair of a corpus</h1>\n"
    yield f'<p class="dim">Model {_shown(outcome.model_name)}, textrepair {_shown(str(outcome.identity["textrepair"]))}</p>\n'
    if missing := outcome.shortcomings():
        yield f'<p class="bad"><strong>Incomplete:</strong> {_shown("; ".join(missing))}</p>\n'
    yield _table(
        ("records", "words", "flagged", "changed", "can’t be told", "set aside"),
        [[counts[n] for n in ("records", "words", "flagged", "changed", "untold", "quarantined")]],
    )
    yield '<h2>Kinds of damage</h2>\n<div class="plots">'
    rows = [(kind, counts[f"articles.{kind}"]) for kind in KINDS]
    yield _figure("Articles by kind (from a probability of 0.5 on)", _bars(rows))
    yield _figure("Edits by kind", _bars([(kind, counts[f"edits.{kind}"]) for kind in KINDS]))
    yield '</div>\n<h2>How sure, how bad</h2>\n<div class="plots">'
    yield _figure("Articles by score", _histogram(tally.scores))
    yield _figure("Flagged articles by severity (share of words)", _histogram(tally.severities))
    yield _figure("Edits by confidence", _histogram(tally.confidences))
    yield "</div>\n<p class='dim'>Heights are logarithmic; the numbers are counts.</p>\n<h2>Harm to watch</h2>\n"
    yield _table(("count", ""), [["–" if v is None else v, name] for name, v in harm(tally).items()])
    yield "<h2>Least certain repairs</h2>\n" + _examples(tally.least_sure)
    yield "<h2>Most certain repairs</h2>\n" + _examples(tally.surest)
    yield "<h2>Sources</h2>\n" + _sources(outcome.results)
    yield "<h2>Slowest records</h2>\n"
    yield _table(
        ("seconds", "words", "source", "place"),
        [[r["seconds"], r["words"], r["source"], r["place"]] for r in tally.slowest],
    )
    yield "</body>\n</html>\n"


def _shown(text: str) -> str:
    return escape(text.translate(_CONTROLS))


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    numbers = [bool(rows) and isinstance(cell, int | float) for cell in (rows[0] if rows else head)]
    cells = "".join(
        f"<th{' class=n' if number else ''}>{_shown(name)}</th>"
        for name, number in zip(head, numbers, strict=True)
    )
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>\n" for row in rows)
    return f'<div class="wide"><table><thead><tr>{cells}</tr></thead>\n<tbody>{body}</tbody></table></div>\n'


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{_shown(str(value))}</td>"


def _figure(caption: str, svg: str) -> str:
    return f"<figure><figcaption>{_shown(caption)}</figcaption>{svg}</figure>"


def _bars(rows: Sequence[tuple[str, int]]) -> str:
    """Horizontal bars with their counts."""
    most = max((count for _, count in rows), default=0) or 1
    parts = []
    for i, (name, count) in enumerate(rows):
        y = 22 * i
        parts.append(f'<text x="88" y="{y + 15}" text-anchor="end">{_shown(name)}</text>')
        parts.append(f'<rect x="95" y="{y + 4}" width="{215 * count / most:.1f}" height="14"/>')
        parts.append(f'<text x="{100 + 215 * count / most:.1f}" y="{y + 15}">{count:,}</text>')
    return f'<svg viewBox="0 0 380 {22 * len(rows)}" role="img">{"".join(parts)}</svg>'


def _histogram(bins: Sequence[int]) -> str:
    """Counts from 0 to 1.  Logarithmic, since nearly all articles of a corpus lie in the first bar."""
    most = max(bins, default=0)
    scale = 110 / max(1, most.bit_length())
    width = 340 / BINS
    parts = ['<line x1="20" y1="130" x2="360" y2="130"/>']
    for i, count in enumerate(bins):
        height = scale * _log2(count)
        x = 20 + width * i
        title = f"{i / BINS:.2f}–{(i + 1) / BINS:.2f}: {count:,}"
        parts.append(
            f'<rect x="{x + 1:.1f}" y="{130 - height:.1f}" width="{width - 2:.1f}" height="{height:.1f}">'
            f"<title>{title}</title></rect>"
        )
        if count:
            parts.append(
                f'<text x="{x + width / 2:.1f}" y="{126 - height:.1f}" text-anchor="middle" class="small">'
                f"{_short(count)}</text>"
            )
    parts += [
        f'<text x="{20 + 340 * at}" y="145" text-anchor="middle">{at:g}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    ]
    return f'<svg viewBox="0 0 380 150" role="img">{"".join(parts)}</svg>'


def _log2(count: int) -> float:
    from math import log2

    return log2(count + 1)


def _short(count: int) -> str:
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return str(count)


def _examples(examples: Sequence[dict[str, Any]]) -> str:
    if not examples:
        return "<p>None.</p>\n"
    rows = []
    for one in examples:
        change = f"<del>{_change(one['before'])}</del> <ins>{_change(one['after'])}</ins>"
        text = f"…{_shown(one['left'])}{change}{_shown(one['right'])}…"
        place = _shown(f"{one['id']} ({one['source']}, {one['place']})")
        rows.append(
            f'<tr><td class="n">{one["confidence"]:.3f}</td><td>{_shown(one["kind"])}</td><td>{text}</td>'
            f'<td class="dim">{place}</td></tr>\n'
        )
    head = '<th class="n">Confidence</th><th>Kind</th><th>Repair</th><th>Where</th>'
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n<tbody>{"".join(rows)}</tbody></table></div>\n'


def _change(text: str) -> str:
    """Spaces and line ends are to be seen where they change."""
    shown = text.replace(" ", "␣") if text.isspace() else text
    return _shown(shown).replace("\n", "↵")


def _sources(results: Sequence[SourceResult]) -> str:
    shown = results[:200]
    rows = [
        [
            r.source.key,
            *(r.tally.counts[n] for n in ("records", "flagged", "changed", "quarantined")),
            r.error or "",
        ]
        for r in shown
    ]
    more = (
        f"<p>… and {len(results) - len(shown):,} more in summary.json.</p>"
        if len(results) > len(shown)
        else ""
    )
    return _table(("source", "records", "flagged", "changed", "set aside", ""), rows) + more
