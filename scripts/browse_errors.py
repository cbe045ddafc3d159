"""One page to read what repair gets wrong: ``python scripts/browse_errors.py -o errors.html [GOLD.jsonl…]``

Every place where the repair is *wrong* (another word than the gold's), *missed* (left alone) or *harmful* (a sound word changed),
in its sentence, with the gold, what was put there, the candidates with their posteriors, and whether the gold was among them at
all; filters by set, kind, frequency, part of speech, and what the model knows of the pair.  The page needs nothing else.

Without GOLD it shows spinners and articles that the models were not built from (:mod:`held_out`; ``--set`` chooses).  It shows
the text that it measures on, which is why it can't be written into the source tree.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import numpy as np
from build_model import add_sources
from held_out import NAMES, HeldOut, held_out

from textrepair.breakdown import Place, Places, is_harmful
from textrepair.evaluation import Gold, GoldEdit, Verdict, judge, kinds_marked
from textrepair.model import Model, load_model
from textrepair.model.lattice import end_positions
from textrepair.model.reading import Reading, read
from textrepair.model.surface import written
from textrepair.reference.passages import side
from textrepair.reference.swaps import Swaps
from textrepair.repair import Repairer, Settings
from textrepair.tokens import Tokens, tokenize
from textrepair.writer.page import STYLE

ROOT = Path(__file__).resolve().parents[1]
#: Characters of context on either side, and candidates shown a place.
CONTEXT, CANDIDATES = 110, 8
WRONG, MISSED, HARMFUL = "wrong", "missed", "harmful"
AMONG, CUT, NOT_HELD = "among the candidates", "held, cut by the search", "not held by the channel"


@dataclass(frozen=True)
class Case:
    """One place to look at; ``facets`` are what the filters choose by."""

    facets: dict[str, str]
    article: str
    start: int
    before: str
    observed: str
    after: str
    gold: tuple[str, ...]
    system: str
    confidence: float | None
    candidates: tuple[tuple[str, str, float], ...]


class Lattice:
    """The readings that the search kept of an article."""

    def __init__(self, model: Model, text: str) -> None:
        self._model = model
        self._tokens: Tokens = tokenize(text)
        self._reading: Reading = read(model, self._tokens)
        self._ends = end_positions(self._reading.edges)
        self._begins = self._ends - self._reading.edges.length + 1

    def candidates(self, start: int, end: int) -> list[tuple[str, str, float]]:
        """(observed, read as, posterior) of every reading that touches ``text[start:end]``, the likeliest first."""
        tokens, reading = self._tokens, self._reading
        starts = np.array(tokens.starts)[reading.positions]
        ends = np.array(tokens.ends)[reading.positions]
        touching = np.flatnonzero((starts[self._begins] < end) & (ends[self._ends] > start))
        borders = set(reading.sentences.begins.tolist())
        out = []
        for edge in touching[np.argsort(-reading.posterior[touching], kind="stable")].tolist():
            first, last = int(self._begins[edge]), int(self._ends[edge])
            token = int(reading.positions[first])
            observed = tokens.source[tokens.starts[token] : tokens.ends[int(reading.positions[last])]]
            words = self._model.target_words(int(reading.edges.target[edge]))
            kept = reading.edges.entry[edge] < 0
            text = observed if kept else written(self._model, tokens, token, words, first in borders)
            out.append((observed, text, float(reading.posterior[edge])))
        return out


def cases(part: HeldOut, settings: Settings) -> Iterator[Case]:
    """All places of a set where the repair isn't what the gold says, in order."""
    repairer, swaps = Repairer(part.model), Swaps(part.model)
    kinds = kinds_marked(gold for _, gold in part.articles)
    for name, gold in part.articles:
        repair = repairer.repair(gold.text, settings)
        verdicts = [v for v in judge(gold, repair.patch.edits, kinds) if not v.right]
        if not verdicts:
            continue
        places, lattice = Places(gold), Lattice(part.model, gold.text)
        for verdict in verdicts:
            yield _case(part.name, name, gold, verdict, places, lattice, swaps)


def _case(
    of_set: str, article: str, gold: Gold, verdict: Verdict, places: Places, lattice: Lattice, swaps: Swaps
) -> Case:
    marks, edits, text = verdict.marks, verdict.edits, gold.text
    start = min(e.start for e in (*marks, *edits))
    end = max(e.end for e in (*marks, *edits))
    place = places.of_mark(marks[0]) if marks else places.of_edit(edits[0])
    found = lattice.candidates(start, end)
    kind = (marks[0] if marks else edits[0]).kind
    facets = {
        "verdict": MISSED if not edits else HARMFUL if is_harmful(verdict) else WRONG,
        "set": of_set,
        "kind": kind or "unnamed",
        "frequency": place.band if marks else replace(place, intended=place.observed).band,
        "part of speech": place.part,
        "pair": str(swaps.support(tuple(side(place.observed).forms), tuple(side(place.intended).forms))),
        "gold": _among(place, found, swaps) if marks else "the text as it stands",
    }
    return Case(
        facets,
        article,
        start,
        text[max(0, start - CONTEXT) : start],
        text[start:end],
        text[end : end + CONTEXT],
        _readings(text, start, end, marks),
        _joined(text, start, end, [(e.start, e.end, e.after) for e in edits]) if edits else "",
        min((e.confidence for e in edits), default=None),
        tuple(found[:CANDIDATES]),
    )


def _readings(text: str, start: int, end: int, marks: Sequence[GoldEdit]) -> tuple[str, ...]:
    """How the whole span may read: every accepted reading where one mark says, else the first of each."""
    if len(marks) == 1:
        only = marks[0]
        return tuple(
            _joined(text, start, end, [(only.start, only.end, reading)]) for reading in only.accepted
        )
    return (_joined(text, start, end, [(m.start, m.end, m.accepted[0]) for m in marks]),) if marks else ()


def _among(place: Place, found: Sequence[tuple[str, str, float]], swaps: Swaps) -> str:
    """Was the gold a reading that the search kept, one that the channel holds, or neither?"""
    wanted = tuple(side(place.intended).forms)
    observed = tuple(side(place.observed).forms)
    if any(tuple(side(a).forms) == observed and tuple(side(b).forms) == wanted for a, b, _ in found):
        return AMONG
    return CUT if swaps.knows(observed, wanted) else NOT_HELD


def _joined(text: str, start: int, end: int, edits: Iterable[tuple[int, int, str]]) -> str:
    parts, at = [], start
    for edit_start, edit_end, after in edits:
        parts += [text[at:edit_start], after]
        at = edit_end
    return "".join([*parts, text[at:end]])


def from_files(paths: Sequence[Path], model: Path | None) -> Iterator[HeldOut]:
    """Gold files, one set each; nothing says that the model wasn't built from them."""
    loaded = load_model(model)
    for path in paths:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        golds = tuple(
            (str(record.get("id", number)), Gold.from_record(record))
            for number, record in enumerate(records, 1)
        )
        yield HeldOut(path.name, "", loaded, golds)


def page(found: Sequence[Case]) -> str:
    """The page: a bar of filters, then the cases, each readable without any script."""
    names = list(found[0].facets) if found else []
    options = {name: Counter(case.facets[name] for case in found) for name in names}
    bar = "".join(_filter(name, counts) for name, counts in options.items())
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>textrepair: errors</title><style>{STYLE}{_STYLE}</style>\n"
        f"<nav>{bar}<label>text <input type=search id=search></label><output id=count>{len(found)}</output></nav>\n"
        f"<main>{''.join(map(_shown, found))}</main>\n<script>{_SCRIPT}</script></html>\n"
    )


def _filter(name: str, counts: Counter[str]) -> str:
    rows = "".join(
        f"<option value='{escape(v, True)}'>{escape(v)} ({n})</option>" for v, n in sorted(counts.items())
    )
    return f"<label>{escape(name)} <select data-facet='{escape(name, True)}'><option value=''>all</option>{rows}</select></label>"


def _shown(case: Case) -> str:
    facets = escape(json.dumps(case.facets), True)
    verdict = case.facets["verdict"]
    gold = " / ".join(escape(reading) or "∅" for reading in case.gold) or "as it stands"
    system = "left alone" if not case.system and verdict == MISSED else escape(case.system) or "∅"
    sure = "" if case.confidence is None else f" ({case.confidence:.2f})"
    rows = "".join(
        f"<tr{' class=gold' if text in case.gold else ''}><td>{escape(observed)}</td><td>{escape(text)}</td>"
        f"<td class=n>{posterior:.3f}</td></tr>"
        for observed, text, posterior in case.candidates
    )
    told = " · ".join(escape(value) for name, value in case.facets.items() if name not in ("verdict",))
    return (
        f"<section class=case data-facets='{facets}'><p class=facts><span class=v-{verdict}>{verdict}</span> · {told} · "
        f"{escape(case.article)}:{case.start}</p><p class=text dir=auto>…{escape(case.before)}"
        f"<del>{escape(case.observed)}</del>{escape(case.after)}…</p>"
        f"<p class=facts>gold <ins>{gold}</ins> · system <b>{system}</b>{sure}</p>"
        f"<details><summary class=facts>candidates</summary><table>{rows}</table></details></section>\n"
    )


_STYLE = """
nav label { padding: 0; } nav select { max-width: 11rem; } #count { margin-left: auto; font-weight: 600; }
.case { margin: 1rem 0; padding-bottom: .6rem; border-bottom: 1px solid var(--line); } .case .facts { margin: 0; }
.v-harmful, .v-wrong { color: var(--del); font-weight: 600; } .v-missed { color: var(--prop); font-weight: 600; }
tr.gold td { background: var(--ins-bg); }
"""
_SCRIPT = """
const nodes = [...document.querySelectorAll('.case')];
const cases = nodes.map(node => [node, JSON.parse(node.dataset.facets), node.textContent.toLowerCase()]);
const selects = [...document.querySelectorAll('select')], search = document.getElementById('search');
function choose() {
  const wanted = selects.filter(s => s.value).map(s => [s.dataset.facet, s.value]), text = search.value.toLowerCase();
  let shown = 0;
  for (const [node, facets, all] of cases) {
    node.hidden = !(wanted.every(([name, value]) => facets[name] === value) && all.includes(text));
    shown += !node.hidden;
  }
  document.getElementById('count').value = shown;
}
selects.forEach(s => s.addEventListener('change', choose)); search.addEventListener('input', choose);
"""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", nargs="*", type=Path, help="JSONL as for textrepair evaluate")
    parser.add_argument("-o", "--out", type=Path, required=True, help="the page, outside the source tree")
    parser.add_argument(
        "--set", action="append", choices=NAMES, dest="sets", help="what to show without GOLD (repeatable)"
    )
    parser.add_argument("--model", type=Path, help="with GOLD: this model, not the packaged one")
    parser.add_argument("--min-confidence", type=float, default=Settings().min_confidence, metavar="P")
    add_sources(parser)
    options = parser.parse_args()
    if options.out.resolve().is_relative_to(ROOT):
        parser.error(
            f"{options.out} lies in the source tree, and the page holds text that mustn't; name a place outside"
        )
    sets = (
        from_files(options.gold, options.model) if options.gold else held_out(options, options.sets or NAMES)
    )
    settings = Settings(min_confidence=options.min_confidence)
    found = [case for part in sets for case in cases(part, settings)]
    options.out.write_text(page(found), encoding="utf-8")
    counts = Counter(case.facets["verdict"] for case in found)
    print(f"{options.out}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
