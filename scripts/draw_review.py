"""Draw the pictures of ``docs/review.md``: ``python scripts/draw_review.py`` (needs the extra ``textrepair[review]``)."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from pathlib import Path

import textrepair
from textrepair.review.proposals import of_repair
from textrepair.review.session import open_session
from textrepair.review.terminal.app import ReviewApp

ROOT = Path(__file__).parents[1]
#: What is pressed before the picture is taken.
_KEYS = "ynyyyfpp"


async def _draw(store: Path, articles: Path, picture: Path, colored: bool) -> None:
    repairer = textrepair.load()
    with open_session(
        [str(articles)], store, "kim", propose=lambda text: of_repair(repairer.repair(text))
    ) as session:
        app = ReviewApp(session, colored)
        async with app.run_test(size=(80, 24)) as pilot:
            while session.waiting() or session.next() is None:
                await pilot.pause(0.1)
            await pilot.pause(0.5)
            await pilot.press(*_KEYS)
            await pilot.pause(0.5)
            svg = app.export_screenshot(title="textrepair review articles/")
    # The fonts would be fetched from elsewhere; any monospaced one does.
    picture.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL), encoding="utf-8")


def main() -> None:
    for name, colored in (("terminal", True), ("no-color", False)):
        with tempfile.TemporaryDirectory() as folder:
            articles = Path(folder) / "articles"
            shutil.copytree(ROOT / "corpora" / "spun", articles)
            asyncio.run(
                _draw(Path(folder) / "store", articles, ROOT / "docs" / f"review-{name}.svg", colored)
            )


if __name__ == "__main__":
    main()
