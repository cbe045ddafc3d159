// The list of articles: only the rows in sight are there, and their data is asked for a page at a time.

import { byId, count, make, plural } from "./dom.js";

const ROW = 54; // pixels, as in style.css
const PAGE = 100;
// Browsers draw nothing beyond some 16 million pixels.
const TALLEST = 12_000_000;

export class ArticleList {
  /** `ask` asks the server; `open` is called with the key of the article that was chosen. */
  constructor(ask, open) {
    this.ask = ask;
    this.open = open;
    this.root = byId("list");
    this.rows = byId("list-rows");
    this.sheet = make("div", { class: "sheet", role: "presentation" });
    this.rows.append(this.sheet);
    this.pages = new Map();
    this.asked = new Set();
    this.total = 0;
    this.round = 0;
    this.current = null;
    this.active = 0;
    this.rows.addEventListener("scroll", () => this.draw(), { passive: true });
    this.rows.addEventListener("keydown", (event) => this.key(event));
    this.rows.addEventListener("click", (event) => {
      const row = event.target.closest?.("[data-index]");
      if (row) this.choose(Number(row.dataset.index));
    });
    let timer = 0;
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.refresh(true), 150);
    };
    for (const id of ["list-text", "list-sort", "list-undone"]) byId(id).addEventListener("input", again);
    new ResizeObserver(() => this.draw()).observe(this.rows);
  }

  get shown() {
    return !this.root.hidden;
  }

  show(yes) {
    this.root.hidden = !yes;
    if (yes) this.refresh(false);
  }

  /** Ask anew for what is in sight. */
  refresh(top) {
    if (!this.shown) return;
    this.round += 1;
    this.asked.clear();
    if (top) {
      this.pages.clear();
      this.rows.scrollTop = 0;
      this.active = 0;
    }
    this.draw();
  }

  /** The article on screen; `index` is its place in the corpus. */
  mark(key, index) {
    if (this.current === key) return;
    this.current = key;
    if (byId("list-sort").value === "corpus" && !byId("list-text").value && !byId("list-undone").checked) {
      this.active = index;
      if (this.shown) this.reveal(index);
    }
    this.draw();
  }

  /** Pixels a row takes on the scale: less than it has where there are very many. */
  get scale() {
    return Math.min(ROW, TALLEST / Math.max(1, this.total));
  }

  reveal(index) {
    const top = index * this.scale;
    if (top < this.rows.scrollTop || top + ROW > this.rows.scrollTop + this.rows.clientHeight) {
      this.rows.scrollTop = top - this.rows.clientHeight / 2;
    }
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.rows.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.total, End: this.total };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.active);
    } else if (event.key in steps) {
      event.preventDefault();
      this.active = Math.max(0, Math.min(this.total - 1, this.active + steps[event.key]));
      this.reveal(this.active);
      this.draw();
    }
  }

  choose(index) {
    const row = this.row(index);
    if (!row) return;
    this.active = index;
    this.open(row.key);
  }

  row(index) {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  draw() {
    if (!this.shown) return;
    const seen = Math.ceil(this.rows.clientHeight / ROW) + 2;
    const first = Math.max(0, Math.min(Math.floor(this.rows.scrollTop / this.scale), this.total - seen + 2));
    this.sheet.style.height = `${Math.max(this.total * this.scale, 1)}px`;
    const nodes = [];
    const last = Math.min(this.total, first + seen);
    for (let index = first; index < last; index += 1) nodes.push(this.line(index, (index - first) * ROW + first * this.scale));
    this.sheet.replaceChildren(...nodes);
    this.rows.setAttribute("aria-activedescendant", `row-${this.active}`);
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, last - 1) / PAGE); page += 1) this.load(page);
  }

  line(index, top) {
    const row = this.row(index);
    const done = row && row.edits ? 1 - row.open / row.edits : 0;
    const node = make("div", {
      class: `row${row?.key === this.current ? " current" : ""}${index === this.active ? " active" : ""}`,
      role: "option", id: `row-${index}`, "data-index": index, "aria-posinset": index + 1, "aria-setsize": this.total,
      "aria-selected": String(row !== undefined && row.key === this.current),
    });
    node.style.top = `${top}px`;
    if (!row) {
      node.append(make("span", { class: "quiet" }, "…"));
      return node;
    }
    const told = row.error ? row.error : !row.read ? "not read yet" : row.edits === 0 ? "nothing proposed"
      : row.open === 0 ? `all ${row.edits} decided` : `${row.edits - row.open} of ${row.edits} decided`;
    const bar = make("span", { class: "bar small", "aria-hidden": "true" }, make("span"));
    bar.firstChild.style.width = `${100 * done}%`;
    node.append(
      make("bdi", { class: "name", title: row.id }, row.id),
      make("span", { class: "score", title: "score" }, row.score === null ? "" : row.score.toFixed(2)),
      make("span", { class: "told quiet" }, told),
      row.edits ? bar : "");
    return node;
  }

  async load(page) {
    if (this.asked.has(page)) return;
    this.asked.add(page);
    const round = this.round;
    const answer = await this.ask("articles", {
      offset: page * PAGE, limit: PAGE, text: byId("list-text").value,
      sort: byId("list-sort").value, undone: byId("list-undone").checked,
    });
    if (!answer || round !== this.round) return;
    this.total = answer.total;
    this.pages.set(page, answer.rows);
    if (this.pages.size > 20) {
      const oldest = this.pages.keys().next().value;
      this.pages.delete(oldest);
      this.asked.delete(oldest);
    }
    byId("list-count").textContent = plural(this.total, "article");
    byId("list-count").title = count(this.total);
    this.draw();
  }
}
