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


#: The second person singular and its verbs, the verbs' old third person, and "unto": no spinner puts these for anything.
_OLD = re.compile(
    r"\b(?:thou|thee|thy|thine|thyself|ye|unto|hath|doth|hast|dost|shalt|saith)\b", re.IGNORECASE
)
#: In so many of all words, and of more than one kind, they are the writer's own and no quotation: of 512 newswire articles, 2,000
#: web posts and 432 spun articles none has them in more than 0.0018 (one word); of 16 biblical, legal and liturgical texts 12
#: have 0.015 or more.
_OLD_SHARE = 0.01


def is_of_another_age(text: str, words: int) -> bool:
    """Is this, of so many words, the English of King James's Bible, which a language model of today's does not know?

    >>> is_of_another_age("He saith unto them, What hath the land given thee?", 10)
    True
    """
    found = _OLD.findall(text)
    return len(found) >= _OLD_SHARE * words and len({word.lower() for word in found}) > 1


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
