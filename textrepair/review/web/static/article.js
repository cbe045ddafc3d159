// The article with its edits in place: inline, or the text before beside the text after.

import { byId, make, percent, plural, seen } from "./dom.js";

/** How an edit stands: open, accept, reject, other, skip. */
export function standing(edit) {
  const verdict = edit.mine?.verdict ?? edit.others.find((mark) => mark.verdict && mark.verdict !== "skip")?.verdict;
  return verdict ?? "open";
}

/** What stands there after the edit, as decided so far. */
function put(edit) {
  const marks = [edit.mine, ...edit.others];
  return marks.find((mark) => mark?.verdict === "other")?.put ?? edit.after;
}

const TOLD = { open: "open", accept: "accepted", reject: "rejected", other: "changed by hand", skip: "skipped" };

export class ArticleView {
  /** `pick` is called with the key of an edit that is clicked. */
  constructor(pick) {
    this.root = byId("text");
    this.scroller = byId("article");
    this.mode = "inline";
    this.article = null;
    this.current = null;
    this.edits = new Map();
    this.nodes = new Map();
    this.root.addEventListener("click", (event) => {
      const node = event.target.closest?.("[data-edit]");
      if (node && getSelection().isCollapsed) pick(Number(node.dataset.edit));
    });
  }

  /** What the page has of the article already, for the server to know. */
  get have() {
    const { article } = this;
    return article && { article: article.key, from: article.from, to: article.to, length: article.length };
  }

  show(article, current) {
    this.article = article;
    this.current = current;
    this.edits = new Map(article.edits.map((edit) => [edit.key, edit]));
    this.draw();
    this.head();
  }

  /** One edit has changed. */
  update(edit) {
    const known = this.edits.get(edit.key);
    if (!known) return;
    Object.assign(known, edit);
    for (const { node, side } of this.nodes.get(edit.key) ?? []) this.fill(node, known, side);
  }

  /** Make another edit the current one; false where the page doesn't have it. */
  go(key) {
    if (!this.edits.has(key)) return false;
    const before = this.current;
    this.current = key;
    if (!this.nodes.has(key)) {
      this.draw(); // it overlaps another one that was drawn
    } else {
      for (const each of [before, key]) {
        for (const { node, side } of this.nodes.get(each) ?? []) this.fill(node, this.edits.get(each), side);
      }
    }
    this.scroll();
    return true;
  }

  setMode(mode) {
    this.mode = mode;
    if (this.article) this.draw();
  }

  clear() {
    this.article = null;
    this.current = null;
    this.nodes.clear();
    this.root.replaceChildren();
    this.head();
  }

  // --- drawing

  head() {
    const { article } = this;
    byId("title").querySelector("bdi").textContent = article?.id ?? "";
    const facts = byId("facts");
    if (!article) {
      facts.textContent = "";
      return;
    }
    const score = article.score === null ? "score unknown" : `score ${article.score.toFixed(2)}`;
    facts.textContent = `${score} · ${plural(article.edits.length, "edit")}`;
    if (article.from > 0 || article.to < article.length) facts.textContent += " here · a part of a long article";
    facts.title = article.path;
  }

  draw() {
    const { article } = this;
    this.nodes.clear();
    const rows = this.rows();
    const fragment = document.createDocumentFragment();
    if (article.from > 0) fragment.append(this.gap("before this"));
    for (const row of rows) fragment.append(this.mode === "side" ? this.pair(row) : this.line(row, "both"));
    if (article.to < article.length) fragment.append(this.gap("after this"));
    this.root.className = `text ${this.mode}`;
    this.root.replaceChildren(fragment);
    this.scroll();
  }

  gap(where) {
    const left = where === "before this" ? this.article.from : this.article.length - this.article.to;
    return make("p", { class: "gap quiet" }, `… ${plural(left, "more character")} ${where} …`);
  }

  /** Lines of parts, each a string or an edit.  Of edits that overlap the current one is drawn, or else the first. */
  rows() {
    const { text } = this.article;
    const all = [...this.edits.values()].sort((a, b) => a.start - b.start || a.end - b.end);
    const current = this.edits.get(this.current);
    const rows = [[]];
    let at = 0;
    const plain = (end) => {
      text.slice(at, end).split("\n").forEach((line, index) => {
        if (index) rows.push([]);
        if (line) rows.at(-1).push(line);
      });
      at = end;
    };
    for (const edit of all) {
      if (edit.start < at || (edit !== current && current && overlap(edit, current))) continue;
      plain(edit.start);
      rows.at(-1).push(edit);
      at = edit.end;
    }
    plain(text.length);
    return rows;
  }

  line(row, side) {
    const line = make("p", { dir: "auto", class: row.length ? side : `${side} empty` });
    for (const part of row) line.append(typeof part === "string" ? part : this.mark(part, side));
    return line;
  }

  pair(row) {
    const same = row.every((part) => typeof part === "string");
    return make("div", { class: same ? "pair same" : "pair" }, this.line(row, "old"), this.line(row, "new"));
  }

  mark(edit, side) {
    const node = make("span", { "data-edit": edit.key, role: "button" });
    if (!this.nodes.has(edit.key)) this.nodes.set(edit.key, []);
    this.nodes.get(edit.key).push({ node, side });
    this.fill(node, edit, side);
    return node;
  }

  fill(node, edit, side) {
    const how = standing(edit);
    const current = edit.key === this.current;
    node.className = `edit ${how}${current ? " current" : ""}${edit.mine?.flag ? " flagged" : ""}`;
    node.tabIndex = current ? 0 : -1;
    if (current) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
    const after = put(edit);
    const label = `${seen(edit.before)} → ${seen(after)}, ${TOLD[how]}, ${percent(edit.confidence)}`;
    node.setAttribute("aria-label", label);
    node.title = label;
    const old = () => make("del", {}, blank(edit.before) ? seen(edit.before) : edit.before);
    const fresh = () => make("ins", {}, blank(after) ? seen(after) : after);
    const plain = (words) => (words === "" ? make("span", { class: "caret" }, "‸") : words);
    const done = how === "accept" || how === "other";
    if (side === "old") node.replaceChildren(edit.before === "" ? plain("") : old());
    else if (side === "new") node.replaceChildren(how === "reject" ? plain(edit.before) : fresh());
    else if (current) node.replaceChildren(...(edit.before ? [old()] : []), fresh());
    else node.replaceChildren(plain(done ? after : edit.before));
  }

  scroll() {
    const node = this.nodes.get(this.current)?.[0]?.node;
    if (!node) {
      this.scroller.scrollTop = 0;
      return;
    }
    const place = node.getBoundingClientRect();
    const room = this.scroller.getBoundingClientRect();
    const third = room.height / 4;
    // The text moves only when it has to, so that the eye keeps its place.
    if (place.top < room.top + third / 2 || place.bottom > room.bottom - third) {
      this.scroller.scrollTop += place.top - room.top - room.height * 0.38;
    }
  }
}

const blank = (text) => text.trim() === "";

function overlap(one, other) {
  if (one === other) return false;
  if (one.start === other.start && one.end === other.end) return true;
  return one.start < other.end && other.start < one.end;
}
