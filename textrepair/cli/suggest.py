"""Which name was meant by a mistyped one?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import click


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`` Did you mean 'spin'?`` where a name is near, else nothing.

    >>> did_you_mean("spinn", ["spin", "order"]), did_you_mean("xyz", ["spin"])
    (" Did you mean 'spin'?", '')
    """
    near = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


class Choice(click.Choice[str]):
    """A choice whose error names the nearest value."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        return super().get_invalid_choice_message(value, ctx) + did_you_mean(str(value), self.choices)
