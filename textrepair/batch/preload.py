"""What the process that workers are forked from has imported: all of the program, and no model."""

from textrepair.batch.work import perform
from textrepair.repair import load

__all__ = ["load", "perform"]
