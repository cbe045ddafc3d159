"""The fixed part of the HTML page: its style, its few lines of script, and what stands around the articles."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --soft: #6b6b6b; --line: #ddd; --card: #f6f6f4;
  --del: #a01720; --del-bg: #fde8e8; --ins: #0b6623; --ins-bg: #e3f5e6; --prop: #8a5a00; --prop-bg: #fff4d6;
  --find: #4a5a8a; --tip: #222; --tip-ink: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e3; --paper: #161616; --soft: #a0a0a0; --line: #3a3a3a;
  --card: #202020; --del: #ff9a9a; --del-bg: #45181b; --ins: #8fe3a1; --ins-bg: #12391c; --prop: #f3c969;
  --prop-bg: #3d3110; --find: #a9b8ea; --tip: #f0f0ee; --tip-ink: #161616; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem 6rem; max-width: 78rem; color: var(--ink); background: var(--paper);
  font: 1.05rem/1.65 Georgia, "Times New Roman", serif; overflow-wrap: anywhere; }
nav, table, .facts, .none { font: .9rem/1.45 system-ui, sans-serif; }
nav { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center;
  padding: .5rem 0; background: var(--paper); border-bottom: 1px solid var(--line); }
nav .views { display: flex; border: 1px solid var(--soft); border-radius: .5rem; overflow: hidden; }
nav label { padding: .4rem .8rem; cursor: pointer; }
.view { position: absolute; opacity: 0; pointer-events: none; }
#v-inline:checked ~ nav [for=v-inline], #v-side:checked ~ nav [for=v-side], #v-list:checked ~ nav [for=v-list]
  { background: var(--ink); color: var(--paper); }
#v-inline:focus-visible ~ nav .views, #v-side:focus-visible ~ nav .views, #v-list:focus-visible ~ nav .views
  { outline: 2px solid var(--find); outline-offset: 2px; }
.side, .list { display: none; }
#v-side:checked ~ main .inline, #v-list:checked ~ main .inline { display: none; }
#v-side:checked ~ main .side, #v-list:checked ~ main .list { display: block; }
section { margin: 1.5rem 0 3rem; }
h2 { font: 600 1.25rem/1.3 system-ui, sans-serif; margin: 0 0 .3rem; }
.facts { margin: 0 0 .8rem; color: var(--soft); }
.flag { color: var(--del); font-weight: 600; }
table { border-collapse: collapse; margin: 0 0 1.2rem; }
.summary { overflow-wrap: normal; white-space: nowrap; }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { overflow-wrap: normal; }
td.n, th.n { white-space: nowrap; text-align: right; font-variant-numeric: tabular-nums; }
.zero td, .zero th { color: var(--soft); font-weight: 400; }
.text { white-space: pre-wrap; margin: 0; }
.inline .text { max-width: 44rem; }
.pair .text::after { content: "\\200b"; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 2rem; }
.c { position: relative; cursor: help; border-radius: .2rem; }
.c:focus-visible { outline: 2px solid var(--find); outline-offset: 1px; }
del { color: var(--del); background: var(--del-bg); border-radius: .2rem; }
ins { color: var(--ins); background: var(--ins-bg); border-radius: .2rem; text-decoration: none; font-weight: 600; }
.prop { background: var(--prop-bg); border-bottom: 2px dashed var(--prop); }
.prop b { color: var(--prop); font-weight: 400; font-style: italic; }
.find { border-bottom: 1px dotted var(--find); }
.c:hover::after, .c:focus::after { content: attr(aria-description); position: absolute; z-index: 3; left: 0;
  top: calc(100% + .2rem); width: max-content; max-width: min(22rem, 45vw); padding: .5rem .7rem; white-space: pre-line;
  background: var(--tip); color: var(--tip-ink); border-radius: .4rem; font: 400 .85rem/1.45 system-ui, sans-serif;
  pointer-events: none; text-decoration: none; }
.c.r:hover::after, .c.r:focus::after, .new .c:hover::after, .new .c:focus::after { left: auto; right: 0; }
@media (max-width: 640px) {
  nav .key { display: none; }
  .pair { grid-template-columns: 1fr; gap: .2rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .pair.same .new { display: none; }
  .pair:not(.same) .new { padding-left: .7rem; border-left: 3px solid var(--ins); }
  .pair:not(.same) .old { padding-left: .7rem; border-left: 3px solid var(--del); }
  .summary { font-size: .72rem; }
  .summary th, .summary td { padding-right: .4rem; }
  .list table, .list tbody, .list tr, .list td:first-child { display: block; }
  .list td { display: inline; border: 0; padding: 0; }
  .list td:not(:first-child):not(:empty) + td:not(:empty)::before { content: "\\a0· "; }
  .list thead { display: none; }
  .list tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .c.c:hover::after, .c.c:focus::after { position: fixed; left: .5rem; right: .5rem; top: auto; bottom: .5rem;
    width: auto; max-width: none; font-size: .95rem; }
}
@media print {
  :root { --ink: #000; --paper: #fff; --soft: #444; --line: #bbb; --del: #900; --ins: #050; --prop: #640; --find: #224;
    --del-bg: none; --ins-bg: none; --prop-bg: none; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav, main .side { display: none !important; }
  main .inline, main .list { display: block !important; }
  .c::after { content: none !important; }
  section + section { break-before: page; }
  tr { break-inside: avoid; }
}
"""

# Tips open to the left in the right half of the window; Escape closes one that focus has opened.
SCRIPT = """
function turn(event) {
  const change = event.target.closest && event.target.closest(".c");
  if (change) change.classList.toggle("r", change.getClientRects()[0].left > innerWidth / 2);
}
addEventListener("pointerover", turn);
addEventListener("focusin", turn);
addEventListener("keydown", event => { if (event.key === "Escape") document.activeElement.blur(); });
"""

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'">
<title>textrepair</title>
<style>{style}</style>
</head>
<body>
<input class="view" type="radio" name="view" id="v-inline" checked>
<input class="view" type="radio" name="view" id="v-side">
<input class="view" type="radio" name="view" id="v-list">
<nav>
<div class="views"><label for="v-inline">Inline</label><label for="v-side">Side by side</label><label
 for="v-list">List</label></div>
<span class="key"><del>before</del> <ins>after</ins></span>
<span class="key"><span class="prop">proposed</span></span>
<span class="key"><span class="find">other finding</span></span>
<span class="key">Hover, tap or tab to a mark for its reason.</span>
</nav>
<main>
"""


def head() -> str:
    """All that comes before the first article. Only this page's own script may run in it."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return _HEAD.replace("{style}", STYLE).replace("{hash}", digest)


def foot() -> str:
    return f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
