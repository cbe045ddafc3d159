"""Measure ``textrepair batch`` on a corpus of sound text of which 5 % is damaged: rate, scaling, memory, and datatrove's filters.

    python scripts/bench_batch.py --megabytes 1000                      # on articles made of corpora/
    python scripts/bench_batch.py --megabytes 1000 --data ../shared/data   # on real articles, where the project's data is at hand

All in one run, so that ratios can be read even where the machine is shared: ``textrepair batch`` with each of ``--workers`` on
the whole corpus; then on a slice of it, in turn, batch, batch with ``--thorough`` and datatrove's chain Gopher repetition,
Gopher quality, C4 quality, FineWeb quality with one task (``pip install 'textrepair[datatrove]' spacy``), which would take hours
for the whole.  Rates are in megabytes of JSONL a second; beside the clock's seconds stand those of the processors, which a
shared machine leaves alone.  Memory is that of all processes together, shared pages counted once (PSS), sampled each second:
the highest of the first and of the second half of a run tell whether it grows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_FILES = 4
_DAMAGED_EVERY = 20


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="textrepair-bench-", dir=options.folder) as name:
        place = Path(name)
        size, records = make_corpus(place / "corpus", int(options.megabytes * 1e6), options.data)
        report: dict[str, Any] = {
            "megabytes": round(size / 1e6, 1),
            "records": records,
            "cores": os.cpu_count(),
        }
        print(json.dumps(report), file=sys.stderr, flush=True)
        for workers in options.workers.split(","):
            row = _batch(place / "corpus", place / "out", size, workers)
            report[f"{workers} workers"] = row
            print(json.dumps(row), file=sys.stderr, flush=True)
        part, _ = make_corpus(place / "slice", int(min(options.slice, options.megabytes) * 1e6), options.data)
        rows = {"slice": (), "slice, --thorough": ("--thorough",)}
        for name, how in rows.items():
            report[name] = _batch(place / "slice", place / "out", part, "1", *how)
            print(json.dumps(report[name]), file=sys.stderr, flush=True)
        if not options.no_datatrove:
            command = [sys.executable, __file__, "--chain", str(place / "slice")]
            report["slice, datatrove's filters, 1 task"] = _measured(command, part)
    print(json.dumps(report, indent=1))


def _batch(corpus: Path, out: Path, size: int, workers: str, *options: str) -> dict[str, Any]:
    """A whole job, whose outputs are removed again."""
    row = _measured(
        [sys.executable, "-m", "textrepair", "batch", str(corpus), "-o", str(out), "--workers", workers, "--quiet",
         *options],
        size,
    )  # fmt: skip
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    shutil.rmtree(out)
    row |= {name: summary[name] for name in ("records", "words", "flagged", "quarantined")}
    row["words/s"] = round(summary["words"] / row["seconds"])
    row["words per processor second"] = round(summary["words"] / row["processor seconds"])
    return row


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--megabytes", type=float, default=1000.0, help="size of the corpus (default: %(default)g)"
    )
    parser.add_argument(
        "--slice", type=float, default=20.0, help="megabytes of the slice (default: %(default)g)"
    )
    parser.add_argument(
        "--data", type=Path, help="folder of the project's data (default: articles of corpora/)"
    )
    parser.add_argument(
        "--workers", default="1,2", help="numbers of workers to measure with (default: %(default)s)"
    )
    parser.add_argument("--folder", help="where the corpus and the outputs lie for a while")
    parser.add_argument("--no-datatrove", action="store_true")
    parser.add_argument("--chain", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.chain:
        _chain(options.chain)
        sys.exit()
    return options


def make_corpus(folder: Path, size: int, data: Path | None) -> tuple[int, int]:
    """Files of JSONL with so many bytes in all; gives their size and the number of records.

    Records are articles, each with its paragraphs in an order of its own, so that no two are the same; one in twenty is spun.
    """
    folder.mkdir()
    rng = random.Random(1)
    sound, spun = _articles(data)
    written = records = 0
    for number in range(_FILES):
        with (folder / f"part-{number}.jsonl").open("w", encoding="utf-8") as file:
            while written < size * (number + 1) / _FILES:
                text = rng.choice(spun if records % _DAMAGED_EVERY == 0 else sound)
                paragraphs = [p for p in text.split("\n") if p.strip()]
                rng.shuffle(paragraphs)
                line = (
                    json.dumps(
                        {
                            "id": f"r{records}",
                            "url": f"https://a.example/{records}",
                            "text": "\n".join(paragraphs),
                        }
                    )
                    + "\n"
                )
                file.write(line)
                written += len(line)
                records += 1
    return written, records


def _articles(data: Path | None) -> tuple[list[str], list[str]]:
    if data is None:
        return tuple(  # type: ignore[return-value]
            [path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpora" / kind).glob("*.txt"))]
            for kind in ("sound", "spun")
        )
    return tuple(  # type: ignore[return-value]
        [json.loads(line)["text"] for line in (data / name).open(encoding="utf-8")]
        for name in ("sound/newswire.jsonl", "spun/issues_articles.jsonl")
    )


def _measured(command: list[str], size: int) -> dict[str, Any]:
    begun = time.monotonic()
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL
    )
    samples: list[float] = []
    processor: dict[int, float] = {}
    stop = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, samples, processor, stop))
    sampler.start()
    code = process.wait()
    seconds = time.monotonic() - begun
    stop.set()
    sampler.join()
    used = sum(processor.values())
    half = len(samples) // 2
    return {
        "exit code": code,
        "seconds": round(seconds, 1),
        "processor seconds": round(used, 1),
        "MB/s": round(size / 1e6 / seconds, 3),
        "MB per processor second": round(size / 1e6 / max(used, 1e-9), 3),
        "peak MB, first half": round(max(samples[:half], default=0.0)),
        "peak MB, second half": round(max(samples[half:], default=0.0)),
    }


def _sample(pid: int, samples: list[float], processor: dict[int, float], stop: threading.Event) -> None:
    """Memory in all, and the processor seconds of every process: nobody waits for the workers, so no parent counts theirs."""
    while not stop.wait(1.0):
        processes = list(_tree(pid))
        samples.append(sum(map(_pss, processes)) / 1e6)
        processor.update({one: used for one in processes if (used := _processor_seconds(one)) is not None})


def _processor_seconds(pid: int) -> float | None:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return None


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _tree(int(child))


def _pss(pid: int) -> float:
    """Bytes of memory, a page that n processes share counted as an n-th (Linux)."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return 1024.0 * int(line.split()[1])
    return 0.0


def _chain(folder: str) -> None:
    """datatrove's filters one after the other, with their defaults; what is left is counted and not written."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline import filters
    from datatrove.pipeline.readers import JsonlReader

    with tempfile.TemporaryDirectory() as logs:
        LocalPipelineExecutor(
            [
                JsonlReader(folder),
                filters.GopherRepetitionFilter(),
                filters.GopherQualityFilter(),
                filters.C4QualityFilter(),
                filters.FineWebQualityFilter(),
            ],
            tasks=1,
            logging_dir=logs,
        ).run()


if __name__ == "__main__":
    main()
