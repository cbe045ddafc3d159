"""Hypothesis strategies shared by the tests: texts that break things, patches on them, and repairs to write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import strategies as st

from textrepair.detector.base import KINDS, Damage, Diagnosis, Finding
from textrepair.patch import Edit, Patch

#: What has broken writers of such formats before: their own markers, line ends of all kinds, astral characters.
AWKWARD = (
    *("{++", "++}", "{--", "--}", "{~~", "~>", "~~}", "{==", "==}", "{>>", "<<}"),
    *("{", "}", "~", "+", "-", ">", "\\", "\\\\", "\\n", "\\s", "\\z", "|||", "-NONE-", "S ", "A 0 1|||"),
    *(
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\f",
        "\v",
        "\x1c",
        "\x85",
        "\u2028",
        "\t",
        " ",
        "  ",
        "\u00a0",
        "\ufeff",
        "\u200b",
    ),
    *("<", "&amp;", "</script>", "<!--", "]]>", '"', "'", "@@ -1 +1 @@", "--- a", "\x1b[31m", "\x00"),
    *(
        "𝔘𝔫𝔦",
        "😀",
        "e\u0301",
        "’",
        "“",
        "…",
        "astir",
        "about",
        "the",
        "the",
        "on",
        "2",
        "1,000",
        ".",
        ",",
        "?",
    ),
)

texts = st.lists(
    st.one_of(st.sampled_from(AWKWARD), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)),
    max_size=30,
).map("".join)

#: Also with code points that no UTF-8 file holds, as `json.loads` gives them for half an emoji.
wild_texts = st.one_of(texts, st.tuples(texts, st.just("\ud83d"), texts).map("".join))

probabilities = st.floats(0, 1, allow_nan=False)


@st.composite
def patches(draw: st.DrawFn, source: str, texts: st.SearchStrategy[str] = texts) -> Patch:
    """Any valid patch on the source, with edits that touch and insertions beside them."""
    cuts = sorted(draw(st.lists(st.integers(0, len(source)), max_size=12)))
    edits: list[Edit] = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if edits and (start < edits[-1].end or (start, end) <= (edits[-1].start, edits[-1].end)):
            continue
        after = draw(texts)
        if after != source[start:end]:
            edits.append(draw(_dressed(Edit(start, end, source[start:end], after))))
    return Patch(tuple(edits))


@st.composite
def _dressed(draw: st.DrawFn, edit: Edit) -> Edit:
    alternatives = st.lists(st.tuples(texts, probabilities), max_size=2).map(tuple)
    return Edit(
        edit.start, edit.end, edit.before, edit.after,
        draw(st.sampled_from(("", *KINDS))), draw(probabilities), draw(alternatives), draw(texts),
        draw(st.sampled_from(("", "news-1:3-9"))),
    )  # fmt: skip


@st.composite
def sources_and_patches(draw: st.DrawFn, texts: st.SearchStrategy[str] = texts) -> tuple[str, Patch]:
    source = draw(texts)
    return source, draw(patches(source, texts))


@dataclass(frozen=True, slots=True)
class FakeRepair:
    """What writers read of a `textrepair.repair.Repair`."""

    source: str
    patch: Patch
    proposals: tuple[Edit, ...]
    diagnosis: Diagnosis

    @property
    def text(self) -> str:
        return self.patch.apply(self.source)


def diagnosis(findings: Iterable[Finding] = (), **probability: float | None) -> Diagnosis:
    """A diagnosis with every kind, and the given probabilities."""
    damage = {
        kind: Damage(probability.get(kind, 0.0), 0.1 if probability.get(kind) else 0.0) for kind in KINDS
    }
    known = [value for value in probability.values() if value is not None]
    return Diagnosis(max(known, default=0.0), damage, tuple(findings))


@st.composite
def diagnoses(draw: st.DrawFn, source: str) -> Diagnosis:
    findings = []
    for _ in range(draw(st.integers(0, 3))):
        start, end = sorted(draw(st.tuples(st.integers(0, len(source)), st.integers(0, len(source)))))
        findings.append(Finding(start, end, draw(st.sampled_from(KINDS)), draw(probabilities), draw(texts)))
    damage = {kind: Damage(draw(st.none() | probabilities), draw(probabilities)) for kind in KINDS}
    return Diagnosis(draw(st.none() | probabilities), damage, tuple(findings))


@st.composite
def repairs(draw: st.DrawFn, texts: st.SearchStrategy[str] = texts) -> FakeRepair:
    """Any repair, its proposals as unruly as they may be (over edits, over one another)."""
    source = draw(texts)
    proposals = draw(patches(source, texts)).edits
    return FakeRepair(source, draw(patches(source, texts)), proposals, draw(diagnoses(source)))


@st.composite
def edits_on(draw: st.DrawFn, text: str) -> list[Edit]:
    """A few edits of a text, in order, without overlaps."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    edits = []
    for start, end in zip(places[::2], places[1::2], strict=False):
        after = draw(st.text("abc ", max_size=3))
        if after != text[start:end]:
            edits.append(Edit(start, end, text[start:end], after))
    return edits
