"""Which part of speech is a word, roughly?

Enough to tell in a report where repairs fail, at no cost of a tagger: closed classes are listed in full, open ones guessed from
the suffix and the neighbours, in the order of Brill's rules (1995, "Transformation-based error-driven learning").  Nothing that
repairs text may rest on such a guess.  How often it is right stands in docs/accuracy.md.
"""

from __future__ import annotations

from collections.abc import Sequence

NAME, NUMBER, PHRASE, NOTHING, OTHER = "name", "number", "phrase", "nothing", "other"
NOUN, VERB, ADJECTIVE, ADVERB = "noun", "verb", "adjective", "adverb"
DETERMINER, PRONOUN, PREPOSITION = "determiner", "pronoun", "preposition"
CONJUNCTION, AUXILIARY = "conjunction", "auxiliary"
CLASSES = (
    NOUN, VERB, ADJECTIVE, ADVERB, NAME, NUMBER,
    DETERMINER, PRONOUN, PREPOSITION, CONJUNCTION, AUXILIARY, PHRASE, NOTHING, OTHER,
)  # fmt: skip

# The closed classes of English (Quirk et al. 1985, §2.34 and the lists of chapters 3, 5, 6 and 9).  A word of several classes
# stands under its commonest: "that" as conjunction, "her" as determiner, "to" as preposition.
_CLOSED = {
    DETERMINER: "a an the this these those my your his her its our their some any no every each either neither another all both "
    "half several many much few more most less least such what which whichever whatever whose enough",
    PRONOUN: "i you he she it we they me him us them mine yours hers ours theirs myself yourself himself herself itself "
    "ourselves yourselves themselves who whom whoever whomever someone somebody something anyone anybody anything everyone "
    "everybody everything nobody nothing none one ones oneself",
    PREPOSITION: "of in to for with on at from by about into through after over between against during without before under "
    "underneath around among amongst upon unto atop versus toward towards behind across above below beyond near since until till "
    "off up down out along despite within inside outside throughout beside besides amid amidst onto via per except like unlike "
    "concerning regarding than",
    CONJUNCTION: "and or but nor yet so that if because although though unless while whereas whether as when where why how "
    "once lest whenever wherever whilst albeit whereby wherein whereupon",
    AUXILIARY: "am is are was were be been being have has had having do does did will would shall should can could may might "
    "must ought 's 're 've 'd 'll 'm",
    ADVERB: "not n't 't also very too only just even still already never always often sometimes again ever soon now then here "
    "there today tomorrow yesterday perhaps maybe almost quite rather well however therefore thus hence indeed instead "
    "otherwise together apart away back forward later ago far meanwhile nevertheless nonetheless somehow somewhere anywhere "
    "everywhere elsewhere nowhere anymore someday hereby thereby thereafter twice abroad else",
    NUMBER: "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion first second "
    "third",
}  # fmt: skip
_CLASS_OF = {word: name for name, words in _CLOSED.items() for word in words.split()}

# Verbs that change inside: their past forms have no ending to go by.
_IRREGULAR = frozenset(
    "say says said went made took came saw got gave found told became left felt brought began kept held wrote stood heard let "
    "meant met ran paid sat spoke led grew lost fell sent built understood drew broke spent rose drove bought wore chose knew "
    "thought sought taught caught fought won sold threw flew hung shook swore tore woke froze rode sang sank swam bore "
    "gone done seen taken given known shown written driven fallen broken chosen spoken drawn grown thrown worn".split()
)
_FEW_NOUNS_IN_LY = frozenset(
    "family july italy reply supply ally bully rally assembly anomaly monopoly fly belly jelly".split()
)
_ADJECTIVES_IN_LY = frozenset(
    "early daily likely unlikely friendly elderly deadly lonely costly weekly monthly yearly".split()
)
# Of open-class words with one part of speech in a large lexicon these endings tell it in nine cases of ten or more.
_SUFFIXES = (
    (NOUN, ("tion", "sion", "ment", "ness", "ity", "ship", "ism", "ist", "ance", "ence", "hood", "dom", "ency", "ancy", "ology",
            "tions", "sions", "ments", "nesses", "ities", "ships", "isms", "ists", "ances", "ences", "ers", "ors", "er", "or")),
    (ADJECTIVE, ("ous", "ful", "less", "able", "ible", "ive", "ical", "ic", "al", "ish", "ary", "est")),
    (VERB, ("ize", "ise", "ify", "izes", "ises", "ifies", "ized", "ised", "ified", "ate", "ates")),
)  # fmt: skip
_LINKING = frozenset("am is are was were be been being 's 're 'm seem seems seemed become became".split())
_DEGREE = frozenset("very too so more most less quite rather as".split())
_SUBJECTS = frozenset("i you he she it we they who".split())
#: Only auxiliaries take these (Quirk et al. 1985, §3.22): ``didn`` and ``'t``, or ``did`` and ``n't``.
_NEGATIONS = frozenset(("'t", "n't"))
#: Those that lose more to it than an n.
_SHORTENED = dict(
    zip(
        "won wo don shan sha can ca ain ai".split(),
        "will will do shall shall can can is is".split(),
        strict=True,
    )
)
_SHORTEST_STEM = 3


def is_closed(word: str) -> bool:
    """Whether a word in small letters is of a closed class."""
    return word in _CLASS_OF


def word_class(words: Sequence[str], at: int) -> str:
    """The class of ``words[at]``, a sentence's words as they are written, clitics apart.

    >>> sentence = ["The", "old", "minister", "quickly", "denied", "it", "in", "London"]
    >>> [word_class(sentence, i) for i in range(len(sentence))]
    ['determiner', 'adjective', 'noun', 'adverb', 'verb', 'pronoun', 'preposition', 'name']
    """
    text = words[at]
    form, after = _form(text), words[at + 1] if at + 1 < len(words) else ""
    if not any(c.isalnum() for c in form):
        return OTHER
    if form[0].isdigit():
        return NUMBER
    if _form(after) in _NEGATIONS and form.isalpha():
        return AUXILIARY
    known = _CLASS_OF.get(form)
    if known:
        return known
    if text[0].isupper() and at:
        return NAME
    before = _before(words, at)
    return _by_shape(form, before) or _by_neighbours(before, after)


def _before(words: Sequence[str], at: int) -> str:
    """The form in front of a word: of a negated auxiliary the auxiliary, made whole."""
    before = _form(words[at - 1]) if at else ""
    if before not in _NEGATIONS or at < 2:
        return before
    auxiliary = _form(words[at - 2])
    return _SHORTENED.get(auxiliary, auxiliary.removesuffix("n"))


def _form(text: str) -> str:
    return text.lower().replace("’", "'")


def _by_shape(form: str, before: str) -> str | None:
    determined = _CLASS_OF.get(before) == DETERMINER
    if form in _IRREGULAR:
        return VERB
    if form.endswith("ly") and len(form) > 4 and form not in _FEW_NOUNS_IN_LY:
        return ADJECTIVE if form in _ADJECTIVES_IN_LY else ADVERB
    if before == "to" or (_CLASS_OF.get(before) == AUXILIARY and before not in _LINKING):
        return VERB
    if form.endswith(("ed", "ing")) and len(form) > _SHORTEST_STEM + 2:
        return (NOUN if form.endswith("ing") else ADJECTIVE) if determined else VERB
    for name, endings in _SUFFIXES:
        if any(form.endswith(ending) and len(form) >= len(ending) + _SHORTEST_STEM for ending in endings):
            return name
    return None


def _by_neighbours(before: str, after: str) -> str:
    kind = _CLASS_OF.get(before)
    if before in _SUBJECTS:
        return VERB
    if before in _LINKING or before in _DEGREE:
        return ADJECTIVE
    followed_by_noun = (
        after.isalpha() and after.islower() and after not in _CLASS_OF and not after.endswith("ly")
    )
    if kind == DETERMINER and followed_by_noun and not after.endswith(("ed", "s")):
        return ADJECTIVE
    return NOUN
