"""Lists of words that a detector and the :mod:`scanner <.scanners>` ask for."""

from __future__ import annotations

#: What stands behind an apostrophe, as alternatives of a pattern.
CLITICS = "s|t|re|ve|ll|d|m"

#: Small words, of which newswire lines have a third and rows of a table next to none.
SMALL_WORDS = frozenset(
    "the a an of to in and is was for on that with by from as at it he they are be has have had his its this but".split()
)

#: Words that sound English doubles, for sense or for stress, or that are names or sounds when doubled.
#: "Her her" stands here since one of the two can belong to the clause before.  All doubled words in 78 M words of press
#: text, speech and encyclopedia were counted and those that are no function words read (2026-11-22): of "more", "out", "then",
#: "what", "all" and "over", doubled 28 times, all were slips but those in quotes or said three times; of ordinals, numerals and
#: "great", "happens", "happy", "fresh" and so on most were meant ("the first first lady", "a million million").
MAY_DOUBLE = frozenset(
    "had that very no yes so really much many far long her him you me us up off do there now well "
    "again never too long old big little bad good right high low ha bye knock night hey oh ah blah boo yeah please go come "
    "look hear wait run stop win money choo tut pom yo dum la na da cha chop tick beep boom bang woof quack goody tsk aye "
    "etc fine super deep hush one two why whoa hi hello okay rah murder work home back down way always sorry thank "
    "thanks sing dance love help baby surprise hint meow yuck bling like new big free read real true less whole ever "
    "first second third next great happy happens pretty extra enough something thing party winner inner middle final fresh sweet "
    "tiny dash dot bomb buddy three four five six seven eight nine ten zero half hundred thousand million billion "
    "plus minus".split()
)
