"""What do spelling correctors make of the same articles?

symspellpy (its own 82,765 word list, the best suggestion within two edits for each word) and autocorrect (its English model) with
their defaults; what they change becomes edits by :func:`textrepair.patch.diff` and is judged like textrepair's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from importlib import resources

from textrepair.evaluation import Gold, evaluate
from textrepair.patch import Edit, Patch, diff
from textrepair.repair import Repairer
from textrepair.tokens import TokenKind, tokenize

Corrector = Callable[[str], Patch]
_JUDGED = frozenset({"spin"})


def measure_peers(
    repairer: Repairer, gold: dict[str, tuple[Gold, ...]]
) -> dict[str, dict[str, dict[str, object]]]:
    """For each gold set and each corrector: restored words, sound words broken, precision, recall, F0.5, words a second; or
    ``{"skipped": reason}``."""
    correctors: dict[str, Callable[[], Corrector]] = {
        "textrepair": lambda: lambda text: repairer.repair(text).patch,
        "symspellpy": _symspellpy,
        "autocorrect": _autocorrect,
    }
    results: dict[str, dict[str, dict[str, object]]] = {name: {} for name in gold}
    for name, make in correctors.items():
        try:
            corrector = make()
        except ImportError as error:
            for rows in results.values():
                rows[name] = {"skipped": f"{error}; pip install 'textrepair[bench]'"}
            continue
        for gold_name, golds in gold.items():
            results[gold_name][name] = _judge(corrector, golds)
    return results


def _judge(corrector: Corrector, golds: Iterable[Gold]) -> dict[str, object]:
    golds = list(golds)
    corrector(golds[0].text)  # what happens on the first call only is measured apart
    start = time.perf_counter()
    pairs = [(gold, corrector(gold.text)) for gold in golds]
    seconds = time.perf_counter() - start
    report = evaluate(pairs, _JUDGED)
    score = report.repair
    return {
        "marked": score.gold,
        "restored": score.gold_found,
        "broken": report.harm.changed_words,
        "edits": score.system,
        "precision": score.precision,
        "recall": score.recall,
        "f0.5": score.f05,
        "words_per_s": sum(len(gold.text.split()) for gold in golds) / seconds,
    }


def _symspellpy() -> Corrector:
    from symspellpy import SymSpell, Verbosity

    speller = SymSpell()
    words = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    speller.load_dictionary(str(words), term_index=0, count_index=1)

    def correct(text: str) -> Patch:
        edits = []
        for token in tokenize(text):
            if token.kind == TokenKind.WORD:
                found = speller.lookup(token.text, Verbosity.TOP, transfer_casing=True)
                if found and found[0].term != token.text:
                    edits.append(Edit(token.start, token.end, token.text, found[0].term))
        return Patch(tuple(edits))

    return correct


def _autocorrect() -> Corrector:
    from autocorrect import Speller

    speller = Speller()
    return lambda text: diff(text, speller(text))
