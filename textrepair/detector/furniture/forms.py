"""Forms that furniture takes: what English pages commonly print around their articles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

BARE_ADDRESS = "a bare address"


@dataclass(frozen=True, slots=True)
class Form:
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
    Form(
        "a relative date stamp",
        0.9,
        r"(?:(?:published|posted|updated)\ )?\d+\ (?:second|minute|hour|day|week|month|year)s?\ ago(?:\ [\d.,]+[KM]?)?",
    ),
    Form("a page counter", 0.9, r"(?:card|page|slide|image|photo|item)?\ ?\d+\ of\ \d+"),
    Form(
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
    Form(
        "a label of the page",
        0.6,
        r"newsletters?|search|top\ stories|editors?[’']s?\ picks?",
        edge_only=True,
        may_head=True,
    ),
    Form("a time to read it", 0.85, r"\d+[\ -]?min(?:ute)?s?\ read|reading\ time:?\ \d+.{0,12}"),
    Form(
        "a path of pages",
        0.8,
        r"home(?:\ ?[>»›/|]\ ?[\w&][\w&\ -]{1,30}){1,5}",
        holds=(">", "»", "›", "/", "|"),
    ),
    Form(
        "labels of the article",
        0.75,
        r"(?:tags?|categor(?:y|ies)|topics?|filed\ under|posted\ in):\ .{2,120}",
        edge_only=True,
    ),
    Form(
        "a notice of the browser",
        0.85,
        r"""(?:please\ )?enable\ javascript\b.{0,100}|javascript\ is\ (?:disabled|required)\b.{0,80}|
        your\ browser\ (?:does\ not|doesn[’']t)\ support\b.{0,80}""",
    ),
    Form(
        "a form for comments",
        0.85,
        r"your\ e-?mail\ address\ will\ not\ be\ published\b.{0,60}|(?:log|sign)\ in\ to\ (?:comment|reply|post)\b.{0,30}",
    ),
    Form(
        "a prompt to pay",
        0.85,
        r"""already\ (?:a|have|an)\ .{0,40}\b(?:subscriber|account|member|subscription)\?.{0,40}|
        this\ (?:article|story|content)\ is\ (?:only\ )?(?:available\ )?(?:for|to)\ (?:our\ )?subscribers\b.{0,40}|
        you\ have\ (?:\w+\ ){1,3}(?:articles?|stories)\ (?:left|remaining)\b.{0,40}|
        (?:subscribe|register)\ (?:now|today|here|to)\b.{0,60}\b(?:access|articles?|reading|offers?)\b.{0,20}|
        (?:please\ )?support\ (?:our|independent|quality|local)\ journalism\b.{0,60}""",
    ),
    Form("a credit", 0.85, rf"\((?:file\ )?(?:photos?|images?|pictures?|video)\b:?\ .{{2,90}}\)|{_AGENCY}"),
    Form("a caption", 0.8, r"(?:image|media)\ (?:caption|source)[,:]?\ .{3,160}"),
    Form(
        "a credit",
        0.75,
        r"(?:additional\ )?reporting\ (?:and\ writing\ )?by\ [^!?]{3,140}(?:;|\band\b|\n)?\ ?(?:editing|writing)?\b.{0,80}",
        edge_only=True,
    ),
    Form("a prompt", 0.8, r"click\ here\b.{0,60}"),
    Form("a label of the page", 0.85, r"(?:no\ |\d+\ )?comments?", edge_only=True, may_head=True),
    Form(
        "a credit",
        0.85,
        r"""(?:(?:lead\ )?(?:image|photo|picture|video)\ (?:credits?|copyright|courtesy(?:\ of)?):?|credits?\ ?(?:\.\.\.|…|:)|
        courtesy(?:\ of|:)|photo\ by)\ ?[^.!?]{2,90}(?:\b[A-Z]\.[^.!?]{1,60})*""",
    ),
    Form(
        "a credit",
        0.8,
        r"(?:image|photo(?:graph)?s?|picture|illustration|video|graphic)(?:\ by|:)\ [^.!?]{2,80}",
    ),
    Form(
        "a credit",
        0.8,
        rf"[^.!?]{{3,60}}/{_AGENCY}|[^.!?]{{3,90}}via\ {_AGENCY}",
        holds=("/", "via "),
    ),
    Form(
        "a caption with its credit",
        0.75,
        rf"""[^.!?]{{8,200}}(?:\((?:[^()]{{0,60}}[\ /])?{_AGENCY}\)|©\ ?{_AGENCY}.{{0,30}})""",
        holds=(")", "©"),
    ),
    Form(
        "a cookie banner",
        0.9,
        r""".{0,120}\b(?:this|our)\ (?:web)?sites?\ uses?\ cookies\b.*|.{0,80}\bwe\ (?:and\ our\ partners\ )?use\ cookies\b.*|
        (?:by\ (?:using|continuing|clicking|browsing)\b.{0,120}|please\ )?\b(?:accept|consent\ to)\b.{0,40}\bcookies\b.*""",
        holds=("cookies",),
    ),
    Form(
        "a copyright notice",
        0.85,
        r"(?:©|\(c\)\ ?(?=\d)|copyright\ (?:©|\(c\)|\d{4})).*|.{0,200}\ball\ rights\ reserved\b.{0,220}",
        holds=("©", "(c)", "copyright", "rights"),
    ),
    Form(
        "a footer",
        0.7,
        r"""(?:proudly\ |site\ )?powered\ by\b.{0,40}|(?:terms\ (?:of\ (?:use|service)|and\ conditions)|privacy(?:\ policy)?|
        contact\ us|about\ us|cookie\ policy)(?:\ ?[|·•]\ ?.{0,80})?""",
        edge_only=True,
    ),
    Form("an address", 0.8, r"(?:source:?\ |from\ .{1,80}|via\ )https?://\S+"),
    Form(BARE_ADDRESS, 0.45, r"https?://\S+"),
    Form("a feed's mark", 0.8, r"(?:via|from)\ [A-Z][\w\ ]{2,30}|source:\ .{2,40}", edge_only=True),
    Form("a date stamp", 0.7, r"(?:19|20)\d{6}|(?:19|20)\d\d-\d\d-\d\d(?:[\ T]\d\d:\d\d.*)?", edge_only=True),
    Form(
        "a date stamp",
        0.6,
        rf"""(?:(?:published|updated|posted|last\ (?:updated|modified))(?:\ on|\ at)?:?\ ?)?
        (?:{_MONTH}\ \d\d?,?\ (?:19|20)\d\d|\d\d?\ {_MONTH}\ (?:19|20)\d\d)(?:,?\ (?:at\ )?\d\d?[:.]\d\d.{{0,20}})?
        (?:\ by\ .{{2,40}})?""",
        edge_only=True,
    ),
    Form(
        "an insertion of the site's software",
        0.85,
        r"\\?\[/?(?:the\\?_ad|caption|gallery|embed|video|ad)\b.*\]",
    ),
    Form(
        "a prompt to subscribe",
        0.85,
        r"""(?:want|would\ you\ like|get|receive|sign\ up|subscribe|enter|join|this\ will\ sign\ you\ up)\b.{0,100}
        \b(?:e-?mail(?:ed)?|newsletters?|inbox|alerts|daily\ dispatch|briefing|mailing\ list|podcast)\b.{0,60}""",
    ),
    Form(
        "a pointer to other pages",
        0.75,
        r"""(?:related|read\ more|also\ read|read\ also|see\ also|more\ (?:from|on|in)|recommended|up\ next|watch|listen|
        don[’']t\ miss|further\ reading|discuss\ this\ article)\b\ ?(?::|in\ our|\|).{0,110}""",
    ),
    Form(
        "an order to the reader",
        0.75,
        rf"{_ORDER}\b(?:\ [@\w’'-]+){{0,4}}\ {_PAGE_NOUN}[!»>]?(?:\ \(opens\ in\ (?:a\ )?new\ window\))?",
    ),
)


def _any_of(forms: Iterable[Form]) -> re.Pattern[str]:
    return re.compile(
        "|".join(f"(?P<f{_FORMS.index(form)}>{form.pattern})" for form in forms), re.IGNORECASE | re.VERBOSE
    )


@cache  # they take a hundredth of a start's time to compile, and most articles need none
def _every_form() -> re.Pattern[str]:
    return _any_of(_FORMS)


@cache
def _forms_by_beginning() -> re.Pattern[str]:
    return _any_of(form for form in _FORMS if not form.holds)


#: Longer than this a line that ends in a stop is no label.
_LABEL = 60
#: What the forms of whole sentences hold.
_IN_SENTENCES = (
    "cookies", "javascript", "browser", "subscri", "mail", "inbox", "alerts", "briefing", "podcast", "journalism", "articles",
    "stories", "access", "offer", "reading", "comment", "reporting", "credit", "courtesy", "photo", "image", "picture", "video",
    "copyright", "©", "(c)", "rights", "http", "via ", "/", "click here", "sign ", "read more", "see also",
)  # fmt: skip

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


def _may_have_form(lowered: str) -> bool:
    """A line that fails this has no form: asked first, since the forms cost ten times as much."""
    if lowered.startswith(("(", "[", "\\")) or lowered.endswith(")"):
        return True
    first = _FIRST_WORD.match(lowered)
    if first and (first[0] in LINE_STARTS or not first[0].isalpha()):  # also "page3 of 5"
        return True
    return any(sign in lowered for sign in _HELD)


def _is_sentence(line: str) -> bool:
    """Does it end as a sentence of some length, and say nothing that pages say in sentences?  Ten times as quick as all forms."""
    if line[-1] != "." or len(line) <= _LABEL:
        return False
    lowered = line.lower()
    return not any(sign in lowered for sign in _IN_SENTENCES)


def form_of(line: str) -> Form | None:
    """The form of furniture that a line has."""
    if _is_sentence(line):
        return None
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
