"""How much do a line's words sound like those of a page, and how much like an article's?

A bag of the line's words and signs, its first word, its length and its end, weighed by logistic regression; what the weights are
fitted to is in ``scripts/train_furniture.py``.  Forms are surer, and tell what a line is; the words find lines that no form has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from textrepair.detector.evidence import logistic
from textrepair.detector.scanning.byte_scan import MAX_LABEL, MAX_SHORT_LINE

_FILE = "furniture.json"
_FORMAT = "textrepair furniture weights"
#: Longer lines are paragraphs, which only a form can tell.
LONGEST, LONGEST_SENTENCE = MAX_SHORT_LINE, 100
#: From this probability on.
SURE = 0.6
_TOKEN = re.compile(r"[a-z]+(?:['’][a-z]+)*|\d+|[^\w\s]")
_RUN = re.compile(r"[^\W_]+")  # as a scan takes words
#: Headings, items, quotations and code as Markdown and plain text mark them.
_OF_AUTHOR = re.compile(r"[#*>`+]|[-–•] |\(?\d+\\?[.)]|[\"“‘']|.*(?:://|\]\()")
_LENGTHS = (1, 2, 4, 8, 15, 25)
_BIAS, _OTHERS = "<bias>", "<others>"


@dataclass(frozen=True)
class Wording:
    """Weights of features, in nats; ``marks``: words of which every line that can be told has one."""

    weights: Mapping[str, float]
    marks: frozenset[str]

    def probability(self, line: str) -> float:
        """The probability that a line, without white space around it, is the page's."""
        found = features(line, self.weights)
        return logistic(
            self.weights[_BIAS] + sum(self.weights.get(name, 0.0) * value for name, value in found.items())
        )

    def tells(self, line: str) -> bool:
        """Is it sure enough that a line is the page's?  Of headings and items of lists it is not: their words are few, too.

        A scan hands on no line that has too few marks (:mod:`~textrepair.detector.scanning.byte_scan`), so none is told.
        """
        data = line.encode(errors="surrogatepass")
        if not data or len(data) > (LONGEST_SENTENCE if line[-1] == "." else MAX_SHORT_LINE):
            return False
        label = len(data) <= MAX_LABEL and data[-1] not in b'."\x9d'
        marks = sum(word in self.marks for word in _RUN.findall(line.lower()))
        return marks > (0 if label else 1) and not _OF_AUTHOR.match(line) and self.probability(line) >= SURE


def features(line: str, known: Mapping[str, object]) -> dict[str, float]:
    """What is weighed of a line: 1 for what it has, and the share of its words that have no weight.

    >>> sorted(features("Share this 3 times.", {"share": 0, "this": 0}))
    ['#', '$.', '.', '<others>', '^share', 'n4', 'share', 'this', 'times']
    """
    tokens = ["#" if token.isdigit() else token.replace("’", "'") for token in _TOKEN.findall(line.lower())]
    words = [token for token in tokens if token[0].isalpha()]
    out = dict.fromkeys(tokens, 1.0)
    out[f"n{next((length for length in _LENGTHS if len(words) <= length), 99)}"] = 1.0
    if words:
        out[f"^{words[0]}"] = 1.0
        out[_OTHERS] = sum(word not in known for word in words) / len(words)
        if sum(word[0].isupper() for word in line.split()) >= 0.7 * len(line.split()):
            out["<capitals>"] = 1.0
    if line[-1:] in tuple(".!?:…"):
        out[f"${line[-1]}"] = 1.0
    return out


@cache
def packaged_wording() -> Wording:
    """The weights that come with the package."""
    file = resources.files("textrepair.detector") / "packaged" / _FILE
    stored = json.loads(file.read_text(encoding="utf-8"))
    if stored.get("format") != _FORMAT or stored.get("version") != 1:
        raise ValueError(f"not {_FORMAT}, version 1; run scripts/train_furniture.py fit to make them anew")
    return Wording(stored["weights"], frozenset(stored["marks"]))
