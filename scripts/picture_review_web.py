"""Pictures of the review in the browser, for docs/.

    python scripts/picture_review_web.py [--folder docs]

Needs playwright, pillow and a Chromium (CHROMIUM=… names one).  The articles are those of corpora/spun, with the packaged model's
proposals.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from bench_review_web import FLAGS, ROOT
from PIL import Image
from playwright.sync_api import sync_playwright

DESKTOP, PHONE = {"width": 1360, "height": 800}, {"width": 390, "height": 780}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "docs")
    parser.add_argument(
        "--repaired", type=Path, help="result of `repair --format jsonl corpora/spun` (default: made)"
    )
    given = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as started:
        corpus = given.repaired or _repaired(Path(temporary) / "spun.jsonl")
        command = ["review", str(corpus), "--session", f"{temporary}/spun.review", "--who", "kim"]
        server = subprocess.Popen(
            [sys.executable, "-m", "textrepair", *command, "--web", "--no-browser", "--no-rules"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=_environment(),
        )  # fmt: skip
        browser = started.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            page = browser.new_page(viewport=DESKTOP)
            page.goto(server.stdout.readline().strip() if server.stdout else "")
            page.locator(".verdicts").wait_for()
            _take(page, given.folder)
        finally:
            browser.close()
            server.terminate()
            server.wait()


def _repaired(path: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "textrepair",
        "repair",
        "--format",
        "jsonl",
        "corpora/spun",
        "-o",
        str(path),
    ]
    subprocess.run(command, check=True, cwd=ROOT, env=_environment())
    return path


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _take(page: Any, folder: Path) -> None:
    for _ in range(110):  # until an article's end, and an edit with alternatives
        if page.locator(".choices .word").count() > 3 and page.locator(".edit.accept").count() > 7:
            break
        _press(page, "n" if page.get_by_text("only proposed").count() else "y")
    page.wait_for_timeout(4000)  # the last message goes
    _shoot(page, folder / "review-web.png")
    page.keyboard.press("v")
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    _shoot(page, folder / "review-web-dark.png")
    page.keyboard.press("v")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(300)
    _shoot(page, folder / "review-web-phone.png")


def _shoot(page: Any, path: Path) -> None:
    """A picture in 64 colours, which are enough here and a third of the bytes."""
    Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(64).save(path, optimize=True)


def _press(page: Any, key: str) -> None:
    before = page.locator("body").get_attribute("data-edit")
    page.keyboard.press(key)
    page.locator(f'body:not([data-edit="{before}"])').wait_for()


if __name__ == "__main__":
    main()
