"""In which language is this text?

Asked only of what does not look like English prose.  Scripts that write one language tell it by themselves; for the others the
share of running words among each language's 3,000 most frequent ones, by wordfreq's lists, decides (Grefenstette 1995 found short
frequent words enough to tell European languages apart in a sentence or two).  Code, tables and names are in no language: None.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

_TOP = 3000
#: Fewer words tell too little.
SHORTEST = 8
#: Running prose has at least this share of its words among the most frequent 3,000 of its language.  Of several languages the one
#: with the most is told, by however little: of two as close as Danish and Norwegian either answer says "not English".
_MIN_SHARE = 0.35
_LOOKED_AT = 4000  # characters

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ONE_LANGUAGE = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "CJK": "zh", "HEBREW": "he", "GREEK": "el",
    "ARMENIAN": "hy", "GEORGIAN": "ka", "TAMIL": "ta", "BENGALI": "bn",
}  # fmt: skip


def language(text: str) -> str | None:
    """The code of the text's language (ISO 639), None where it can't be told.

    >>> language("Der Minister sagte gestern, dass die Verhandlungen noch eine Woche dauern werden.")
    'de'
    >>> language("x = foo(bar[3], baz)") is None
    True
    """
    text = text[:_LOOKED_AT]
    script = _script(text)
    if script in _ONE_LANGUAGE:
        return "ja" if script == "CJK" and re.search("[\u3040-\u30ff]", text) else _ONE_LANGUAGE[script]
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < SHORTEST:
        return None
    shares = {name: sum(word in top for word in words) / len(words) for name, top in _most_frequent().items()}
    best = max(shares, key=lambda name: (shares[name], name == "en"))
    return best if shares[best] >= _MIN_SHARE else None


def _script(text: str) -> str:
    """The script of most letters, as Unicode names it (LATIN, CYRILLIC, CJK, ...)."""
    letters = [character for character in text[:_LOOKED_AT:7] if character.isalpha()]
    counts = Counter(unicodedata.name(letter, "?").split()[0] for letter in letters)
    return counts.most_common(1)[0][0] if counts else ""


@cache
def _most_frequent() -> dict[str, frozenset[str]]:
    """Each language's most frequent words; some two seconds, once, when the first text in another language comes."""
    from wordfreq import available_languages, top_n_list

    spaced = sorted(set(available_languages("small")) - {"zh", "ja", "ko"})
    return {name: frozenset(top_n_list(name, _TOP, "small")) for name in spaced}
