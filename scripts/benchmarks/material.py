"""Which texts and which gold edits is the measuring done on?

Without further data the articles of ``corpora/``; with ``--data`` real articles: damaged ones of ``spun/issues_articles.jsonl``,
sound ones of ``sound/newswire.jsonl``, and the first seed article with the gold edits of ``tests/gold``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from textrepair.evaluation import Gold

ROOT = Path(__file__).resolve().parents[2]
_ARTICLES = 100  # of each sort: a few seconds of work for the slowest contender


@dataclass(frozen=True, slots=True)
class Material:
    """Damaged and sound texts to be timed on, and gold sets by name."""

    name: str
    damaged: tuple[str, ...]
    sound: tuple[str, ...]
    gold: dict[str, tuple[Gold, ...]]


def own_material() -> Material:
    """The project's own articles."""
    corpora = ROOT / "corpora"
    damaged, sound = (
        tuple(path.read_text(encoding="utf-8") for path in sorted((corpora / folder).glob("*.txt")))
        for folder in ("spun", "sound")
    )
    return Material("corpora/", damaged, sound, {"corpora/spun": _own_gold(corpora)})


def outside_material(data: Path) -> Material:
    """Real articles of the project's data."""
    damaged, sound = (_texts(data / name) for name in ("spun/issues_articles.jsonl", "sound/newswire.jsonl"))
    gold = {"corpora/spun": _own_gold(ROOT / "corpora")}
    article = _article_001(data.parent / "seeds")
    if article is not None:
        gold["article 001"] = (article,)
    return Material(f"{data}", damaged, sound, gold)


def _texts(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8") as file:
        return tuple(json.loads(line)["text"] for line, _ in zip(file, range(_ARTICLES), strict=False))


def _own_gold(corpora: Path) -> tuple[Gold, ...]:
    with (corpora / "gold.jsonl").open(encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    return tuple(Gold.from_record(record) for record in records if record["id"].startswith("spun/"))


def _article_001(seeds: Path) -> Gold | None:
    """The seed article's gold, or None where the article is not at hand; ValueError where it is another text."""
    marked = json.loads((ROOT / "tests" / "gold" / "article_001.json").read_text(encoding="utf-8"))
    path = seeds / f"{marked['id']}.txt"
    if not path.exists():
        return None
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != marked["sha256"]:
        raise ValueError(f"{path} is not the text that tests/gold/article_001.json marks")
    text = data.decode("utf-8")
    edits = [{**edit, "kind": "spin"} for edit in marked["edits"]]
    edits += [  # as good left alone
        {**edit, "kind": "spin", "after": [*edit["after"], text[edit["start"] : edit["end"]]]}
        for edit in marked["optional"]
    ]
    return Gold.from_record({"text": text, "edits": edits})
