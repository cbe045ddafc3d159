"""Posts of ``sound/web.jsonl`` that are spun in truth, found by reading those that look most like it (November 2026).

Their spinners are none of those that a model is built from, so that they are the nearest thing to spinners in the wild.  Among
posts that nobody has read there may be more, most of all among those in which little was replaced.
"""

from __future__ import annotations

#: Spun from end to end.
SPUN = frozenset(
    f"web-{number}"
    for number in ("0511 0561 0698 0824 0984 1004 1081 1148 1332 1452 1536 1598 1674 1828 1880 1886".split())
)
#: Spun in some sentences or in few words; of some it is doubtful.
PARTLY_SPUN = frozenset(
    f"web-{number}"
    for number in ("0015 0109 0141 0159 0202 0293 0378 1128 1157 1492 1625 1773 1813 1893 1964".split())
)
