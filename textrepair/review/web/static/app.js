// The page: which key does what, and what is shown after it.
//
// Actions take turns.  A key pressed before the last one is answered waits and then holds for the edit that is on screen by then, as
// when typing ahead in a terminal; where something goes wrong those that wait are dropped, so that none holds for an edit that nobody
// has seen.

import { Gone, Refused, ask, download, enter } from "./api.js";
import { ArticleView } from "./article.js";
import { drawCard } from "./card.js";
import { askFilter, askText, confirm, isOpen, showExports, showFigures, showHelp, showMenu } from "./dialogs.js";
import { byId, count, make, percent, seen } from "./dom.js";
import { ArticleList } from "./list.js";

const POLL = 400; // milliseconds between two looks at what the reader has brought
const state = {
  start: null, order: "article", filter: null, item: null, article: null, same: null, progress: null,
  waiting: false, reach: "edit", trail: [], sought: "", filtered: false, stopped: false,
};
const wide = matchMedia("(min-width: 1180px)");
const view = new ArticleView((key) => act("look", key));
const list = new ArticleList((action, body) => quietly(action, body), (key) => {
  if (!wide.matches) list.show(false);
  act("open", key);
});

// --- turns

let turns = Promise.resolve();
let round = 0;

/** Do an action when its turn has come. */
function act(action, value) {
  const mine = round;
  turns = turns.then(async () => {
    if (mine !== round || state.stopped) return;
    try {
      await ACTIONS[action](value);
    } catch (error) {
      trouble(error);
    }
  });
  return turns;
}

function dropWaiting() {
  round += 1;
}

function trouble(error) {
  dropWaiting();
  if (error instanceof Gone) stopped("The server has stopped.", "Everything that was answered is stored. Run the same command again to go on.");
  else if (error instanceof Refused && error.status === 401) stopped("This page is not let in.", shut(error.message));
  else {
    say(`! ${error.message}`);
    if (!(error instanceof Refused)) throw error;
  }
}

const shut = (why) => `${why[0].toUpperCase()}${why.slice(1)}. Press Enter in the terminal where the review runs for a new address.`;

/** Ask beside the turns; null where it fails. */
async function quietly(action, body) {
  try {
    return await ask(action, { ...wishes(), ...body });
  } catch (error) {
    trouble(error);
    return null;
  }
}

const wishes = () => ({ order: state.order, filter: state.filter });
const edit = () => state.item?.key ?? null;

// --- what is shown

/** Show something else, to which `k` comes back. */
async function go(action, body = {}) {
  const from = edit();
  const answer = await show(action, body);
  if (from !== null && from !== edit()) state.trail.push(from);
  return answer;
}

async function show(action, body = {}) {
  const answer = await ask(action, { ...wishes(), edit: edit(), have: view.have, ...body });
  take(answer);
  return answer;
}

function take(answer) {
  state.item = answer.item;
  state.same = answer.same ?? null;
  state.waiting = answer.waiting;
  state.progress = answer.progress;
  if (answer.changed) view.update(answer.changed);
  if (answer.article) {
    view.show(answer.article, edit());
  } else if (state.item) {
    view.update(state.item);
    if (!view.go(state.item.key)) {
      view.clear(); // an edit that this page has not heard of: its article is wanted anew
      act("look", state.item.key);
    }
  } else if (!view.article || view.current !== null) {
    view.clear();
  }
  state.article = view.article;
  drawCard(state, act);
  drawProgress();
  if (state.article) list.mark(state.article.key, state.article.index);
  refreshList();
  if (answer.message) say(answer.message);
  if (answer.message?.startsWith("!")) dropWaiting();
  document.body.dataset.edit = state.item?.key ?? "";
  document.body.dataset.waiting = String(state.waiting);
  speak();
  if (state.waiting) later();
}

let listTimer = 0;
function refreshList() {
  clearTimeout(listTimer);
  listTimer = setTimeout(() => list.refresh(false), 500);
}

let poll = 0;
function later() {
  clearTimeout(poll);
  poll = setTimeout(() => {
    if (state.waiting && !state.item) act("next");
  }, POLL);
}

function drawProgress() {
  const { progress } = state;
  const share = progress.edits ? progress.decided / progress.edits : 0;
  const bar = byId("bar");
  bar.firstElementChild.style.width = `${100 * share}%`;
  bar.setAttribute("aria-valuenow", Math.round(100 * share));
  const told = [make("strong", {}, count(progress.decided)), ` of ${count(progress.edits)} decided`];
  if (progress.agreement !== null) told.push(make("span", { class: "extra" }, ` · ${percent(progress.agreement)} of proposals taken`));
  if (progress.skipped) told.push(make("span", { class: "extra" }, ` · ${count(progress.skipped)} skipped`));
  if (progress.articles_read + progress.articles_failed < progress.articles) {
    told.push(make("span", { class: "extra" }, ` · ${count(progress.articles_read)} of ${count(progress.articles)} articles read`));
  }
  if (progress.articles_failed) told.push(make("span", { class: "bad" }, ` · ${count(progress.articles_failed)} unreadable`));
  byId("how-far").replaceChildren(...told);
}

function say(message) {
  const place = byId("message");
  const bad = message.startsWith("!");
  place.textContent = bad ? message.slice(1).trim() : message;
  place.className = `message shown${bad ? " bad" : ""}`;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.classList.remove("shown"), bad ? 6000 : 2500);
}

/** For those who listen instead of look. */
function speak() {
  const { item } = state;
  byId("spoken").textContent = item
    ? `${seen(item.before)} becomes ${seen(item.after)}. ${item.kind}, ${percent(item.confidence)} sure.`
    : state.waiting ? "Reading articles." : "Nothing is left to decide.";
}

function stopped(title, told) {
  state.stopped = true;
  document.body.replaceChildren(make("main", { class: "alone" }, make("h1", {}, title), make("p", {}, told)));
}

// --- actions

function decided(verdict, more = {}) {
  if (!state.item) return null;
  const scope = state.reach;
  state.reach = "edit";
  return go("decide", { verdict, scope, ...more });
}

function rest(verdict) {
  if (!state.item) return null;
  state.reach = "edit";
  return go("rest", { verdict });
}

const ACTIONS = {
  next: () => show("next"),
  look: (key) => go("look", { edit: key }),
  open: (key) => go("open", { article: key }),
  accept: () => decided("accept"),
  reject: () => decided("reject"),
  skip: () => decided("skip"),
  accept_rest: () => rest("accept"),
  reject_rest: () => rest("reject"),
  choose: (number) => {
    if (!state.item) return null;
    if (number > state.item.choices.length) return say(`! there is no choice ${number}`);
    return decided("choose", { choice: number });
  },
  edit: async () => {
    const { item } = state;
    if (!item) return;
    const text = await askText(`Instead of “${seen(item.before)}”`, item.typed,
      { hint: "Enter puts it, Shift+Enter begins a line, Escape leaves it. Empty: nothing at all." });
    if (text !== null) await decided("other", { text });
  },
  note: async () => {
    const { item } = state;
    if (!item) return;
    const text = await askText("Note", item.mine?.note ?? "", { action: "Keep it", hint: "Empty: none." });
    if (text !== null) await show("note", { text });
  },
  flag: () => (state.item ? show("flag") : null),
  reach: (name) => {
    const names = state.start.reach.map((reach) => reach.name);
    state.reach = typeof name === "string" ? name : names[(names.indexOf(state.reach) + 1) % names.length];
    drawCard(state, act);
    say(state.start.reach.find((reach) => reach.name === state.reach).told
      .replace("{here}", state.same?.[0] ?? 0).replace("{everywhere}", state.same?.[1] ?? 0));
  },
  undo: () => show("undo"),
  redo: () => show("redo"),
  forward: () => {
    state.reach = "edit";
    return go("next");
  },
  back: () => (state.trail.length ? show("look", { edit: state.trail.pop() }) : show("previous")),
  uncertain: () => go("uncertain"),
  search: async () => {
    const text = await askText("Find", state.sought, { action: "Find", hint: "In words, reasons and articles; the same again finds the next one." });
    if (!text) return;
    state.sought = text;
    await go("search", { text });
  },
  filter: async () => {
    const filter = await askFilter(state);
    if (!filter) return;
    state.filter = filter;
    state.filtered = filter.kinds.length > 0 || filter.low > 0 || filter.high < 1 || filter.text !== "" || filter.article !== null;
    drawTools();
    await show("next", { edit: null });
  },
  order: (name) => {
    const names = state.start.orders.map((order) => order.name);
    state.order = typeof name === "string" ? name : names[(names.indexOf(state.order) + 1) % names.length];
    say(`${state.order}: ${state.start.orders.find((order) => order.name === state.order).told}`);
    drawTools();
    return show("next", { edit: null });
  },
  view: () => {
    view.setMode(view.mode === "inline" ? "side" : "inline");
    keep("view", view.mode);
    drawTools();
  },
  list: () => {
    list.show(!list.shown);
    drawTools();
    if (list.shown) byId("list-rows").focus();
    else byId("article").focus();
  },
  theme: () => {
    const names = ["auto", "light", "dark"];
    const theme = names[(names.indexOf(kept("theme") ?? "auto") + 1) % 3];
    keep("theme", theme);
    setTheme(theme);
    say(`theme: ${theme}`);
  },
  statistics: async () => showFigures(await ask("statistics")),
  export: () => showExports(state, (format) => quietly("export", { format }), download),
  help: () => showHelp(state),
  menu: () => showMenu(MENU, act),
  quit: async () => {
    if (!(await confirm("Stop the review?", "Everything is stored. The same command goes on from here.", "Stop"))) return;
    await ask("quit");
    stopped("Stopped.", "Everything is stored. You may close this page; the same command goes on from here.");
  },
};

const MENU = [
  ["search", "Find"], ["filter", "Filter"], ["uncertain", "Next uncertain"], ["order", "Another order"], ["view", "Side by side or inline"],
  ["statistics", "Figures"], ["export", "What comes out"], ["theme", "Light or dark"], ["help", "Keys"], ["quit", "Stop"],
];

// --- keys

/** Held down, a key repeats: good for going, not for deciding. */
const REPEATABLE = new Set(["forward", "back"]);

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || state.stopped || !state.start) return;
  if (isOpen() || event.target.closest?.("input, textarea, select")) return;
  const action = /^[1-9]$/.test(event.key) ? "choose" : state.start.keys.find((key) => key.key === event.key)?.action;
  if (!action || (event.repeat && !REPEATABLE.has(action))) return;
  event.preventDefault();
  act(action, action === "choose" ? Number(event.key) : undefined);
}

function drawKeys() {
  byId("keys").replaceChildren(...state.start.keys.filter((key) => key.short).map((key) =>
    make("button", { type: "button", tabindex: -1, title: key.help, on: { click: () => act(key.action) } },
      make("kbd", {}, key.key), key.short)));
}

// --- tools

function drawTools() {
  const focused = document.activeElement?.dataset?.tool;
  const tool = (action, label, pressed = null, always = false) => make("button", {
    type: "button", class: always ? "always" : null, "data-tool": action, "aria-pressed": pressed,
    on: { click: () => act(action) },
  }, label);
  const order = make("select", { "aria-label": "Order", "data-tool": "orders", on: { change: (event) => {
    act("order", event.target.value);
    byId("article").focus();
  } } }, ...state.start.orders.map(({ name, told }) => make("option", { value: name, title: told }, `by ${name}`)));
  order.value = state.order;
  byId("tools").replaceChildren(
    tool("list", "Articles", String(list.shown), true),
    tool("search", "Find"),
    tool("filter", state.filtered ? "Filter on" : "Filter", String(state.filtered)),
    order,
    tool("uncertain", "Next uncertain"),
    tool("view", "Side by side", String(view.mode === "side")),
    tool("statistics", "Figures"),
    tool("export", "Export"),
    tool("theme", "Theme"),
    tool("help", "Keys"),
    make("button", { type: "button", class: "always only-narrow", "data-tool": "menu", on: { click: () => act("menu") } }, "More"));
  if (focused) document.querySelector(`[data-tool="${focused}"]`)?.focus();
}

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function kept(name) {
  try {
    return localStorage.getItem(`textrepair-${name}`);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`textrepair-${name}`, value);
  } catch {
    // Then it holds until the page is reloaded.
  }
}

// --- begin

async function begin() {
  setTheme(kept("theme") ?? "auto");
  try {
    await enter();
    state.start = await ask("start");
  } catch (error) {
    trouble(error);
    return;
  }
  state.order = state.start.order;
  state.filter = state.start.filter;
  state.filtered = state.filter.kinds.length > 0 || state.filter.low > 0 || state.filter.high < 1;
  if (kept("view") === "side") view.setMode("side");
  drawKeys();
  list.show(wide.matches);
  wide.addEventListener("change", () => {
    list.show(wide.matches);
    drawTools();
  });
  drawTools();
  document.addEventListener("keydown", keyed);
  await act("next");
}

begin();
