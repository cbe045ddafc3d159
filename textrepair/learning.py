"""From what a user has to a model: aligned passages, damaged articles with references, damaged articles alone, a spinner's
thesaurus, or what reviewers decided.

Each ends in one more family of the channel (:mod:`textrepair.model.families`), says how much of what it was given
it used, and refuses what it can't learn from: sound articles, other languages, passages that don't belong together.
Whether the learned model does harm is measured on sound text before it is written, or used unasked (:func:`adapt`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import nsmallest

from textrepair.corpus.articles import ReadOptions, Unreadable, read_articles, read_lines
from textrepair.detector.base import FLAGGED, Document
from textrepair.detector.spin.detector import SHORTEST, SpinDetector
from textrepair.evaluation import WORDING, Gold, Harm, evaluate
from textrepair.model.channel import LONGEST
from textrepair.model.decipherment import ROUNDS, carried_over, decipher
from textrepair.model.families import Aligned, SwapCounts, count_links, count_swaps, with_family
from textrepair.model.format import packaged_file
from textrepair.model.model import Model, versioned
from textrepair.patch import Patch
from textrepair.reference.index import ReferenceIndex
from textrepair.reference.passages import Side, side
from textrepair.reference.restore import Restorer
from textrepair.reference.swaps import Swaps
from textrepair.repair import Repairer, Settings

Say = Callable[[str], None]

#: Words of wording that a learned model may change in 10,000 sound ones.
MOST_HARM = 0.5
#: What the family learned from a corpus that is to be repaired is called.
_CORPUS = "corpus"

#: What half of the damaged articles teach has to explain the others so well, as a share of how well it explains themselves.  Of
#: articles by one program or two that is 0.52 to 0.87; of articles each by another program 0.10 to 0.26, and of the edits that
#: they teach five in six are wrong (docs/learning.md).
_CARRIED_OVER = 0.4
#: Passages of which fewer tokens than this are the same on both sides don't belong together.  Of the passages of the
#: heaviest real spinner, the lowest share is 0.25 (`issues`: half of the words swapped).
_SAME = 0.2
#: Words on the intended side of a swap, as :func:`textrepair.model.families.count_links` has it.
_LONGEST_INTENDED = 2
#: Text of which fewer words than this are known is not English, or no prose.
_KNOWN = 0.6


class LearningError(ValueError):
    """There is nothing to learn from what was given: why, and what to try."""


@dataclass(frozen=True)
class Teaching:
    """All that a model is to learn from: entries of thesauri, damaged articles (id, text) with or without references, passages
    (damaged, reference), decisions; None where nothing of a sort was given."""

    thesaurus: Iterable[Entry] | None = None
    damaged: Sequence[tuple[str, str]] | None = None
    references: ReferenceIndex | None = None
    passages: Sequence[tuple[str, str]] | None = None
    decisions: Sequence[Decided] | None = None


def learn(model: Model, teaching: Teaching, family: str, say: Say) -> Model:
    """The model with what it is taught, as a family of this name; beside other teaching a thesaurus and decisions have families
    of their own.

    What is surer comes later: damaged articles are deciphered with the thesaurus, and pairs correct what these have told.

    Raises :class:`LearningError` where a sort teaches nothing, and ValueError as :func:`~textrepair.model.families.with_family`.
    """
    damaged, passages, decisions = teaching.damaged, teaching.passages, teaching.decisions
    if passages is not None and not passages:
        raise LearningError(
            "nothing learned: no passage could be read; a line is damaged text, a tab, reference text"
        )
    if teaching.thesaurus is not None:
        alone = all(sort is None for sort in (damaged, passages, decisions))
        name = family if alone else f"{family}-thesaurus"
        model = learn_from_thesaurus(model, teaching.thesaurus, name, say)
    if damaged is not None:
        model = learn_from_damaged(model, damaged, teaching.references, family, say)
    if passages is not None:
        model = learn_from_pairs(model, passages, family, say, continued=damaged is not None)
    if decisions is not None:
        alone = damaged is None and passages is None
        model = learn_from_decisions(model, decisions, family if alone else f"{family}-reviewed", say)
    return model


def read_pairs(path: str, on_error: Callable[[Unreadable], None]) -> Iterator[tuple[str, str]]:
    """The passages of a TSV file: damaged, tab, reference; further columns are ignored, lines without a tab reported.

    ``.gz`` and ``.zst`` are read, and ``-`` is standard input.
    """
    for number, line in read_lines(path, on_error):
        columns = line.split("\t")
        if len(columns) >= 2 and columns[0] and columns[1]:
            yield columns[0], columns[1]
        elif line.strip():
            hint = "a line is damaged text, a tab, reference text"
            on_error(Unreadable(path, number, "no two columns", hint))


def learn_from_pairs(
    model: Model, passages: Sequence[tuple[str, str]], family: str, say: Say, continued: bool = False
) -> Model:
    """The model with a family counted from aligned passages, or with that family ``continued`` by them.

    Raises :class:`LearningError` where no passage shows a swap.
    """
    usable = []
    for damaged, reference in passages:
        pair = side(damaged).forms, side(reference).forms
        if _alike(*pair) >= _SAME and _is_english(model, pair[1]):
            usable.append(pair)
    counts = count_swaps(family, usable)
    say(f"{len(usable)} of {len(passages)} passages used, {len(counts.swaps)} kinds of swap")
    why = "the passages are the same on both sides, or don't belong together, or are not English"
    return _with(model, counts, why, continued)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person said of an edit: the damaged words, those proposed, and those that should stand there (None: the damaged
    ones, the proposal was wrong)."""

    before: str
    proposed: str
    intended: str | None


def read_decisions(path: str, on_error: Callable[[Unreadable], None]) -> Iterator[Decided]:
    """The decisions in what ``review --export decisions`` wrote; undecided ones, and kinds that are no swaps of words, are
    left out."""
    for number, line in read_lines(path, on_error):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            before, after, verdict = record["before"], record["after"], record["verdict"]
            put = {"accept": after, "other": record.get("put"), "reject": None}.get(verdict, "")
            if put != "" and record.get("kind", "") in WORDING:
                yield Decided(str(before), str(after), put)
        except (ValueError, KeyError, TypeError):
            hint = "make the file with: review PATH --export decisions"
            on_error(Unreadable(path, number, "no decision", hint))


def learn_from_decisions(model: Model, decisions: Sequence[Decided], family: str, say: Say) -> Model:
    """The model with a family counted from a reviewer's decisions.

    What was accepted, or put instead, is a sighting of that swap; what was turned down makes the swap less likely.  A person
    doesn't slip as an alignment does, so a single sighting counts whole.  Raises :class:`LearningError` where nothing is to
    be learned.
    """
    swaps: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    refused: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    uses: Counter[tuple[str, ...]] = Counter()
    for decided in decisions:
        before, proposed = tuple(side(decided.before).forms), tuple(side(decided.proposed).forms)
        intended = before if decided.intended is None else tuple(side(decided.intended).forms)
        if not before or not intended or len(intended) > _LONGEST_INTENDED:
            continue
        uses[intended] += 1
        if intended != before:
            swaps[before, intended] += 1
        if proposed and proposed not in (before, intended):
            refused[before, proposed] += 1
    say(f"{len(decisions)} decisions: {len(swaps)} kinds of swap confirmed, {len(refused)} turned down")
    counts = SwapCounts(family, dict(swaps), dict(uses), dict(refused))
    return _with(model, counts, "none of the decisions is about words")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a thesaurus: any of ``originals`` may be replaced by any other of ``originals`` and by any of ``substitutes``."""

    originals: tuple[str, ...]
    substitutes: tuple[str, ...] = ()


def read_thesaurus(path: str, on_error: Callable[[Unreadable], None]) -> Iterator[Entry]:
    """The entries of a thesaurus, one a line: a word, a tab, and its substitutes between bars; words between bars, in braces or
    not, for each other, as spinners keep them; or a word and its substitutes between commas, as Moby's has them.

    ``.gz`` and ``.zst`` are read, and ``-`` is standard input.
    """
    for number, line in read_lines(path, on_error):
        entry = _entry(line)
        if entry is not None:
            yield entry
        elif line.strip():
            hint = "a line is a word, a tab and a|b|c, or {a|b|c}, or word,a,b,c"
            on_error(Unreadable(path, number, "no entry of a thesaurus", hint))


def _entry(line: str) -> Entry | None:
    """None for a line that is none."""
    head, tab, rest = line.partition("\t")
    if tab:
        substitutes = _parts(rest, "|")
        return Entry((head.strip(),), substitutes) if head.strip() and substitutes else None
    group = _parts(line.strip().removeprefix("{").removesuffix("}"), "|")
    if len(group) > 1:
        return Entry(group)
    first, *others = _parts(line, ",") or ("",)
    return Entry((first,), tuple(others)) if others else None


def _parts(line: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in line.split(separator) if part.strip())


def learn_from_thesaurus(model: Model, entries: Iterable[Entry], family: str, say: Say) -> Model:
    """The model with a family that puts for a word each of its substitutes as often as the others.

    Originals of several words, and words that the language model lacks, are left out: it couldn't tell where they fit.  Raises
    :class:`LearningError` where none is left.
    """
    forms = cache(lambda text: tuple(side(text).forms))
    lm_size, index = model.vocabulary.lm_size, model.vocabulary.index
    swaps: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = {}
    known: Counter[tuple[str, ...]] = Counter()
    read = 0
    for entry in entries:
        read += 1
        observed = {forms(word) for word in (*entry.originals, *entry.substitutes)}
        for original in map(forms, entry.originals):
            if len(original) == 1 and index.get(original[0], lm_size) < lm_size:
                pairs = [
                    (each, original) for each in observed if 0 < len(each) <= LONGEST and each != original
                ]
                known[original] += sum(pair not in swaps for pair in pairs)
                swaps |= dict.fromkeys(pairs, 1.0)
    say(f"{read} entries read: {len(swaps)} substitutes of {len(known)} words that the language model knows")
    return _with(
        model, SwapCounts(family, swaps, dict(known)), "no entry has a word that the language model knows"
    )


def _with(model: Model, counts: SwapCounts, why: str, continued: bool = False) -> Model:
    if not counts.swaps and not counts.refused:
        raise LearningError(f"nothing learned: {why}")
    return with_family(model, counts, continued)


def _alike(damaged: Sequence[str], reference: Sequence[str]) -> float:
    """Share of the damaged side's tokens that stand on the other side too."""
    there = set(reference)
    return sum(form in there for form in damaged) / max(1, len(damaged))


def _is_english(model: Model, forms: Sequence[str]) -> bool:
    words = [form for form in forms if form[0].isalpha()]
    known = sum(
        model.vocabulary.index.get(form, model.vocabulary.lm_size) < model.vocabulary.lm_size
        for form in words
    )
    return bool(words) and known >= _KNOWN * len(words)


def learn_from_damaged(
    model: Model,
    damaged: Sequence[tuple[str, str]],
    references: ReferenceIndex | None,
    family: str,
    say: Say,
    rounds: int = ROUNDS,
) -> Model:
    """The model with a family learned from damaged articles (id, text), with or without references.

    Raises :class:`LearningError` where no article is damaged, none has a reference, or what they teach by themselves doesn't
    carry over from one to another.
    """
    if references is not None:
        return _learn_from_references(model, damaged, references, family, say)
    spun = _spun(model, damaged, say)
    if not spun:
        raise LearningError(
            "nothing learned: no article looks spun; if they are, give --pairs or --reference"
        )
    carried = carried_over(model, spun, family, rounds)
    if carried < _CARRIED_OVER:
        raise LearningError(
            f"nothing learned: what half of the articles teach explains the others {carried:.2f} times as well as themselves,"
            " so it is hardly true; are they by many programs? Give --pairs, --reference or --thesaurus"
        )
    return decipher(model, spun, family, rounds, say)


def spread(articles: Iterable[tuple[str, str]], most: int) -> list[tuple[str, str]]:
    """At most so many of the articles (key, text), the same whenever the keys are and from all over them; no more are held."""
    hashed = (
        (hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest(), text) for key, text in articles
    )
    return nsmallest(most, hashed)


def adapt(model: Model, damaged: Sequence[tuple[str, str]], say: Say) -> Model:
    """The model with a family learned from damaged articles (id, text) of the corpus that it is to repair, without a file.

    Raises :class:`LearningError` where they teach nothing, or what they teach would do harm.
    """
    if not damaged:
        raise LearningError("no article looks spun")
    # The scorer is asked by whoever repairs: here it would take as long again and is no part of a model's file.
    learned = learn_from_damaged(replace(model, context=None), damaged, None, _CORPUS, say)
    harm = measure_harm(learned).per_10000 or 0.0
    if harm > MOST_HARM:
        raise LearningError(f"what was learned would change {harm:.1f} of 10,000 sound words")
    return replace(versioned(learned), context=model.context)


def _spun(model: Model, damaged: Sequence[tuple[str, str]], say: Say) -> list[str]:
    """The texts that look spun to the model as it is: what is sound, or not English, would only teach wrong swaps."""
    detector, kept = SpinDetector(model), []
    foreign = 0
    for _, text in damaged:
        document = Document(text)
        if document.tokens.words >= SHORTEST and not _is_english(model, Side.of(document.tokens).forms):
            foreign += 1
        elif detector.looks_spun(document):
            kept.append(text)
    say(
        f"{len(kept)} of {len(damaged)} articles look spun and are used"
        + (f", {foreign} are not English" if foreign else "")
    )
    return kept


def _learn_from_references(
    model: Model, damaged: Sequence[tuple[str, str]], references: ReferenceIndex, family: str, say: Say
) -> Model:
    """Count the links of all passages that the articles share with references that are sound themselves."""
    restorer, swaps, detector = Restorer(model), Swaps(model), SpinDetector(model)
    aligned: list[Aligned] = []
    words, covered, matched = 0, 0, 0
    for done, (_, text) in enumerate(damaged, 1):
        article = side(text)
        words += len(article.forms)
        found, _ = restorer.matches(
            article,
            references,
            swaps,
            lambda other: detector.probability(Document(other)) < FLAGGED,
        )
        for match in found:
            links = match.passage.links
            aligned.append((article.forms, match.reference.forms, links))
            covered += sum(link.end - link.start for link in links)
        matched += bool(found)
        if done % 50 == 0:
            say(f"{done} of {len(damaged)} articles looked up")
    counts = count_links(family, aligned)
    say(
        f"{matched} of {len(damaged)} articles share passages with {len(references)} references: "
        f"{covered} of {words} words used, {len(counts.swaps)} kinds of swap"
    )
    return _with(model, counts, "no article shares a passage with a reference that says it differently")


def _sound_sample() -> list[tuple[str, str]]:
    """The sound articles that come along (written for this project)."""
    file = packaged_file("sound.jsonl")
    return [(a.id, a.text) for a in read_articles([str(file)], ReadOptions(), lambda error: None)]


def measure_harm(model: Model, sound: Sequence[tuple[str, str]] | None = None) -> Harm:
    """How many words of sound articles a model would change at the default settings."""
    repairer = Repairer(model)
    texts = _sound_sample() if sound is None else sound
    pairs: list[tuple[Gold, Patch]] = []
    for _, text in texts:
        pairs.append((Gold(text, ()), repairer.repair(text, Settings()).patch))
    return evaluate(pairs, None).harm
