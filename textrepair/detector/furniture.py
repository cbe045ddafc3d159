"""Which lines of a plain text belong to the page and not to the article?  (Others call them boilerplate.)

A line is judged by what it says (a modest set of forms: share buttons, credits, cookie banners, prompts, footers, stamps), by its
own form (short, no sentence's end, an order to the reader), by its place (head, tail or among the prose) and by whether it comes
back.  Each kind of evidence has a weight, and weights combine as independent doubts do: score = 1 - Π(1 - weight).  After the
features of boilerplate removal in Kohlschütter et al. 2010 ("Boilerplate detection using shallow text features"), without the
markup that they had.

Prose is what must not be lost, so only whole lines are found, and a line that ends as a sentence does needs a banner's words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from textrepair.detector.base import NOTHING, UNTOLD, Damage, Detection, Document, Finding
from textrepair.detector.evidence import at_least_one, replacement, share_of_words
from textrepair.detector.recurring import LONGEST, RecurringLines, counted_lines
from textrepair.detector.scanning.byte_scan import CANDIDATE_LINES, LINES
from textrepair.detector.scanning.screen import Scan
from textrepair.detector.verbatim import Verbatim
from textrepair.patch import Edit

_KIND = "furniture"

# Longer lines are paragraphs; the longest line of furniture in 512 newswire and 2,000 web articles has 162 characters.
_MAX_LINE = 400
_MAX_SHORT = 120
_HEAD_LINES = 6
_TAIL_LINES = 6
_MAX_PROMPT = 210
_SIGNS_OF_LONG = (
    "cookies",
    "rights",
    "copyright",
    "credit",
    "courtesy",
    "http",
    "©",
    "(c)",
    "/",
    "via ",
    "[",
)
_MIN_SCORE = 0.4
# A line of fewer articles may be a quotation; an article more of whose lines come back is a copy of others.
_RECURS = 3
_COPY_SHARE = 0.5
_EDIT_SCORE = 0.5

_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*")
_BARE_ADDRESS = "a bare address"
_PLACE_WEIGHT = 0.3
_REPEAT_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that furniture takes: the whole line matches, and this much it says; ``holds``: signs, in small letters, of
    which every such line has one, for patterns that would search the line for them; ``may_head``: above prose it is a heading."""

    name: str
    weight: float
    pattern: str
    edge_only: bool = False  # counts at the head or the tail of the article alone
    holds: tuple[str, ...] = ()
    may_head: bool = False


_AGENCY = (
    r"(?:AP(?:\ Photo|\ Images)?|AFP|PA|EPA|Reuters|Getty(?:\ Images)?|Shutterstock|iStock(?:photo)?"
    r"|Alamy|Bloomberg|Unsplash)"
)
_MONTHS = (
    "jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov november "
    "dec december".split()
)
_MONTH = rf"(?:{'|'.join(_MONTHS)})\b\.?"
_ORDER = r"""(?:read|click|tap|share|follow|subscribe|sign|download|watch|see|listen|join|get|log|register|continue|skip|scroll|
    print|save|email|comment|leave|show|view|load|find|learn|check|enter|unlock|support|like|add|report|send|browse|discuss|
    post|play|manage|donate|rate)"""
_PAGE_NOUN = r"""(?:articles?|story|stories|more|newsletters?|apps?|here|comments?|page|account|e-?mails?|inbox|links?|video|
    gallery|photos?|ads?|cookies|facebook|twitter|whatsapp|linkedin|instagram|telegram|youtube|tiktok|pinterest|reddit|us|
    alerts?|notifications?|podcast|full|coverage|site|main\ content|post|below|updates?|channel|advertisement|reply|replies|
    typo|tips?|preferences|settings|subscription)"""

# Gathered from what English news sites commonly print around their articles.  The weights are set by hand; of 90 lines drawn from
# what they find in 2,000 web posts (2026-11-21) 88 were the page's and two were captions.
_FORMS = (
    _Form(
        "a relative date stamp",
        0.9,
        r"(?:(?:published|posted|updated)\ )?\d+\ (?:second|minute|hour|day|week|month|year)s?\ ago(?:\ [\d.,]+[KM]?)?",
    ),
    _Form("a page counter", 0.9, r"(?:card|page|slide|image|photo|item)?\ ?\d+\ of\ \d+"),
    _Form(
        "a label of the page",
        0.85,
        r"""image|video|photos?|advertisement|advertising|ads?|sponsored(?:\ content)?|promoted|share|tweet|print|close|menu|
        loading\.*|more|(?:read|see|learn|show|load)\ more[.!]?|related(?:\ (?:coverage|articles|stories))?:?|
        see\ also:?|most\ (?:read|popular)|trending(?:\ now)?|recommended|you\ may\ (?:also\ )?like|source\ link|
        full\ coverage(?:[:\ ].{0,60})?|back\ to\ top|skip\ to\ (?:main\ )?content|
        accept(?:\ all)?(?:\ cookies)?(?:\ read\ more)?|
        read\ (?:the\ )?(?:entire|full|whole|original)\ (?:article|story|post)[.»]*|read\ here\ ?»?|
        read\ the\ remaining\ \d+\ paragraphs|(?:story|article)\ continues\ below(?:\ advertisement)?|link\ ?\|\ ?mirror|
        this\ slideshow\ requires\ javascript\.?|media\ playback\ is\ unsupported\ on\ your\ device|
        share\ this:|continue\ reading[.…»→]*|recommended\ for\ you|more\ on\ this\ (?:story|topic)|
        (?:previous|next)\ (?:article|post|story|page)[»›→]?|view\ all|play\ video|comments\ are\ closed\.?|
        file\ (?:photo|picture|image)|opens\ in\ (?:a\ )?new\ window""",
    ),
    _Form(
        "a label of the page",
        0.6,
        r"newsletters?|search|top\ stories|editors?[’']s?\ picks?",
        edge_only=True,
        may_head=True,
    ),
    _Form("a time to read it", 0.85, r"\d+[\ -]?min(?:ute)?s?\ read|reading\ time:?\ \d+.{0,12}"),
    _Form(
        "a path of pages",
        0.8,
        r"home(?:\ ?[>»›/|]\ ?[\w&][\w&\ -]{1,30}){1,5}",
        holds=(">", "»", "›", "/", "|"),
    ),
    _Form(
        "labels of the article",
        0.75,
        r"(?:tags?|categor(?:y|ies)|topics?|filed\ under|posted\ in):\ .{2,120}",
        edge_only=True,
    ),
    _Form(
        "a notice of the browser",
        0.85,
        r"""(?:please\ )?enable\ javascript\b.{0,100}|javascript\ is\ (?:disabled|required)\b.{0,80}|
        your\ browser\ (?:does\ not|doesn[’']t)\ support\b.{0,80}""",
    ),
    _Form(
        "a form for comments",
        0.85,
        r"your\ e-?mail\ address\ will\ not\ be\ published\b.{0,60}|(?:log|sign)\ in\ to\ (?:comment|reply|post)\b.{0,30}",
    ),
    _Form(
        "a prompt to pay",
        0.85,
        r"""already\ (?:a|have|an)\ .{0,40}\b(?:subscriber|account|member|subscription)\?.{0,40}|
        this\ (?:article|story|content)\ is\ (?:only\ )?(?:available\ )?(?:for|to)\ (?:our\ )?subscribers\b.{0,40}|
        you\ have\ (?:\w+\ ){1,3}(?:articles?|stories)\ (?:left|remaining)\b.{0,40}|
        (?:subscribe|register)\ (?:now|today|here|to)\b.{0,60}\b(?:access|articles?|reading|offers?)\b.{0,20}|
        (?:please\ )?support\ (?:our|independent|quality|local)\ journalism\b.{0,60}""",
    ),
    _Form("a credit", 0.85, rf"\((?:file\ )?(?:photos?|images?|pictures?|video)\b:?\ .{{2,90}}\)|{_AGENCY}"),
    _Form("a caption", 0.8, r"(?:image|media)\ (?:caption|source)[,:]?\ .{3,160}"),
    _Form(
        "a credit",
        0.75,
        r"(?:additional\ )?reporting\ (?:and\ writing\ )?by\ [^!?]{3,140}(?:;|\band\b|\n)?\ ?(?:editing|writing)?\b.{0,80}",
        edge_only=True,
    ),
    _Form("a prompt", 0.8, r"click\ here\b.{0,60}"),
    _Form("a label of the page", 0.85, r"(?:no\ |\d+\ )?comments?", edge_only=True, may_head=True),
    _Form(
        "a credit",
        0.85,
        r"""(?:(?:lead\ )?(?:image|photo|picture|video)\ (?:credits?|copyright|courtesy(?:\ of)?):?|credits?\ ?(?:\.\.\.|…|:)|
        courtesy(?:\ of|:)|photo\ by)\ ?[^.!?]{2,90}(?:\b[A-Z]\.[^.!?]{1,60})*""",
    ),
    _Form(
        "a credit",
        0.8,
        r"(?:image|photo(?:graph)?s?|picture|illustration|video|graphic)(?:\ by|:)\ [^.!?]{2,80}",
    ),
    _Form(
        "a credit",
        0.8,
        rf"[^.!?]{{3,60}}/{_AGENCY}|[^.!?]{{3,90}}via\ {_AGENCY}",
        holds=("/", "via "),
    ),
    _Form(
        "a caption with its credit",
        0.75,
        rf"""[^.!?]{{8,200}}(?:\((?:[^()]{{0,60}}[\ /])?{_AGENCY}\)|©\ ?{_AGENCY}.{{0,30}})""",
        holds=(")", "©"),
    ),
    _Form(
        "a cookie banner",
        0.9,
        r""".{0,120}\b(?:this|our)\ (?:web)?sites?\ uses?\ cookies\b.*|.{0,80}\bwe\ (?:and\ our\ partners\ )?use\ cookies\b.*|
        (?:by\ (?:using|continuing|clicking|browsing)\b.{0,120}|please\ )?\b(?:accept|consent\ to)\b.{0,40}\bcookies\b.*""",
        holds=("cookies",),
    ),
    _Form(
        "a copyright notice",
        0.85,
        r"(?:©|\(c\)\ ?(?=\d)|copyright\ (?:©|\(c\)|\d{4})).*|.{0,200}\ball\ rights\ reserved\b.{0,220}",
        holds=("©", "(c)", "copyright", "rights"),
    ),
    _Form(
        "a footer",
        0.7,
        r"""(?:proudly\ |site\ )?powered\ by\b.{0,40}|(?:terms\ (?:of\ (?:use|service)|and\ conditions)|privacy(?:\ policy)?|
        contact\ us|about\ us|cookie\ policy)(?:\ ?[|·•]\ ?.{0,80})?""",
        edge_only=True,
    ),
    _Form("an address", 0.8, r"(?:source:?\ |from\ .{1,80}|via\ )https?://\S+"),
    _Form(_BARE_ADDRESS, 0.45, r"https?://\S+"),
    _Form("a feed's mark", 0.8, r"(?:via|from)\ [A-Z][\w\ ]{2,30}|source:\ .{2,40}", edge_only=True),
    _Form(
        "a date stamp", 0.7, r"(?:19|20)\d{6}|(?:19|20)\d\d-\d\d-\d\d(?:[\ T]\d\d:\d\d.*)?", edge_only=True
    ),
    _Form(
        "a date stamp",
        0.6,
        rf"""(?:(?:published|updated|posted|last\ (?:updated|modified))(?:\ on|\ at)?:?\ ?)?
        (?:{_MONTH}\ \d\d?,?\ (?:19|20)\d\d|\d\d?\ {_MONTH}\ (?:19|20)\d\d)(?:,?\ (?:at\ )?\d\d?[:.]\d\d.{{0,20}})?
        (?:\ by\ .{{2,40}})?""",
        edge_only=True,
    ),
    _Form(
        "an insertion of the site's software",
        0.85,
        r"\\?\[/?(?:the\\?_ad|caption|gallery|embed|video|ad)\b.*\]",
    ),
    _Form(
        "a prompt to subscribe",
        0.85,
        r"""(?:want|would\ you\ like|get|receive|sign\ up|subscribe|enter|join|this\ will\ sign\ you\ up)\b.{0,100}
        \b(?:e-?mail(?:ed)?|newsletters?|inbox|alerts|daily\ dispatch|briefing|mailing\ list|podcast)\b.{0,60}""",
    ),
    _Form(
        "a pointer to other pages",
        0.75,
        r"""(?:related|read\ more|also\ read|read\ also|see\ also|more\ (?:from|on|in)|recommended|up\ next|watch|listen|
        don[’']t\ miss|further\ reading|discuss\ this\ article)\b\ ?(?::|in\ our|\|).{0,110}""",
    ),
    _Form(
        "an order to the reader",
        0.75,
        rf"{_ORDER}\b(?:\ [@\w’'-]+){{0,4}}\ {_PAGE_NOUN}[!»>]?(?:\ \(opens\ in\ (?:a\ )?new\ window\))?",
    ),
)


def _any_of(forms: Iterable[_Form]) -> re.Pattern[str]:
    return re.compile(
        "|".join(f"(?P<f{_FORMS.index(form)}>{form.pattern})" for form in forms), re.IGNORECASE | re.VERBOSE
    )


@cache  # they take a hundredth of a start's time to compile, and most articles need none
def _every_form() -> re.Pattern[str]:
    return _any_of(_FORMS)


@cache
def _forms_by_beginning() -> re.Pattern[str]:
    return _any_of(form for form in _FORMS if not form.holds)


_ANY_HOLDS = tuple({sign for form in _FORMS for sign in form.holds})

# What the forms hold that don't begin as LINE_STARTS do.
_HELD = ("cookies", "rights reserved", "copyright", "©", "http", "via ", "/")

AGENCIES = frozenset(
    "ap afp pa epa reuters getty shutterstock istock istockphoto alamy bloomberg unsplash".split()
)
_STAMPED = ("published", "updated", "posted")  # of which pages lose the space behind

# A line with none of these has none of the forms: its first word is one of the first (or has a digit), it begins with a bracket
# or ©, holds one of the second (or ©), or names an agency behind a slash or before a bracket that ends it.  The scan hands on
# such lines only.
LINE_STARTS = frozenset(
    "read click tap share follow subscribe sign download watch see listen join get log register continue skip scroll print "
    "save email comment comments leave show view load find learn check enter unlock support like add report send browse discuss "
    "close via from source "
    "image photo photos photograph photographs picture illustration lead video graphic ad ads advertisement advertising loading "
    "card page slide item sponsored promoted tweet menu more most related "
    "trending recommended you back media this accept story article want would receive up don also further "
    "terms post play manage donate rate newsletter newsletters search top editors editor previous next file opens reading home "
    "tags tag category categories topic topics filed please enable javascript your already additional reporting "
    "privacy contact about full link powered proudly site credit credits courtesy copyright cookie last".split()
).union(AGENCIES, _MONTHS, _STAMPED, (stamped + month for stamped in _STAMPED for month in _MONTHS))
_FIRST_WORD = re.compile(r"[^\W_]+")
MARK_WORDS = frozenset("cookies reserved http https via copyright".split())


@dataclass(frozen=True)
class FurnitureDetector:
    """Lines of the page among the lines of the article; the edits delete them, for those who ask for it.

    With ``recurring`` also lines that come back in article after article of the corpus."""

    kind = _KIND
    recurring: RecurringLines | None = None

    def detect(self, document: Document) -> Detection:
        text = document.text
        if not text or text.isspace():
            return UNTOLD
        findings = tuple(_furniture(text, document.scan)) if document.scan.stats[CANDIDATE_LINES] else ()
        if self.recurring is not None:
            findings = _combined(findings, _recurring(text, self.recurring))
        if not findings:
            return NOTHING
        edits = tuple(_deletion(text, finding) for finding in findings if finding.score >= _EDIT_SCORE)
        words = sum(finding.score * len(text[finding.start : finding.end].split()) for finding in findings)
        # Who puts one address on a line of its own as a part of the article does so with others.
        bare = max((finding.score for finding in findings if finding.reason == _BARE_ADDRESS), default=0.0)
        others = (finding.score for finding in findings if finding.reason != _BARE_ADDRESS)
        probability = at_least_one((bare, *others))
        return Detection(Damage(probability, share_of_words(document.scan.words, words)), findings, edits)


def _deletion(text: str, finding: Finding) -> Edit:
    """The whole line with its line end."""
    start = text.rfind("\n", 0, finding.start) + 1
    end = text.find("\n", finding.end)
    end = end + 1 if end >= 0 else len(text)
    return replacement(text, (start, end), "", _KIND, finding.score, finding.reason)


def _furniture(text: str, scan: Scan) -> Iterator[Finding]:
    count = scan.stats[LINES]
    if count == 1 and len(text.strip()) <= _MAX_SHORT:
        return
    lines = [(number, start, text[start:end]) for number, start, end in scan.lines]
    counts: Counter[str] | None = None
    verbatim = Verbatim(text)
    for number, at, raw in lines:
        line = raw.strip()
        if not line or len(line) > _MAX_LINE or (len(line) > _MAX_PROMPT and not _may_be_long(line)):
            continue
        form = _form(line)
        if form is None:
            continue
        if counts is None:
            counts = Counter(stripped for _, _, raw in lines if len(stripped := raw.strip()) <= _MAX_SHORT)
        at_edge = number < _HEAD_LINES or number >= count - _TAIL_LINES
        score = _score(form, at_edge, counts[line] > 1)
        start = at + raw.index(line[0])
        if score < _MIN_SCORE or (form.may_head and _PROSE_BELOW.match(text, at + len(raw))):
            continue
        if not verbatim.marked(start):
            yield Finding(start, start + len(line), _KIND, round(score, 3), form.name)


# The next line that is no rule, if it is long.
_PROSE_BELOW = re.compile(rf"\s*(?:[-=]{{3,}}\s+)?[^\n]{{{_MAX_SHORT},}}")


def _may_be_long(line: str) -> bool:
    """Does it hold what every form longer than a prompt has?  Ten searches for a literal cost less than one for all forms."""
    lowered = line.lower()
    return line[-1] in ")*_>\\#-\xa0" or any(sign in lowered for sign in _SIGNS_OF_LONG)


def _recurring(text: str, recurring: RecurringLines) -> Iterator[Finding]:
    """Lines that stand in several articles, unless most of the article does: then it is a copy.  Headings (``Conclusion``) come
    back too; those that are marked as such are left alone."""
    counts = {line: recurring.articles(line) for line in counted_lines(text)}
    back = {line: count for line, count in counts.items() if count >= _RECURS}
    if sum(map(len, back)) > _COPY_SHARE * sum(map(len, counts)):
        return
    at = 0
    lines = text.split("\n")
    for raw, next_raw in zip(lines, [*lines[1:], ""], strict=True):
        line = raw.strip()
        if line in back and len(line) <= LONGEST and not _is_heading(line, next_raw):
            start = at + raw.index(line[0])
            score = 1.0 - _RECURS / (2.0 * back[line])
            reason = f"a line of {back[line]} articles"
            yield Finding(start, start + len(line), _KIND, round(score, 3), reason)
        at += len(raw) + 1


def _is_heading(line: str, next_line: str) -> bool:
    """Is it marked as a heading, as Markdown has it?"""
    return line.startswith("#") or _UNDERLINE.fullmatch(next_line) is not None


def _combined(findings: Iterable[Finding], more: Iterable[Finding]) -> tuple[Finding, ...]:
    """Two doubts of one line are independent."""
    by_place = {(f.start, f.end): f for f in findings}
    for one in more:
        other = by_place.get((one.start, one.end))
        if other is not None:
            score = round(at_least_one((one.score, other.score)), 3)
            one = replace(other, score=score, reason=f"{other.reason}, {one.reason}")
        by_place[one.start, one.end] = one
    return tuple(by_place[place] for place in sorted(by_place))


def _score(form: _Form, at_edge: bool, repeated: bool) -> float:
    """The score of a line of this form."""
    if form.edge_only and not at_edge:
        return 0.0
    doubt = 1.0 - form.weight
    if at_edge:
        doubt *= 1.0 - _PLACE_WEIGHT
    if repeated:
        doubt *= 1.0 - _REPEAT_WEIGHT
    return 1.0 - doubt


def _may_have_form(lowered: str) -> bool:
    """A line that fails this has no form: asked first, since the forms cost ten times as much."""
    if lowered.startswith(("(", "[", "\\")) or lowered.endswith(")"):
        return True
    first = _FIRST_WORD.match(lowered)
    if first and (first[0] in LINE_STARTS or not first[0].isalpha()):  # also "page3 of 5"
        return True
    return any(sign in lowered for sign in _HELD)


def _form(line: str) -> _Form | None:
    bare = line.strip("#*_>\\- \xa0")
    for candidate in (line, bare) if bare != line else (line,):
        lowered = candidate.lower()
        if not _may_have_form(lowered):
            continue
        forms = _every_form() if any(sign in lowered for sign in _ANY_HOLDS) else _forms_by_beginning()
        match = forms.fullmatch(candidate)
        if match and match.lastgroup:
            return _FORMS[int(match.lastgroup[1:])]
    return None
