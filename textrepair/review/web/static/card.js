// The edit to decide: what becomes what, why, how sure, what else, and the buttons that the keys stand for.

import { byId, make, percent, plural, seen } from "./dom.js";
import { standing } from "./article.js";

const TOLD = { accept: "accepted", reject: "rejected", other: "changed", skip: "skipped" };

const key = (name) => make("kbd", { "aria-hidden": "true" }, name);

function button(act, name, action, label, options = {}) {
  return make(
    "button",
    { type: "button", class: options.class ?? null, "aria-pressed": options.pressed ?? null,
      "aria-keyshortcuts": name, on: { click: () => act(action) } },
    key(name), make("span", {}, label),
  );
}

/** Draw the card for what there is to decide. */
export function drawCard(state, act) {
  const { item } = state;
  byId("card").replaceChildren(...(item ? decision(state, act) : nothing(state, act)));
}

function decision(state, act) {
  const { item } = state;
  return [
    make("div", { class: "change" },
      make("p", { class: "swap" },
        make("del", { dir: "auto" }, seen(item.before)),
        make("span", { class: "arrow", "aria-label": "becomes" }, "→"),
        make("ins", { dir: "auto" }, seen(item.after))),
      sureness(item),
      item.reason && item.reason !== `${item.before} ← ${item.after}` ? make("p", { class: "reason quiet", dir: "auto" }, item.reason) : null,
      item.reference ? make("p", { class: "reason quiet", dir: "auto" }, `from ${item.reference}`) : null),
    make("div", { class: "verdicts" },
      button(act, "n", "reject", "Reject", { class: "reject" }),
      button(act, "s", "skip", "Skip", { class: "skip" }),
      button(act, "y", "accept", "Accept", { class: "accept" })),
    choices(item, act),
    marks(item),
    reach(state, act),
    make("div", { class: "more" },
      button(act, "a", "accept_rest", "Accept the rest"),
      button(act, "d", "reject_rest", "Reject the rest"),
      button(act, "f", "flag", item.mine?.flag ? "Flagged" : "Flag", { pressed: String(Boolean(item.mine?.flag)) }),
      button(act, "m", "note", item.mine?.note ? "Note …" : "Note"),
      button(act, "u", "undo", "Undo"),
      button(act, "r", "redo", "Redo"),
      button(act, "k", "back", "Back"),
      button(act, "j", "forward", "Next")),
  ].filter(Boolean);
}

function sureness(item) {
  const moved = Math.abs(item.belief - item.confidence) >= 0.005;
  const fill = make("span");
  fill.style.width = `${100 * item.belief}%`;
  const level = item.belief >= 0.8 ? "high" : item.belief >= 0.5 ? "middle" : "low";
  return make("p", { class: "sureness" },
    make("span", { class: "kind" }, item.kind),
    make("span", { class: `meter ${level}`, "aria-hidden": "true" }, fill),
    make("span", {}, `${percent(item.confidence)} sure`),
    moved ? make("span", { class: "quiet" }, `now ${percent(item.belief)}`) : null,
    item.applied ? null : make("span", { class: "quiet" }, "only proposed"));
}

function choices(item, act) {
  const rows = item.choices.slice(1).map((choice, index) =>
    make("li", {}, make("button",
      { type: "button", "aria-keyshortcuts": index + 2, on: { click: () => act("choose", index + 2) } },
      key(String(index + 2)), make("span", { class: "word", dir: "auto" }, seen(choice.text)),
      make("span", { class: "odds quiet" }, choice.odds === null ? "" : percent(choice.odds)))));
  rows.push(make("li", {}, make("button",
    { type: "button", class: "other", "aria-keyshortcuts": "e", on: { click: () => act("edit") } },
    key("e"), make("span", { class: "word" }, "Something else …"))));
  return make("div", { class: "choices" },
    item.choices.length > 1 ? make("h3", {}, "Or instead") : "",
    make("ul", {}, ...rows));
}

function marks(item) {
  const lines = [];
  const how = standing(item);
  if (item.mine && (item.mine.verdict || item.mine.note)) {
    const put = item.mine.verdict === "other" ? ` to “${seen(item.mine.put ?? "")}”` : "";
    const told = item.mine.verdict ? `You ${TOLD[item.mine.verdict]} it${put}.` : "";
    lines.push(make("p", { class: `mine ${how}` }, told,
      item.mine.note ? make("span", { class: "note", dir: "auto" }, ` ${item.mine.note}`) : null));
  }
  for (const mark of item.others) {
    const put = mark.verdict === "other" ? ` to “${seen(mark.put ?? "")}”` : "";
    const told = mark.verdict ? `${TOLD[mark.verdict]} it${put}` : mark.flag ? "flagged it" : "";
    const who = make("bdi", {}, mark.who);
    lines.push(make("p", { class: "quiet" }, who, ` ${told}`, mark.note ? ` · ${mark.note}` : ""));
  }
  return lines.length ? make("div", { class: "marks" }, ...lines) : null;
}

function reach(state, act) {
  const [here, everywhere] = state.same ?? [0, 0];
  const { articles, articles_read: read, articles_failed: failed } = state.progress;
  const more = read + failed < articles ? "+" : "";
  const labels = { edit: "this", article: `${here} here`, corpus: `${everywhere}${more} in the corpus`, always: "always" };
  return make("div", { class: "reach", role: "group", "aria-label": "How far the next decision reaches" },
    make("h3", {}, "Decide for ", key("p")),
    make("div", { class: "segments" }, ...state.start.reach.map(({ name, told }) => make("button", {
      type: "button", "aria-pressed": String(state.reach === name),
      title: told.replace("{here}", here).replace("{everywhere}", everywhere),
      on: { click: () => act("reach", name) },
    }, labels[name]))));
}

function nothing(state, act) {
  const { progress } = state;
  if (progress.trouble) return [make("p", { class: "nothing" }, progress.trouble)];
  if (state.waiting) {
    return [make("div", { class: "nothing" }, make("h3", {}, "Reading articles"),
      make("p", { class: "quiet" }, "and looking for what to mend …"))];
  }
  const filtered = state.filtered ? "Nothing that passes the filter is left to decide." : "Nothing is left to decide.";
  return [make("div", { class: "nothing" },
    make("h3", {}, filtered),
    make("p", { class: "quiet" },
      `${plural(progress.decided, "edit")} decided in ${plural(progress.articles_read, "article")}.`),
    make("div", { class: "more" },
      state.filtered ? button(act, "w", "filter", "Change the filter") : null,
      button(act, "c", "export", "Take the result"),
      button(act, "t", "statistics", "Figures"),
      button(act, "k", "back", "Back"),
      button(act, "u", "undo", "Undo"),
      button(act, "q", "quit", "Stop")))];
}
