"""What a writer is given, and what it has to give: text for one article, in one format.

A writer never looks at how a repair came about: it reads `source`, `patch`, `proposals` and `diagnosis`, and the cleaned text
is `patch.apply(source)` in every format. Writers give `str`; `encode` turns that into bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textrepair.repair import Repair


@dataclass(frozen=True, slots=True)
class RepairedArticle:
    """One repaired article and what its output has to say besides.

    `model` names the model with its version, `version` is that of the program, `file` is what a diff calls the article
    (default: its id).
    """

    id: str
    repair: Repair
    model: str = ""
    version: str = ""
    file: str = ""


class Writer:
    """A format. A document is `head()`, each article's text, and `foot()`."""

    name: str
    suffix: str
    #: Do several articles in one stream need a line between them that tells their names?
    titled = False

    def head(self) -> str:
        return ""

    def article(self, article: RepairedArticle) -> str:
        raise NotImplementedError

    def foot(self) -> str:
        return ""

    def document(self, articles: Iterable[RepairedArticle]) -> Iterator[str]:
        """The pieces of a whole document, one at a time, so that a long one is never held in memory."""
        yield self.head()
        for article in articles:
            yield self.article(article)
        yield self.foot()


def encode(text: str) -> bytes:
    """UTF-8. A lone surrogate, which JSON can carry and UTF-8 cannot, becomes its three bytes (`surrogatepass`), the same
    ones every time, and decodes back to itself that way."""
    return text.encode("utf-8", "surrogatepass")


def printable(text: str) -> str:
    """Text safe on a terminal and on one line: control characters become their pictures, what has none U+FFFD.

    >>> printable("a\\x1b[31m\\nb")
    'a␛[31m␊b'
    """
    return text.translate(PICTURES)


#: The C0 pictures of Unicode; C1 controls, direction overrides and lone surrogates have none and show as U+FFFD.
PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
PICTURES |= dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], "\ufffd")
PICTURES |= dict.fromkeys([0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd")
