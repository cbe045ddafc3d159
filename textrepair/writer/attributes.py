"""`scan --format dolma` and `--format redpajama`: a diagnosis as the attributes that data teams mix with their own.

Dolma (Soldaini et al. 2024, https://github.com/allenai/dolma, docs/data-format.md): one object for each document, ``id`` and
``attributes``, each a list of ``[start, end, score]`` in characters; names are ``experiment__tagger__attribute``.  A file of
them lies beside the documents' file, in the same order.

RedPajama-Data-v2 (Weber et al. 2024, https://github.com/togethercomputer/RedPajama-Data): ``quality_signals``, each a list of
``[start, end, value]``; what is told of the whole document spans it.  A value can be null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textrepair.writer.jsonl import rounded

if TYPE_CHECKING:
    from textrepair.detector.base import Diagnosis

_Spans = list[list[Any]]


def dolma_record(id_: str, length: int, diagnosis: Diagnosis) -> dict[str, Any]:
    """A document's attributes; ``length`` is that of its text in code points.  What can't be told has no span."""
    attributes: dict[str, _Spans] = {"textrepair__all__score": _whole(length, diagnosis.score)}
    for kind, damage in diagnosis.damage.items():
        attributes[f"textrepair__{kind}__probability"] = _whole(length, damage.probability)
        attributes[f"textrepair__{kind}__severity"] = _whole(length, damage.severity)
        attributes[f"textrepair__{kind}__spans"] = _findings(diagnosis, kind)
    return {"id": id_, "attributes": attributes}


def redpajama_record(id_: str, length: int, diagnosis: Diagnosis, model: str, version: str) -> dict[str, Any]:
    """A document's quality signals; ``length`` is that of its text in code points.  What can't be told is null."""
    signals: dict[str, _Spans] = {"textrepair_doc_score": [[0, length, rounded(diagnosis.score)]]}
    for kind, damage in diagnosis.damage.items():
        signals[f"textrepair_doc_{kind}_probability"] = [[0, length, rounded(damage.probability)]]
        signals[f"textrepair_doc_{kind}_severity"] = [[0, length, rounded(damage.severity)]]
        signals[f"textrepair_spans_{kind}"] = _findings(diagnosis, kind)
    metadata = {"textrepair_model": model, "textrepair_version": version, "language": diagnosis.language}
    return {"id": id_, "metadata": metadata, "quality_signals": signals}


def _whole(length: int, value: float | None) -> _Spans:
    return [] if value is None else [[0, length, rounded(value)]]


def _findings(diagnosis: Diagnosis, kind: str) -> _Spans:
    return [[f.start, f.end, rounded(f.score)] for f in diagnosis.findings if f.kind == kind]
