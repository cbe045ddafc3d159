"""Train the neural scorer: ``python scripts/train_neural.py --model MODEL`` (two hours on one core, 8 GB).

Takes the token stream that ``build_model.py`` left in ``--work`` and a model, whose n-grams and WordNet prior (nothing of what
it learned from pairs) read synthetically spun text.  Four steps, each but the last kept in ``--work`` and taken from there by the
next run: word vectors, the network's first step, readings of spun text, its second step.

Printed: the mean loss and the share of right readings on spun text kept out, by the weight of the score.  On real spinners:
``measure_neural.py``.  Needs the extra ``textrepair[train]`` (PyTorch; no GPU).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from build.neural_training import Plan, ReadingWindows, Trainer, write_network
from build.synthetic_spinner import Readings, spun_readings
from build.word_vectors import WordVectors, train_word_vectors

from textrepair.model import load_model
from textrepair.model.neural import packaged_path

#: Words with vectors of their own (96 % of running text), and the vectors' size: 3.8 MB of the file.
WORDS, SIZE = 20_000, 96
VECTOR_WORDS, VECTOR_TOKENS = 24_000, 60_000_000
#: Words of spun text to learn from, in parts, and to measure on.
PART, PARTS, MEASURED = 8_000_000, 3, 250_000
#: Weights of the score that are tried on the text measured on.
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)

Stream = npt.NDArray[np.uint16]


def _say(message: str) -> None:
    print(time.strftime("%H:%M:%S"), message, file=sys.stderr, flush=True)


def word_vectors(stream: Stream, work: Path, seed: int) -> WordVectors:
    """Train, or load what an earlier run left."""
    file = work / f"vectors-{SIZE}-{VECTOR_TOKENS}-{seed}.npz"
    if not file.exists():
        np.savez(file, **vars(train_word_vectors(stream, VECTOR_WORDS, SIZE, VECTOR_TOKENS, seed, _say)))
    with np.load(file) as arrays:
        return WordVectors(**arrays)


def readings(model: Path, stream: Stream, work: Path, tokens: int, seed: int) -> Readings:
    """Spin and read, or load what an earlier run left."""
    file = work / f"readings-{tokens}-{seed}.npz"
    if not file.exists():
        report: Callable[[int], None] = lambda done: _say(f"spun text: {done} of {tokens} words")  # noqa: E731
        np.savez(file, **vars(spun_readings(load_model(model), stream, tokens, seed, report)))
    with np.load(file) as arrays:
        return Readings(**arrays)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="whose n-grams and prior are taken")
    parser.add_argument("--work", type=Path, default=Path("build/model"))
    parser.add_argument("--out", type=Path, default=packaged_path())
    parser.add_argument("--seed", type=int, default=Plan.seed)
    options = parser.parse_args()
    streams = sorted(options.work.glob("stream-*.npy"))
    if len(streams) != 1:
        raise SystemExit(
            f"error: {len(streams)} token streams in {options.work} instead of one; run build_model.py first"
        )
    stream, work, seed = np.load(streams[0], mmap_mode="r"), options.work, options.seed
    plan = Plan(seed=seed)
    trainer = Trainer(word_vectors(stream, work, seed), stream, WORDS, plan, _say)
    trainer.learn_words(work / f"neural-words-{plan.words_steps}-{seed}.pt")
    parts = [readings(options.model, stream, work, PART, seed + part) for part in range(PARTS)]
    trainer.learn_readings(ReadingWindows(Readings.joined(parts), WORDS))
    write_network(trainer.net, load_model(options.model).vocabulary.words, options.out)
    _say(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")
    measured_on = ReadingWindows(readings(options.model, stream, work, MEASURED, seed + 1000), WORDS)
    print("| weight of the score | loss (nats) | right |\n|---|---|---|")
    for weight, (loss, right) in zip(WEIGHTS, trainer.losses(measured_on, WEIGHTS), strict=True):
        print(f"| {weight} | {loss:.4f} | {right:.4f} |")


if __name__ == "__main__":
    main()
