"""Measure what textrepair costs a stream and a crawl, each against the same without it, in one run.

    python scripts/bench_pipelines.py                     # a few minutes; the crawls need textrepair[scrapy]
    python scripts/bench_pipelines.py --parts filter      # or crawl
    python scripts/bench_pipelines.py --json              # for programs

``filter``: records/s through ``textrepair filter`` with one and two processes, against ``cat`` and against a Python program
that parses each record, writes it again and flushes (the least that any JSON filter does).  The time is that from the first
record's arrival at the other end to the last one's, so starting doesn't count.  CPU time (of all its processes, less
that of a run with one record) tells what a record costs also on a machine that others use.

``crawl``: pages/s of a Scrapy spider on a site on 127.0.0.1, without the pipeline and with it in its ways of working; once as
fast as the site answers, where the workers are the narrowest place if they are slower than the download, and once with answers
that take time, as those of real sites do.  Counted is the second half of the items: while workers start, pages wait for them,
which would look like speed.

Texts are the articles of ``corpora/`` (about 220 words each), every twentieth one spun.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the tree is what is measured, also where the package is installed

from benchmarks.site import pages, served  # noqa: E402

_ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}
_EVERY = 20  # of so many articles one is spun
_JSON = "import sys, json\nfor line in sys.stdin.buffer:\n    print(json.dumps(json.loads(line)), flush=True)"
_PIPELINE = {"ITEM_PIPELINES": {"textrepair.integrations.scrapy.TextrepairPipeline": 500}}
_CRAWLS: dict[str, dict[str, Any]] = {
    "without the pipeline": {},
    "1 process": {**_PIPELINE, "TEXTREPAIR_PROCESSES": 1},
    "2 processes": {**_PIPELINE, "TEXTREPAIR_PROCESSES": 2},
    "2 threads": {**_PIPELINE, "TEXTREPAIR_THREADS": 2},
    "in the reactor": {**_PIPELINE, "TEXTREPAIR_PROCESSES": 0},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--parts", default="filter,crawl", help="what to measure (default: %(default)s)")
    parser.add_argument("--records", type=int, default=3000, help="records to filter (default: %(default)s)")
    parser.add_argument("--pages", type=int, default=3000, help="pages to crawl (default: %(default)s)")
    parser.add_argument(
        "--latency", type=float, default=0.5, help="seconds that a slow answer takes (default: %(default)s)"
    )
    parser.add_argument(
        "--rounds", type=int, default=2, help="rounds, of which the best counts (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
    if "filter" in options.parts:
        report["filter"] = measure_filter(options.records, options.rounds)
    if "crawl" in options.parts:
        if find_spec("scrapy") is None:
            parser.error("the crawl needs Scrapy: pip install 'textrepair[scrapy]', or --parts filter")
        report["crawl"] = measure_crawls(options.pages, options.latency, options.rounds)
    print(json.dumps(report, indent=1) if options.json else _table(report, options))


# --- filter


def measure_filter(count: int, rounds: int) -> dict[str, dict[str, float]]:
    """For each program its records/s, CPU time a record, seconds until the first one, peak MB, and how many came out."""
    data = [
        json.dumps({"id": number, "text": page.text}, ensure_ascii=False).encode() + b"\n"
        for number, page in enumerate(pages(count, _EVERY))
    ]
    program = [sys.executable, "-m", "textrepair", "filter", "-q"]
    contenders: dict[str, Sequence[str]] = {
        "JSON in, JSON out": [sys.executable, "-c", _JSON],
        "textrepair filter": program,
        "textrepair filter --workers 2": [*program, "--workers", "2"],
        "textrepair filter --thorough": [*program, "--thorough"],
    }
    if shutil.which("cat"):
        contenders = {"cat": ["cat"], **contenders}
    best: dict[str, dict[str, float]] = {}
    for _ in range(rounds):  # by turns, so that a busy minute of the machine meets all of them
        for name, command in contenders.items():
            print(f"{name} …", file=sys.stderr)
            row = _through(command, data)
            start = _through(command, data[:1])["cpu"]
            row["cpu_ms"] = 1000 * max(0.0, row["cpu"] - start) / len(data)
            if name not in best or row["records_per_s"] > best[name]["records_per_s"]:
                best[name] = row
    return best


def _through(command: Sequence[str], data: Sequence[bytes]) -> dict[str, float]:
    begin = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_ENVIRONMENT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin = process.stdin

        def feed() -> None:
            stdin.write(data[0])  # and the rest once it has come through: then the program is ready
            stdin.flush()
            ready.wait()
            stdin.writelines(data)
            stdin.close()

        ready = threading.Event()
        feeder = threading.Thread(target=feed)
        feeder.start()
        process.stdout.readline()
        start = time.perf_counter()
        ready.set()
        out = sum(1 for _ in process.stdout)
        seconds = time.perf_counter() - start
        feeder.join()
        row = {"records_per_s": len(data) / seconds, "start": start - begin, "out": out, "cpu": 0.0}
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            row["cpu"] = usage.ru_utime + usage.ru_stime
            row["peak_mb"] = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return row


# --- crawl


def measure_crawls(count: int, latency: float, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """For each site and each way of working the pages/s, and how many were dropped."""
    content = pages(count, _EVERY)
    report: dict[str, dict[str, dict[str, float]]] = {}
    for site, delay in (("a site that answers at once", 0.0), (f"answers take {latency:g} s", latency)):
        best = report.setdefault(site, {})
        some = content if not delay else content[: max(1, count // 10)]
        with served(some, delay) as address:
            for _ in range(rounds):
                for name, settings in _CRAWLS.items():
                    print(f"{site}, {name} …", file=sys.stderr)
                    row = _crawl(address, settings, len(some))
                    if name not in best or row["pages_per_s"] > best[name]["pages_per_s"]:
                        best[name] = row
    return report


def _crawl(address: str, settings: dict[str, Any], count: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.crawl", address],
        input=json.dumps({"TEXTREPAIR_MODE": "drop", **settings}),
        capture_output=True, text=True, check=True, env=_ENVIRONMENT,
    )  # fmt: skip
    result = json.loads(done.stdout)
    dropped = result["stats"].get("item_dropped_count", 0)
    if len(result["items"]) + dropped != count:
        raise RuntimeError(
            f"{len(result['items'])} + {dropped} of {count} pages came out: {done.stderr[-2000:]}"
        )
    times = sorted(result["times"])
    begun = count // 2
    return {"pages_per_s": (count - begun) / (times[-1] - times[begun - 1]), "dropped": dropped}


# --- told


def _table(report: dict[str, Any], options: argparse.Namespace) -> str:
    lines = [f"Python {report['python']}, {report['machine']}"]
    if "filter" in report:
        rows = report["filter"]
        floor = rows["JSON in, JSON out"]["records_per_s"]
        lines.append(
            f"\n{f'{options.records:,} records':32}{'records/s':>10}{'to JSON':>10}{'CPU ms':>10}{'start s':>10}{'peak MB':>10}"
        )
        lines += [
            f"{name:32}{row['records_per_s']:>10,.0f}{row['records_per_s'] / floor:>10.4f}"
            f"{row['cpu_ms']:>10.3f}{row['start']:>10.2f}{row.get('peak_mb', 0.0):>10,.0f}"
            for name, row in rows.items()
        ]
    for site, rows in report.get("crawl", {}).items():
        bare = rows["without the pipeline"]["pages_per_s"]
        lines.append(f"\n{site:32}{'pages/s':>10}{'to without':>12}{'dropped':>10}")
        lines += [
            f"{name:32}{row['pages_per_s']:>10,.1f}{row['pages_per_s'] / bare:>12.3f}{row['dropped']:>10,.0f}"
            for name, row in rows.items()
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
