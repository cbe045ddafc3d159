"""Which substitute would a real spinner put for each word of the sample articles?  Writes ``corpora/swaps.tsv``.

For the articles in the style of ``issues`` the answer is drawn from pairs counted in aligned texts of that spinner,
then of a second one (``spun/issues_pairs.tsv`` and ``spun/tutorial_pairs.tsv`` in the data folder, needed only here);
for the others from the odd senses of function words.  For words that neither has, it is drawn, blind to sense, from
the WordNet 3.0 neighbours: synonyms of any sense and part of speech, hypernyms, similar adjectives.  One draw an
article and word, as spinners keep to their choice.

    python scripts/draw_swaps.py [--data ../shared/data] [--wordnet /usr/share/wordnet]
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from make_corpora import CORPORA, ROOT, WORD, Swap, is_name, normal, read_sound, style_of
from rapidfuzz.distance import Levenshtein

# Odd senses of function words, chemical symbols and states' abbreviations among them: what a spinner with a thesaurus
# and no grammar makes of them.  As in the project's first spun sample; a model measured on it must not learn them here.
_ODD_SENSES = """
    on:connected in:successful at:astatine as:arsenic or:oregon he:helium will:volition any:immoderate
    so:truthful out:retired no:nary be:beryllium have:person do:bash can:tin may:whitethorn
    might:mightiness about:astir most:astir there:determination then:past while:portion part:portion
    also:besides more:much where:wherever when:erstwhile how:however now:present like:similar
    before:earlier over:implicit between:betwixt all:each us:america very:precise other:different
    many:galore still:inactive such:specified next:adjacent near:adjacent just:conscionable two:2
    second:2nd once:erstwhile
"""
FUNCTION_WORDS = dict(pair.split(":") for pair in _ODD_SENSES.split())

# Closed-class words that the thesaurus spinner leaves alone; WordNet has nouns of the same spelling for some ("a", "was").
_CLOSED_CLASS = """
    a an the and but if not nor for with without from by of to up off into onto upon than that this
    these those it its they them their she her hers him his we our you your i me my is are was were been
    being has had having does did done would could should shall must who whom whose which what why yes
    both either neither each every some none one three four five six seven eight nine ten percent mr ms
    mrs dr here only too because since until said say says after against during through around am
"""
LEFT_ALONE = frozenset(FUNCTION_WORDS) | frozenset(_CLOSED_CLASS.split())

# A pair of the aligned texts is a swap rather than a slip of the alignment when it was seen this often and in two
# articles, when the observed word stands for that intended word in at least this share of its occurrences ("in" for
# "if", seen 20 times, is below 1 %), and when at least this share of the intended word's occurrences became it ("on"
# for "to": 3 of 359).  Articles and that last share are not asked of phrases and clitics, which no slip makes.
MIN_COUNT = 3
MIN_ARTICLES = 2
MIN_SHARE_OF_OBSERVED = 0.15
MIN_SHARE_OF_INTENDED = 0.05
THESAURUS_CHANCE = 0.8  # how many of the words that WordNet knows a spinner ever touches
PHRASE_WORDS = 3  # the longest phrase for one word: "in addition to" for "and"

PARTS = ("noun", "verb", "adj", "adv")
RELATIONS = {"@": "hypernym", "@i": "hypernym", "&": "similar"}


def aligned(damaged: list[str], sound: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs (observed words, one intended word) between two versions of a passage, unchanged words too."""
    group: list[tuple[int, int, int, int]] = []
    for op in [*Levenshtein.opcodes(damaged, sound), None]:
        if op is not None and op.tag != "equal":
            group.append((op.src_start, op.src_end, op.dest_start, op.dest_end))
            continue
        if group:
            yield from _pairs(damaged[group[0][0] : group[-1][1]], sound[group[0][2] : group[-1][3]])
            group = []
        if op is not None:
            yield from ((word, word) for word in damaged[op.src_start : op.src_end])


def _pairs(damaged: list[str], sound: list[str]) -> Iterator[tuple[str, str]]:
    if len(damaged) == len(sound):
        yield from zip(damaged, sound, strict=True)
    elif len(sound) == 1 and 0 < len(damaged) <= PHRASE_WORDS:
        yield " ".join(damaged), sound[0]


def count_pairs(path: Path) -> dict[str, Counter[str]]:
    """What each intended word became in a file of pairs, left alone included, without slips of the alignment."""
    counts: Counter[tuple[str, str]] = Counter()
    articles: dict[tuple[str, str], set[str]] = defaultdict(set)
    of_observed: Counter[str] = Counter()
    of_intended: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        damaged, sound, article = line.split("\t")[:3]
        for pair in aligned(WORD.findall(normal(damaged)), WORD.findall(normal(sound))):
            counts[pair] += 1
            articles[pair].add(article)
            of_observed[pair[0]] += 1
            of_intended[pair[1]] += 1
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for (observed, intended), count in counts.items():
        sure = " " in observed or intended[0] == "'"
        common = count >= MIN_COUNT and (sure or len(articles[observed, intended]) >= MIN_ARTICLES)
        ours = count >= MIN_SHARE_OF_OBSERVED * of_observed[observed]
        theirs = sure or count >= MIN_SHARE_OF_INTENDED * of_intended[intended]
        alike = (observed[0] == "'") == (intended[0] == "'")
        if observed == intended or (common and ours and theirs and alike):
            table[intended][observed] = count
    for intended, row in table.items():  # at most half: these are to show the swaps, few as the articles are
        row[intended] = min(row[intended], row.total() - row[intended])
    return {intended: row for intended, row in table.items() if row.total()}


class WordNet:
    """The neighbours of a word in WordNet 3.0's own files (format: wndb(5WN))."""

    def __init__(self, folder: Path) -> None:
        self._data = {part: (folder / f"data.{part}").read_bytes() for part in PARTS}
        self._index: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for part in PARTS:
            for line in (folder / f"index.{part}").read_text(encoding="ascii").splitlines():
                if not line.startswith(" "):
                    fields = line.split()
                    senses = int(fields[2])
                    self._index[fields[0]] += ((part, int(offset)) for offset in fields[-senses:])

    def _synset(self, part: str, offset: int) -> tuple[list[str], list[tuple[str, str, int]]]:
        """Words of a synset, and its pointers as (relation, part of speech, offset)."""
        data = self._data[part]
        fields = data[offset : data.index(b"\n", offset)].decode("ascii").split(" | ")[0].split()
        size = int(fields[3], 16)
        words = [re.sub(r"\(\w+\)$", "", fields[4 + 2 * i]) for i in range(size)]
        at = 4 + 2 * size
        parts = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
        rows = (fields[at + 1 + 4 * i : at + 5 + 4 * i] for i in range(int(fields[at])))
        return words, [(RELATIONS[r], parts[p], int(o)) for r, o, p, _ in rows if r in RELATIONS]

    def neighbours(self, word: str) -> list[tuple[str, str]]:
        """(neighbour, relation) one step away, single words only; empty for a word that is no headword."""
        found: dict[str, str] = {}
        for part, offset in self._index.get(word, ()):
            words, pointers = self._synset(part, offset)
            found.update((w, "synonym") for w in words)
            for relation, other_part, other in pointers:
                for w in self._synset(other_part, other)[0]:
                    found.setdefault(w, relation)
        single = ((w.lower(), relation) for w, relation in found.items() if w.isalpha() and len(w) > 2)
        return sorted((w, relation) for w, relation in single if w != word)


def draw(
    article: str, words: Iterable[str], tables: Mapping[str, Mapping[str, Counter[str]]], wordnet: WordNet
) -> Iterator[Swap]:
    """At most one swap for each word of an article; ``tables`` are asked in turn for those in the style of issues."""
    rng = random.Random(f"draw {article}")
    issues = style_of(article) == "issues"
    for word in words:
        chance = rng.random()
        source, choices = "", Counter[str]()
        if issues:
            source, choices = next(((n, t[word]) for n, t in tables.items() if word in t), ("", choices))
        elif word in FUNCTION_WORDS:
            source, choices = "function word", Counter([FUNCTION_WORDS[word]])
        if choices:
            observed = rng.choices(list(choices), list(choices.values()))[0]
            if observed != word:
                yield Swap(observed, word, source, article)
        elif chance < THESAURUS_CHANCE and word not in LEFT_ALONE and (near := wordnet.neighbours(word)):
            observed, relation = rng.choice(near)
            yield Swap(observed, word, f"wordnet {relation}", article)


def main() -> int:
    """Draw and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    options = parser.parse_args()
    spun: Path = options.data / "spun"
    tables = {name: count_pairs(spun / f"{name}_pairs.tsv") for name in ("issues", "tutorial")}
    wordnet = WordNet(options.wordnet)
    rows: list[Swap] = []
    for article, text in read_sound().items():
        words = sorted({normal(m.group()) for m in WORD.finditer(text) if not is_name(text, m)})
        rows += draw(article, words, tables, wordnet)
    with (CORPORA / "swaps.tsv").open("w", encoding="utf-8", newline="") as file:
        file.write("observed\tintended\tsource\tarticle\n")
        file.writelines(f"{s.observed}\t{s.intended}\t{s.source}\t{s.article}\n" for s in rows)
    print(f"{len(rows)} swaps for {len(read_sound())} articles", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
