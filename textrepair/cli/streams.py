"""What if the program is started without one of its standard streams (``<&-``, ``>&-``, ``2>&-``)?"""

from __future__ import annotations

import os
import sys

# In the order of the descriptors: stdin and stdout are opened so that using them fails, what goes to stderr is dropped.
_STANDING_IN = (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)


def complete_streams() -> None:
    """Take the descriptors of missing streams: the next file to be opened would get them, and with them what is meant for stderr.

    Writing to a missing stdout then fails with "bad file descriptor", as gnulib's ``stdopen`` does it for other programs; what
    needs no stdout works.  ``sys.stdin`` stays None.
    """
    for descriptor, flags in enumerate(_STANDING_IN):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, flags)  # the lowest free one
    # Python has None for what was missing when it started, which the types don't tell.
    if getattr(sys, "stdout", None) is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if getattr(sys, "stderr", None) is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
