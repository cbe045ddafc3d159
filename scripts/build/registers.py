"""Sound text in registers that the project's data has none of.

Prose of another age: books of 1600 to 1920 as Standard Ebooks has them, in the public domain and released under CC0.  A book is a
repository: ``git clone --depth 1 https://github.com/standardebooks/NAME`` for each name, all into one folder.

Textbooks: those of OpenStax (CC BY 4.0) in Markdown, ``git clone --depth 1 https://github.com/philschatz/NAME``.

Dictionaries: those of the dictd project as Debian has them (``dict-wn``, ``dict-gcide``, ``dict-devil``), each
``NAME.dict.dz`` in a folder of its own.

Nothing of them but counts and weights is kept.
"""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

#: A writer, a book, and for some a translator; no writer twice.
OLD_BOOKS = (
    "adam-smith_the-wealth-of-nations",
    "alexander-hamilton_john-jay_james-madison_the-federalist-papers",
    "alexandre-dumas_the-count-of-monte-cristo_chapman-and-hall",
    "ann-radcliffe_the-mysteries-of-udolpho",
    "anthony-trollope_barchester-towers",
    "arthur-conan-doyle_the-adventures-of-sherlock-holmes",
    "benjamin-franklin_the-autobiography-of-benjamin-franklin",
    "bertrand-russell_the-problems-of-philosophy",
    "booker-t-washington_up-from-slavery",
    "bram-stoker_dracula",
    "charles-darwin_the-origin-of-species",
    "charles-dickens_david-copperfield",
    "charlotte-bronte_jane-eyre",
    "daniel-defoe_the-life-and-adventures-of-robinson-crusoe",
    "david-hume_an-enquiry-concerning-human-understanding",
    "edgar-allan-poe_short-fiction",
    "edith-wharton_the-age-of-innocence",
    "emily-bronte_wuthering-heights",
    "fanny-burney_evelina",
    "frederick-douglass_narrative-of-the-life-of-frederick-douglass",
    "fyodor-dostoevsky_crime-and-punishment_constance-garnett",
    "george-eliot_middlemarch",
    "giovanni-boccaccio_the-decameron_john-payne",
    "h-g-wells_the-war-of-the-worlds",
    "harriet-beecher-stowe_uncle-toms-cabin",
    "henry-david-thoreau_walden",
    "henry-fielding_the-history-of-tom-jones-a-foundling",
    "henry-james_the-portrait-of-a-lady",
    "jack-london_white-fang",
    "james-fenimore-cooper_the-last-of-the-mohicans",
    "jane-austen_pride-and-prejudice",
    "jean-jacques-rousseau_the-social-contract_g-d-h-cole",
    "john-bunyan_the-pilgrims-progress",
    "john-locke_two-treatises-of-government",
    "john-maynard-keynes_the-economic-consequences-of-the-peace",
    "john-ruskin_unto-this-last",
    "john-stuart-mill_on-liberty",
    "jonathan-swift_gullivers-travels",
    "joseph-conrad_lord-jim",
    "laurence-sterne_the-life-and-opinions-of-tristram-shandy-gentleman",
    "leo-tolstoy_war-and-peace_louise-maude_aylmer-maude",
    "marcus-aurelius_meditations_george-long",
    "mark-twain_roughing-it",
    "mary-shelley_frankenstein",
    "mary-wollstonecraft_a-vindication-of-the-rights-of-woman",
    "miguel-de-cervantes-saavedra_don-quixote_john-ormsby",
    "nathaniel-hawthorne_the-scarlet-letter",
    "niccolo-machiavelli_the-prince_w-k-marriott",
    "oliver-goldsmith_the-vicar-of-wakefield",
    "plato_dialogues_benjamin-jowett",
    "ralph-waldo-emerson_essays",
    "rudyard-kipling_kim",
    "samuel-johnson_the-history-of-rasselas-prince-of-abissinia",
    "samuel-pepys_the-diary",
    "thomas-carlyle_sartor-resartus",
    "thomas-de-quincey_confessions-of-an-english-opium-eater",
    "thomas-hobbes_leviathan",
    "thomas-paine_the-age-of-reason",
    "victor-hugo_les-miserables_isabel-f-hapgood",
    "walter-scott_ivanhoe",
    "washington-irving_the-sketch-book-of-geoffrey-crayon-gent",
    "wilkie-collins_the-moonstone",
    "william-james_the-varieties-of-religious-experience",
    "william-makepeace-thackeray_vanity-fair",
)
#: Those to fit on, and those to measure on.
TEXTBOOKS = ("anatomy-book", "chemistry-book", "physics-book")
OTHER_TEXTBOOKS = (
    "biology-book", "microbiology-book", "psychology-book", "economics-book", "sociology-book", "us-history-book",
)  # fmt: skip
_PARAGRAPH = "{http://www.w3.org/1999/xhtml}p"
#: What the edition puts before a dash.
_JOINER = "\u2060"
#: Chapters, and not what the edition has of its own.
_CHAPTER = re.compile(
    r"(?!titlepage|imprint|colophon|uncopyright|halftitle|loi|endnotes|dedication|epigraph)"
)


# What is no prose in Markdown: a page's head, code, tags, pictures and links but for their words, marks.
_MARKDOWN = re.compile(r"\A---\n.*?\n---\n|```.*?```|<[^>]+>|\{[:%][^}]*\}|[*`#]", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
# In a dictionary of dictd what belongs to an entry is set in behind its first line; senses may have lines between them.
_ENTRY = re.compile(r"\n\s*\n|\n(?=\S)")
#: Words of a paragraph at least: shorter ones are headings and cells.
_SHORTEST = 8


def paragraphs(folder: Path, book: str) -> Iterator[str]:
    """The paragraphs of a book, in the order of its files."""
    for path in sorted((folder / book).rglob("*.xhtml")):
        if _CHAPTER.match(path.stem):
            for element in ElementTree.parse(path).iter(_PARAGRAPH):
                yield from _paragraph("".join(element.itertext()).replace(_JOINER, ""))
    for path in sorted((folder / book).rglob("*.md")):
        text = _LINK.sub(r"\1", _MARKDOWN.sub("", path.read_text("utf-8")))
        for part in re.split(r"\n\s*\n", text):
            yield from _paragraph(part)
    for path in sorted((folder / book).rglob("*.txt")):
        for part in path.read_text("utf-8").split("\n\n"):
            yield from _paragraph(part)
    for path in sorted((folder / book).rglob("*.dict.dz")):
        text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        for part in _ENTRY.split(text):
            yield from _paragraph(part)


def _paragraph(text: str) -> Iterator[str]:
    words = text.split()
    if len(words) >= _SHORTEST:
        yield " ".join(words)


def articles(lines: Iterable[str], words: int, between: str = "\n\n") -> Iterator[str]:
    """Neighbouring lines or paragraphs, at least so many words at a time; what is left of them at the end falls."""
    some: list[str] = []
    count = 0
    for line in lines:
        some.append(line)
        count += len(line.split())
        if count >= words:
            yield between.join(some)
            some, count = [], 0


def samples(folder: Path, book: str, words: int, most: int, rng: random.Random) -> list[str]:
    """At most so many articles of a book, drawn at random."""
    found = list(articles(paragraphs(folder, book), words))
    return rng.sample(found, min(most, len(found)))
