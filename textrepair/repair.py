"""From an article to its diagnosis and its patch: the detectors run, their edits are gathered, the sure ones applied.

Mechanical damage is mended first and the spin detector reads the mended text, since the language model understands
``remains unclear`` and not ``remainsunclear``; its edits are then carried back to the untouched source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import chain
from numbers import Real
from operator import attrgetter
from pathlib import Path
from typing import Literal, TypeVar, get_args

from textrepair.detector.base import (
    FLAGGED,
    KINDS,
    UNTOLD,
    WORDING,
    Damage,
    Detection,
    Detector,
    Diagnosis,
    Document,
    Finding,
)
from textrepair.detector.encoding.detector import EncodingDetector
from textrepair.detector.evidence import at_least_one
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.furniture.recurring import RecurringLines
from textrepair.detector.language import SHORTEST as SHORTEST_FOR_LANGUAGE
from textrepair.detector.language import language as language_of
from textrepair.detector.order import OrderDetector
from textrepair.detector.repetition import RepetitionDetector
from textrepair.detector.scanners import model_scanner
from textrepair.detector.scanning.byte_scan import SPELLED
from textrepair.detector.scanning.screen import Scanner
from textrepair.detector.spacing.detector import SpacingDetector
from textrepair.detector.spacing.lost_spaces import LostSpaces
from textrepair.detector.spin.detector import SpinDetector
from textrepair.detector.spin.screen import BOUNDS, CLEARED, QUICK_BOUNDS, SpinScreen
from textrepair.detector.translation.detector import TranslationDetector
from textrepair.detector.verbatim import Verbatim
from textrepair.lazy import cached_property
from textrepair.model import Model, load_model
from textrepair.overlap import Spans, place, without_overlap
from textrepair.patch import Edit, Patch
from textrepair.pieces import LONGEST, pieces
from textrepair.reference.index import ReferenceIndex
from textrepair.reference.restore import Restorer
from textrepair.reference.wording import Restoration
from textrepair.terms import Terms
from textrepair.tokens import TokenKind
from textrepair.workers import Workers, in_thread

R = TypeVar("R")

#: How closely to look at an article (:class:`Repairer`).
Depth = Literal["quick", "screened", "thorough"]
QUICK: Depth = "quick"
SCREENED: Depth = "screened"
THOROUGH: Depth = "thorough"
#: How many articles are repaired at once where many are given: their stages take turns.  Of 512 newswire articles, diagnosed in
#: blocks of 8, 16, 32, 64, each took 0.93, 0.87, 0.86, 0.87 of the time that it takes by itself.
TOGETHER = 32
#: Kinds whose edits are applied unless told otherwise.
DEFAULT_KINDS = frozenset({*WORDING, "encoding", "spacing", "repetition"})
#: Kinds that make an article damaged only from a share of its words on; those of :data:`WORDING` do by themselves.
_MECHANICAL = ("encoding", "spacing", "repetition")
_MECHANICAL_SHARE = 0.01
_COUNTED = (*WORDING, *_MECHANICAL)
#: Mended before the words are read.  A doubled word is not: "telephone telephone" can be a spinner's "phone call".
_MENDED_FIRST = ("encoding", "spacing")
#: A reference is used if it is damaged at most so much as the article is.  A sound list of products can pass for lightly
#: spun: the original of one of twelve articles has a severity of 0.05, the article itself 0.4.
_LESS_DAMAGED = 0.5
#: English, and what is too short or too far from prose to be told.
_READ = ("en", None)
#: What is said of an article that the screen clears of spinning.
_CLEARED = Detection(Damage(CLEARED, 0.0))
#: Tokens that can be another word's substitute.
_CHANGEABLE = frozenset({TokenKind.WORD, TokenKind.NUMBER, TokenKind.CLITIC})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a repair may do.

    ``apply``: kinds whose edits are applied; ``min_confidence``: edits below are proposals only; ``protect``: terms, of one
    word or several, that never change, whatever their case.  Raises TypeError for what isn't of their types, and ValueError
    for unknown kinds and what is no probability.
    """

    apply: frozenset[str] = DEFAULT_KINDS
    min_confidence: float = 0.6
    protect: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in ("apply", "protect"):
            given = getattr(self, name)
            if isinstance(given, str):  # each letter of it would be one
                raise TypeError(f"{name} is a set, not a str; put a single one into a set: {{{given!r}}}")
            strings = list(given) if isinstance(given, Iterable) else [given]
            if odd := [one for one in strings if not isinstance(one, str)]:
                raise TypeError(f"{name} is a set of strings, which {odd[0]!r} is not")
            object.__setattr__(self, name, frozenset(strings))
        unknown = self.apply - set(KINDS)
        if unknown:
            raise ValueError(f"unknown kinds {sorted(unknown)}; known are {', '.join(KINDS)}")
        if not isinstance(self.min_confidence, Real):
            raise TypeError(f"min_confidence is a number between 0 and 1, not {self.min_confidence!r}")
        if not 0.0 <= self.min_confidence <= 1.0:
            raise ValueError(f"min_confidence is {self.min_confidence}, not between 0 and 1")

    def parted(self, edits: Iterable[Edit]) -> tuple[list[Edit], list[Edit]]:
        """The edits that are applied, and those that are only proposed."""
        kinds, least = self.apply, self.min_confidence
        sure: list[Edit] = []
        unsure: list[Edit] = []
        for edit in edits:
            (sure if edit.confidence >= least and edit.kind in kinds else unsure).append(edit)
        return sure, unsure


@dataclass(frozen=True, slots=True)
class Repair:
    """An article as it was read, the edits applied to it, and those only proposed (not overlapping the applied ones).

    ``references`` are the ids of those that share passages with the article, ``covered`` the share of its words in these.
    """

    source: str
    patch: Patch
    proposals: tuple[Edit, ...]
    diagnosis: Diagnosis
    covered: float = 0.0
    references: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The cleaned text."""
        return self.patch.apply(self.source)


@dataclass(frozen=True, eq=False)
class Repairer:
    """Diagnoses and repairs articles with one model; holds no state of an article and may be shared between threads.

    ``recurring``: the lines of the corpus that the articles are from, by which furniture is told that no form gives
    away; ``depth``: how closely to look.  ``screened``: the language model reads only what the screen can't clear of
    spinning (docs/screen.md).  ``thorough``: it reads everything, at a small part of the speed.  ``quick``: the
    screen clears a little more, and translation and the order of sentences stay untold (null).
    """

    model: Model
    recurring: RecurringLines | None = None
    depth: Depth = SCREENED
    _spin: SpinDetector = field(init=False, repr=False)
    _translation: TranslationDetector = field(init=False, repr=False)
    _screen: SpinScreen = field(init=False, repr=False)
    _restorer: Restorer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.depth not in get_args(Depth):
            raise ValueError(f"depth is {self.depth!r}; known are {', '.join(get_args(Depth))}")
        object.__setattr__(self, "_translation", TranslationDetector(self.model))
        bounds = QUICK_BOUNDS if self.depth == QUICK else BOUNDS
        object.__setattr__(self, "_screen", SpinScreen(self.model, bounds))
        object.__setattr__(self, "_spin", SpinDetector(self.model, self._screen, self.depth != THOROUGH))
        object.__setattr__(self, "_restorer", Restorer(self.model))

    @property
    def model_name(self) -> str:
        """Name and version of the model."""
        return self.model.name

    @cached_property
    def _mechanical(self) -> tuple[Detector, ...]:
        spacing = SpacingDetector(LostSpaces(self.model))
        first = EncodingDetector(), spacing, RepetitionDetector(), FurnitureDetector(self.recurring)
        return first if self.depth == QUICK else (*first, OrderDetector())

    @cached_property
    def _scanner(self) -> Scanner:
        """Some tenths of a second when the first text comes."""
        return model_scanner(self.model)

    def diagnose(self, text: str) -> Diagnosis:
        """What is wrong with an article."""
        return self.repair(text).diagnosis

    def repair(
        self, text: str, settings: Settings = Settings(), references: ReferenceIndex | None = None
    ) -> Repair:
        """Repair an article.

        The source is never changed; of two edits that overlap the surer one stands.  Spans of all findings and edits are
        code points of ``text``.  What is much longer than an article is repaired piece by piece.

        In an article whose wording is damaged, passages that ``references`` have too are restored from these; references
        that share nothing with it, and references for a sound article, change nothing.

        Raises TypeError where ``text`` is no str, or ``settings`` are no :class:`Settings`.
        """
        if not isinstance(text, str):
            raise TypeError(f"an article is a str, not {type(text).__name__}; fill what is missing with ''")
        _check(settings)
        if len(text) <= LONGEST:
            return self._repaired([text], settings, references)[0]
        parts = (
            (start, self._repaired([text[start:end]], settings, references)[0]) for start, end in pieces(text)
        )
        return _joined(text, list(parts))

    def diagnose_many(
        self, texts: Iterable[str], *, processes: int = 0, threads: int = 0
    ) -> Iterator[Diagnosis]:
        """Diagnoses of many articles, in their order; by ``processes`` or ``threads``, or by neither.

        Articles are taken from ``texts`` as there is room for them, a few ahead for each worker; without workers up to
        :data:`TOGETHER`, which takes a seventh less time than one by one.  With processes no more than the texts and the results
        travel; the model is mapped by each of them from the same file.
        """
        if processes or threads:
            return self._each(Repairer.diagnose, texts, processes, threads)
        return (repair.diagnosis for repair in self.repair_many(texts))

    def repair_many(
        self,
        texts: Iterable[str],
        settings: Settings = Settings(),
        *,
        processes: int = 0,
        threads: int = 0,
    ) -> Iterator[Repair]:
        """Repairs of many articles; as :meth:`diagnose_many`."""
        _check(settings)
        if processes or threads:
            return self._each(partial(_repair_with, settings=settings), texts, processes, threads)
        return chain.from_iterable(self._block(block, settings) for block in _blocks(_several(texts)))

    def _each(
        self, function: Callable[[Repairer, str], R], texts: Iterable[str], processes: int, threads: int
    ) -> Iterator[R]:
        texts = _several(texts)

        def results() -> Iterator[R]:
            with Workers(self, processes=processes, threads=threads) as workers:
                yield from workers.map(function, texts)

        return results()

    async def adiagnose(self, text: str) -> Diagnosis:
        """:meth:`diagnose` in a thread, for coroutines."""
        return await in_thread(self.diagnose, text)

    async def arepair(
        self, text: str, settings: Settings = Settings(), references: ReferenceIndex | None = None
    ) -> Repair:
        """:meth:`repair` in a thread, for coroutines."""
        return await in_thread(self.repair, text, settings, references)

    def __reduce__(self) -> tuple[type[Repairer], tuple[Model, RecurringLines | None, Depth]]:
        """To another process travels the model, and that as its path (:meth:`Model.__reduce__`)."""
        return Repairer, (self.model, self.recurring, self.depth)

    def _block(self, texts: Sequence[str], settings: Settings) -> Iterable[Repair]:
        """Repairs of a block (:func:`_blocks`)."""
        return self._repaired(texts, settings, None) if len(texts) > 1 else [self.repair(texts[0], settings)]

    def _repaired(
        self, texts: Sequence[str], settings: Settings, references: ReferenceIndex | None
    ) -> list[Repair]:
        """Repairs of articles none of which is longer than :data:`LONGEST`.

        Each stage takes all of them before the next one begins, so that its tables and its code stay in the processor's caches.
        """
        cases = [_Case(Document(text, self._scanner), settings) for text in texts]
        self._find_mechanical(cases)
        for case in cases:
            self._mend(case)
        self._find_worded(cases)
        return [self._written(case, references) for case in cases]

    def _find_mechanical(self, cases: Sequence[_Case]) -> None:
        """Damage that no wording is needed for; in another language mojibake alone, since it has other ways with spaces."""
        for detector in self._mechanical:
            kind = detector.kind
            for case in cases:
                told = case.language in _READ or kind == "encoding"
                case.found[kind] = detector.detect(case.document) if told else UNTOLD

    def _mend(self, case: _Case) -> None:
        """Mend what the words could not be read with."""
        edits = [edit for detection in case.found.values() for edit in detection.edits]
        if not edits:
            return
        text, settings = case.document.text, case.settings
        edits = _Shield(text, settings.protect).spare(edits)
        case.sure, case.unsure = settings.parted(edits)
        if first := without_overlap(e for e in case.sure if e.kind in _MENDED_FIRST):
            case.mended = Patch(first)
            case.view = Document(case.mended.apply(text), self._scanner)

    def _find_worded(self, cases: Sequence[_Case]) -> None:
        """Damage of the wording, of what has been mended."""
        read = [case for case in cases if case.language in _READ]
        for case in read:
            clear = self.depth != THOROUGH and self._screen.cleared(case.document.scan) is not None
            case.worded["spin"] = (
                _CLEARED if clear else self._spin.detect(case.view, case.shield.tokens(case.view))
            )
        if self.depth != QUICK:
            for case in read:
                case.worded["translation"] = self._translation.detect(case.view, case.document)

    def _written(self, case: _Case, references: ReferenceIndex | None) -> Repair:
        """All that was found of an article, as edits that go together."""
        text, found, worded, mended = case.document.text, case.found, case.worded, case.mended
        restored = self._restored(case.view, worded, references)
        if not (
            case.sure or case.unsure or restored.used or any(detection.edits for detection in worded.values())
        ):
            # as in nearly all articles
            return Repair(text, _UNCHANGED, (), _diagnosis(found | worded, case.language))
        worded = {kind: _with_references(kind, detection, restored) for kind, detection in worded.items()}
        wording_edits = case.shield.spare(_together([d.edits for d in worded.values() if d.edits]))
        rewording, proposed = case.settings.parted(wording_edits)
        wording = mended.compose(Patch(tuple(rewording)))
        beside = without_overlap(_unless_reworded(case.sure, wording), wording.edits)
        patch = Patch(tuple(sorted((*wording.edits, *beside), key=place))) if beside else wording
        unsure = [*case.unsure, *filter(None, [_on_source(edit, mended, text) for edit in proposed])]
        for kind, detection in worded.items():
            found[kind] = Detection(detection.damage, _findings_on_source(detection.findings, mended))
        proposals = without_overlap(unsure, patch.edits)
        diagnosis = _diagnosis(found, case.language)
        return Repair(text, patch, proposals, diagnosis, restored.share, restored.used)

    def _restored(
        self, view: Document, worded: Mapping[str, Detection], references: ReferenceIndex | None
    ) -> Restoration:
        """What the references say, if the wording is damaged at all; spun wording comes first where both are likely."""
        if references is None:
            return Restoration()
        kind = next((k for k, d in worded.items() if (d.damage.probability or 0.0) >= FLAGGED), None)
        if kind is None:
            return Restoration()

        def usable(reference: str) -> bool:
            """A reference that is damaged in the same way would teach its own damage."""
            document = Document(reference[:LONGEST], self._scanner)
            if kind == "spin":
                damage = self._spin.detect(document).damage
                return damage.severity <= _LESS_DAMAGED * worded[kind].damage.severity
            return (self._translation.detect(document).damage.probability or 0.0) < FLAGGED

        return self._restorer.restore(view.tokens, references, kind, worded[kind].edits, usable)


_UNCHANGED = Patch(())


class _Case:
    """An article on its way through the stages of a repair: what has been found, mechanical damage and that of the wording, and
    of the edits of the former which are sure.  ``view`` is the document with its mechanical damage ``mended``."""

    def __init__(self, document: Document, settings: Settings) -> None:
        self.document, self.settings = document, settings
        self.language = _language(document)
        self.found: dict[str, Detection] = {}
        self.worded: dict[str, Detection] = {}
        self.sure: list[Edit] = []
        self.unsure: list[Edit] = []
        self.mended, self.view = _UNCHANGED, document

    @cached_property
    def shield(self) -> _Shield:
        """Where the view's wording may not change: what is protected or marked up."""
        return _Shield(self.view.text, self.settings.protect, markup=True)


def _check(settings: Settings) -> None:
    if not isinstance(settings, Settings):
        name = type(settings).__name__
        raise TypeError(f"settings are a Settings, not a {name}; write Settings(min_confidence=0.8)")


def _several(texts: Iterable[str]) -> Iterable[str]:
    """Texts, and not a single one, each letter of which would be an article."""
    if isinstance(texts, str | bytes):
        raise TypeError(
            f"many articles are a list, not a {type(texts).__name__}; put a single one into a list: [text]"
        )
    return texts


def _blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts as they are repaired at once; what isn't a text, or is longer than an article, makes a block by itself.

    Where their source fails, what it gave before is repaired first.
    """
    block: list[str] = []
    size = 0
    try:
        for text in texts:
            length = len(text) if isinstance(text, str) else LONGEST
            if block and (len(block) == TOGETHER or size + length >= LONGEST):
                yield block
                block, size = [], 0
            block.append(text)
            size += length
    except Exception:
        if block:
            yield block
        raise
    if block:
        yield block


def _repair_with(repairer: Repairer, text: str, settings: Settings) -> Repair:
    """:meth:`Repairer.repair` as workers call it."""
    return repairer.repair(text, settings)


def load(model: str | Path | None = None, *, depth: Depth = SCREENED, neural: bool = False) -> Repairer:
    """A repairer with the packaged model, or with that of a file; ``depth`` as in :class:`Repairer`.

    ``neural``: damaged articles are read with a small network too (:mod:`textrepair.model.neural`), which finds more and takes
    as long again; needs ``textrepair[neural]``.

    Raises :class:`~textrepair.model.ModelError` where the file can't be used, and
    :class:`~textrepair.extras.MissingExtra` where the network can't run.
    """
    return Repairer(load_model(model, neural=neural), depth=depth)


def _with_references(kind: str, detection: Detection, restored: Restoration) -> Detection:
    """The detection of a kind with its edits and findings replaced where references know better."""
    if not restored.used:
        return detection
    own = [e for e in restored.edits if e.kind == kind]
    believed = {
        (e.start, e.end): e for e in (*detection.edits, *(e for e in restored.weighed if e.kind == kind))
    }
    settled = Spans(restored.settled)
    edits = without_overlap((*own, *(e for e in believed.values() if not settled.meets(e.start, e.end))))
    known = Spans((*restored.settled, *(place(e) for e in (*restored.edits, *edits))))
    kept = (f for f in detection.findings if not known.meets(f.start, f.end))
    findings = (*kept, *(Finding(e.start, e.end, e.kind, e.confidence, e.reason) for e in edits))
    return replace(detection, edits=edits, findings=tuple(sorted(findings, key=lambda f: (f.start, f.end))))


def _together(edits: Sequence[tuple[Edit, ...]]) -> tuple[Edit, ...]:
    """The edits of several detections, without overlaps as those of each are."""
    return edits[0] if len(edits) == 1 else without_overlap(chain.from_iterable(edits))


def _on_source(edit: Edit, mended: Patch, text: str) -> Edit | None:
    """An edit on the mended text as one on the source; None where the mending touches it."""
    if not mended.edits:
        return edit
    start, end = mended.map_to_source(edit.start, edit.end)
    return edit.shifted(start - edit.start) if text[start:end] == edit.before else None


def _findings_on_source(findings: tuple[Finding, ...], mended: Patch) -> tuple[Finding, ...]:
    if not mended.edits:
        return findings
    spans = [mended.map_to_source(finding.start, finding.end) for finding in findings]
    return tuple([replace(f, start=start, end=end) for f, (start, end) in zip(findings, spans, strict=True)])


def _unless_reworded(edits: list[Edit], wording: Patch) -> list[Edit]:
    """Without deletions of a doubled word whose first copy was something else: "telephone telephone" was "phone call"."""
    if not any(e.kind == "repetition" for e in edits):
        return edits
    reworded = {e.end for e in wording.edits if e.kind in WORDING}
    return [e for e in edits if e.kind != "repetition" or e.start not in reworded]


def _language(document: Document) -> str | None:
    """The language of a text, None where it can't be told; that of English prose is plain from its words."""
    text, scan = document.text, document.scan
    spelled = scan.stats[SPELLED]
    if spelled >= SHORTEST_FOR_LANGUAGE and scan.looks_english:
        return "en"
    return None if text.isascii() and spelled < SHORTEST_FOR_LANGUAGE else language_of(text)


_PLACE_OF_FINDING = attrgetter("start", "end", "kind")


def _diagnosis(found: dict[str, Detection], language: str | None) -> Diagnosis:
    damage = {kind: found.get(kind, UNTOLD).damage for kind in KINDS}
    findings = [finding for detection in found.values() for finding in detection.findings]
    findings.sort(key=_PLACE_OF_FINDING)
    return Diagnosis(_score(damage), damage, tuple(findings), language)


def counted(kind: str, damage: Damage) -> float | None:
    """A damage's probability as it counts in the score: a mechanical one only from 1 % of the words on.

    None where it can't be told or there is too little of it.
    """
    return None if kind in _MECHANICAL and damage.severity < _MECHANICAL_SHARE else damage.probability


def _score(damage: Mapping[str, Damage]) -> float | None:
    """The probability that the article is damaged enough to matter."""
    told = [p for kind in _COUNTED if (p := counted(kind, damage[kind])) is not None]
    return at_least_one(told) if told else None


def _joined(text: str, parts: Sequence[tuple[int, Repair]]) -> Repair:
    """Repairs of a text's pieces, told by where each begins, as one.

    A damage is as probable as in the piece that shows it most; its severity is that of all pieces by their length.
    """
    damage = {
        kind: Damage(
            max(
                (p for _, r in parts if (p := r.diagnosis.damage[kind].probability) is not None), default=None
            ),
            sum(len(r.source) * r.diagnosis.damage[kind].severity for _, r in parts) / len(text),
        )
        for kind in KINDS
    }
    findings = tuple(
        replace(f, start=f.start + at, end=f.end + at) for at, r in parts for f in r.diagnosis.findings
    )
    return Repair(
        text,
        Patch(tuple(_unless_same_place(edit.shifted(at) for at, r in parts for edit in r.patch.edits))),
        tuple(edit.shifted(at) for at, r in parts for edit in r.proposals),
        Diagnosis(_score(damage), damage, findings, parts[0][1].diagnosis.language),
        sum(len(r.source) * r.covered for _, r in parts) / len(text),
        tuple(dict.fromkeys(name for _, r in parts for name in r.references)),
    )


def _unless_same_place(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Edits in their order, without one that puts something where the one before does: at a seam both pieces may."""
    last: tuple[int, int] | None = None
    for edit in edits:
        if place(edit) != last:
            yield edit
        last = place(edit)


@lru_cache(maxsize=8)
def _known_terms(terms: frozenset[str]) -> Terms:
    return Terms(terms)


class _Shield:
    """Where nothing may change: protected terms, and with ``markup`` also code and tags, whose words are no prose."""

    def __init__(self, text: str, terms: frozenset[str], markup: bool = False) -> None:
        spans = Verbatim(text).spans() if markup else []
        if terms:
            spans = [*spans, *_known_terms(terms).spans(text)]
        self._spans = Spans(spans)

    def spare(self, edits: Iterable[Edit]) -> list[Edit]:
        """The edits that touch nothing shielded."""
        return [e for e in edits if not self._spans.meets(e.start, e.end)] if self._spans else list(edits)

    def tokens(self, document: Document) -> frozenset[int]:
        """Indices of the shielded tokens, of the kinds that could change at all."""
        if not self._spans:
            return frozenset()
        tokens = document.tokens
        places = enumerate(zip(tokens.starts, tokens.ends, tokens.kinds, strict=True))
        return frozenset(
            i for i, (start, end, kind) in places if kind in _CHANGEABLE and self._spans.meets(start, end)
        )
