"""What was meant by a mistyped value, or what is expected there?"""

from __future__ import annotations

import difflib
import math
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


class Number(click.FloatRange):
    """A number whose error says what is expected, also of what is no number at all."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        low = -math.inf if self.min is None else self.min
        high = math.inf if self.max is None else self.max
        if not low <= number <= high or (self.min_open and number == low):  # nan is nowhere
            self.fail(f"{value!r} is not a number {self._range()}.", param, ctx)
        return number

    def _range(self) -> str:
        begin = f"above {self.min:g}" if self.min_open else f"from {self.min:g}"
        return begin if self.max is None else f"{begin} to {self.max:g}"
