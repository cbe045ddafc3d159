"""Measure textrepair against what it can be compared with, all in one run on one core.

    python scripts/bench.py                          # on corpora/; a quarter of an hour, most of it for the 50 MB files
    python scripts/bench.py --data ../shared/data    # on real articles, where the project's data is at hand
    python scripts/bench.py --parts speed,peers      # some of it
    python scripts/bench.py --json                   # for programs

Parts: ``speed`` (words a second against the floor and ftfy), ``scan`` (sound records on one core against floor, ftfy and
datatrove's filters), ``memory`` (a scan of records up to a gigabyte: time and memory), ``worker`` (a
process's memory beyond the shared model), ``start`` (first calls, model,
``--help``), ``peers`` (spelling correctors on the same gold edits; ``pip install 'textrepair[bench]'``), ``long`` (50 MB
files: time and memory), ``profile`` (where a repair's time goes).  Figures of different machines or runs don't compare;
ratios within one run do, nearly.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the tree is what is measured, also where the package is installed

from benchmarks.material import Material, outside_material, own_material  # noqa: E402

PARTS = ("speed", "scan", "memory", "worker", "start", "peers", "long", "profile")


def main() -> None:
    options = _options()
    _stay_on_one_core()
    material = outside_material(options.data) if options.data else own_material()
    report = _measure(material, options)
    print(json.dumps(report, indent=1) if options.json else "\n".join(_table(report)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--data", type=Path, help="folder of the project's data (default: measure on corpora/)"
    )
    parser.add_argument("--model", help="model file (default: the packaged model)")
    parser.add_argument("--parts", default=",".join(PARTS), help="what to measure (default: %(default)s)")
    parser.add_argument(
        "--megabytes", type=float, default=50.0, help="size of the long files (default: %(default)g)"
    )
    parser.add_argument(
        "--gigabytes", type=int, default=1, help="size of the largest file of records (default: %(default)g)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    options.parts = options.parts.split(",")
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown parts {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return options


def _stay_on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _measure(material: Material, options: argparse.Namespace) -> dict[str, Any]:
    from textrepair.repair import load

    repairer = load(options.model)
    report: dict[str, Any] = {
        "model": repairer.model_name,
        "texts": material.name,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    for part in options.parts:
        print(f"{part} …", file=sys.stderr)
        report[part] = _measure_part(part, repairer, material, options)
    return report


def _measure_part(part: str, repairer: Any, material: Material, options: argparse.Namespace) -> Any:
    if part == "speed":
        from benchmarks.speed import measure_speed

        return measure_speed(repairer, {"damaged": material.damaged, "sound": material.sound})
    if part == "scan":
        from benchmarks.scanning import measure_scanning

        return measure_scanning(repairer, material.sound)
    if part == "memory":
        from benchmarks.scanning import measure_memory

        return measure_memory(
            material.sound, options.model, [10_000_000, 100_000_000, options.gigabytes * 10**9]
        )
    if part == "worker":
        from benchmarks.worker_memory import measure_worker_memory

        return measure_worker_memory({"damaged": material.damaged, "sound": material.sound}, options.model)
    if part == "start":
        from benchmarks.start import measure_start

        return measure_start(material.damaged[0], options.model)
    if part == "peers":
        from benchmarks.peers import measure_peers

        return measure_peers(repairer, material.gold)
    if part == "long":
        from benchmarks.long_files import measure_long_files

        return measure_long_files(material.sound, options.model, options.megabytes)
    from benchmarks.speed import profile

    return profile(repairer, material.damaged)


def _table(report: dict[str, Any]) -> Iterator[str]:
    yield f"model {report['model']}, texts {report['texts']}, Python {report['python']}, {report['machine']}"
    for sort, rows in report.get("speed", {}).items():
        yield f"\n{sort + ' articles':24}{'words/s':>12}{'to floor':>12}{'to ftfy':>12}"
        for name, row in rows.items():
            yield f"{name:24}{row['words_per_s']:>12,.0f}{row['to_floor']:>12.4f}{row['to_ftfy']:>12.3f}"
    if "scan" in report:
        yield f"\n{'sound records':24}{'words/s':>12}{'to floor':>12}{'to ftfy':>12}{'to datatrove':>14}"
        for name, row in report["scan"].items():
            ratios = [row["to_floor"], row["to_ftfy"], row.get("to_datatrove", float("nan"))]
            yield f"{name:24}{row['words_per_s']:>12,.0f}{ratios[0]:>12.4f}{ratios[1]:>12.3f}{ratios[2]:>14.1f}"
    if "memory" in report:
        yield from _long("memory", report["memory"])
    if report.get("worker"):
        yield f"\n{'a worker, MB':24}{'its own':>12}{'resident':>12}{'model':>12}"
        for name, row in report["worker"].items():
            yield f"{name:24}" + "".join(f"{row[key] / 1e6:>12,.0f}" for key in ("own", "resident", "model"))
    if "start" in report:
        yield f"\n{'in a fresh process':24}{'seconds':>12}"
        yield from (f"{name:24}{seconds:>12.3f}" for name, seconds in report["start"].items())
    for name, rows in report.get("peers", {}).items():
        yield (
            f"\n{name:24}{'marked':>8}{'edits':>8}{'restored':>10}{'broken':>8}"
            f"{'precision':>11}{'recall':>8}{'F0.5':>8}{'words/s':>10}"
        )
        yield from (_peer(peer, row) for peer, row in rows.items())
    if "long" in report:
        yield from _long("long files", report["long"])
    if "profile" in report:
        yield "\na repair's own time, by module"
        yield from (f"{share:>8.1%}  {part}" for part, share in report["profile"].items() if share >= 0.01)


def _long(title: str, rows: dict[str, Any]) -> Iterator[str]:
    yield f"\n{title:28}{'seconds':>10}{'words/s':>11}{'peak MB':>10}"
    for name, row in rows.items():
        yield f"{name:28}{row['seconds']:>10.1f}{row['words_per_s']:>11,.0f}{row['peak_mb']:>10,.0f}"


def _peer(name: str, row: dict[str, Any]) -> str:
    if "skipped" in row:
        return f"{name:24}skipped: {row['skipped']}"
    shares = [row["precision"], row["recall"], row["f0.5"]]
    figures = "".join(
        f"{'–' if share is None else f'{share:.3f}':>{width}}"
        for share, width in zip(shares, (11, 8, 8), strict=True)
    )
    counts = f"{row['marked']:>8}{row['edits']:>8}{row['restored']:>10}{row['broken']:>8}"
    return f"{name:24}{counts}{figures}{row['words_per_s']:>10,.0f}"


if __name__ == "__main__":
    main()
