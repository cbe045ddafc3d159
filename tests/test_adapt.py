"""``repair --adapt``: what a corpus's spun articles teach is used on the corpus, or nothing is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sample_models import articles, packaged

from textrepair import learning
from textrepair.cli import commands
from textrepair.evaluation import Harm
from textrepair.learning import LearningError, adapt, spread

#: Swaps that no relation explains, of words too rare in an article to be told there.
CIPHER = {"with": "hinge", "from": "castle", "was": "pepper", "has": "violin", "who": "lantern"}


def damaged() -> list[str]:
    """The spun sample articles by halves, with further swaps."""
    out = []
    for article in articles("spun").values():
        paragraphs = article.split("\n\n")
        for half in (paragraphs[: len(paragraphs) // 2], paragraphs[len(paragraphs) // 2 :]):
            piece = "\n\n".join(half)
            out.append(re.sub(rf"\b({'|'.join(CIPHER)})\b", lambda match: CIPHER[match[0]], piece))
    return out


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Damaged records, and sound ones among them."""
    path = tmp_path_factory.mktemp("corpus") / "in.jsonl"
    texts = [*damaged(), *articles("sound").values()]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


def repair(path: Path, *options: str) -> tuple[list[dict[str, Any]], Result]:
    """The records that ``repair`` writes, and its result."""
    result = CliRunner().invoke(commands, ["repair", "--format", "jsonl", *options, str(path)])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()], result


def mended(records: list[dict[str, Any]]) -> int:
    """Edits that give the enciphered word back."""
    return sum(CIPHER.get(edit["after"]) == edit["before"] for record in records for edit in record["edits"])


def test_what_a_corpus_teaches_is_used_on_it(corpus: Path) -> None:
    plain, _ = repair(corpus)
    adapted, result = repair(corpus, "--adapt")
    assert mended(adapted) > mended(plain) + 20
    assert {record["model"] for record in adapted} != {record["model"] for record in plain}
    assert f"repairing with {adapted[0]['model']}" in result.stderr
    sound = len(articles("sound"))
    assert adapted[-sound:] == [record | {"model": adapted[0]["model"]} for record in plain[-sound:]]


def test_where_nothing_is_spun_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "sound.txt"
    path.write_text(articles("sound")["01-council"], encoding="utf-8")
    adapted, result = repair(path, "--adapt")
    assert adapted == repair(path)[0]
    assert "no article looks spun; going on with" in result.stderr


def test_a_model_that_would_do_harm_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "measure_harm", lambda model: Harm(10_000, 1, 1, 1))
    with pytest.raises(LearningError, match=r"would change 1\.0 of 10,000 sound words"):
        adapt(packaged(), [(str(k), text) for k, text in enumerate(damaged()[:4])], lambda message: None)


def test_standard_input_is_read_once() -> None:
    result = CliRunner().invoke(commands, ["repair", "--adapt", "-"], input="x")
    assert result.exit_code == 2
    assert "name files" in result.output


@given(
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=20), st.integers(1, 25), st.randoms()
)
def test_a_sample_does_not_hang_on_the_order(texts: dict[str, str], most: int, random: Any) -> None:
    some = list(texts.items())
    chosen = spread(some, most)
    random.shuffle(some)
    assert spread(some, most) == chosen
    assert len(chosen) == min(most, len(texts))
    assert spread(some, most + 1)[: len(chosen)] == chosen
