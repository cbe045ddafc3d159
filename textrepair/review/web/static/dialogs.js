// What asks or tells over the page: typing, help, filter, figures, files.  Dialogs of the browser's own: they keep the focus and
// close on Escape.

import { count, make, percent, plural, seen } from "./dom.js";

/** Is a dialog open? */
export const isOpen = () => document.querySelector("dialog[open]") !== null;

function open(name, title, content, buttons) {
  const dialog = make("dialog", { class: name, "aria-labelledby": "dialog-title" });
  const form = make("form", { method: "dialog" },
    make("h2", { id: "dialog-title" }, title), ...content,
    make("div", { class: "buttons" }, ...buttons));
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, form };
}

const closing = (label = "Close") => make("button", { type: "submit", value: "" }, label);
const doing = (label) => make("button", { type: "submit", value: "do", class: "primary" }, label);

/** Ask for text; the promise gives it, or null.  Enter is enough, Shift+Enter begins a line. */
export function askText(title, text, { label, hint = "", action = "Put it" } = {}) {
  const field = make("textarea", { rows: 2, "aria-label": label ?? title, maxlength: 10000, spellcheck: "true", dir: "auto" });
  field.value = text;
  const { dialog, form } = open("ask", title, [field, make("p", { class: "quiet" }, hint)], [closing("Leave it"), doing(action)]);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".primary"));
    }
  });
  field.focus();
  field.select();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "do" ? field.value : null));
  });
}

/** Ask yes or no. */
export function confirm(title, told, action) {
  const { dialog, form } = open("confirm", title, [make("p", {}, told)], [closing("Go on"), doing(action)]);
  form.querySelector(".primary").focus();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "do")));
}

export function showHelp(state) {
  const rows = state.start.keys.map(({ key, help }) =>
    make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, key)), make("td", {}, help)));
  open("help", "Keys", [
    make("table", {}, make("tbody", {}, ...rows)),
    make("p", { class: "quiet" },
      "A click on a marked word goes to it.  Every decision is stored at once: close the page whenever you like."),
    make("p", { class: "quiet" }, `textrepair ${state.start.version} · ${state.start.who} · decisions in `,
      make("bdi", {}, state.start.store)),
  ], [closing()]);
}

/** All actions as buttons, for hands without keys. */
export function showMenu(actions, act) {
  const { dialog } = open("menu", "Review", actions.map(([action, label]) =>
    make("button", { type: "button", on: { click: () => { dialog.close(); act(action); } } }, label)), [closing()]);
}

/** Which edits are wanted; the promise gives a filter, or null. */
export function askFilter(state) {
  const { filter, start, article } = state;
  const kinds = start.kinds.map((kind) => {
    const box = make("input", { type: "checkbox", value: kind });
    box.checked = filter.kinds.includes(kind);
    return make("label", { class: "check" }, box, ` ${kind}`);
  });
  const bound = (label, value) => {
    const field = make("input", { type: "number", min: 0, max: 100, step: 1, inputmode: "numeric", "aria-label": label });
    field.value = Math.round(value * 100);
    return field;
  };
  const low = bound("Confidence from, in per cent", filter.low);
  const high = bound("Confidence up to, in per cent", filter.high);
  const text = make("input", { type: "text", "aria-label": "Words", maxlength: 200, autocomplete: "off", dir: "auto" });
  text.value = filter.text;
  const only = make("input", { type: "checkbox" });
  only.checked = filter.article !== null;
  const key = filter.article ?? article?.key ?? null;
  const { dialog } = open("filter", "Which edits?", [
    make("fieldset", {}, make("legend", {}, "Kinds ", make("span", { class: "quiet" }, "(none: all)")), ...kinds),
    make("fieldset", {}, make("legend", {}, "Confidence"), low, " to ", high, " %"),
    make("fieldset", {}, make("legend", {}, "With these words, in the edit, its reason or its article"), text),
    key === null ? "" : make("label", { class: "check" }, only, " only in this article"),
  ], [make("button", { type: "submit", value: "clear" }, "All edits"), closing("Leave it"), doing("Show these")]);
  const share = (field, otherwise) => (field.value === "" ? otherwise : Math.min(100, Math.max(0, field.valueAsNumber)) / 100);
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    if (dialog.returnValue === "clear") resolve({ kinds: [], low: 0, high: 1, text: "", article: null });
    else if (dialog.returnValue !== "do") resolve(null);
    else {
      const chosen = kinds.map((label) => label.querySelector("input")).filter((box) => box.checked).map((box) => box.value);
      const bounds = [share(low, 0), share(high, 1)].sort((a, b) => a - b);
      resolve({ kinds: chosen, low: bounds[0], high: bounds[1], text: text.value, article: only.checked ? key : null });
    }
  }));
}

/** How often proposals were taken. */
export function showFigures(figures) {
  const row = (name, band) => {
    const [low, high] = band.interval;
    return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, count(band.decided)),
      make("td", {}, percent(band.rate)), make("td", { class: "quiet" }, `${percent(low)} – ${percent(high)}`),
      make("td", {}, percent(band.mean_confidence)));
  };
  const heads = ["confidence", "decided", "accepted", "95 % interval", "expected"];
  const bands = figures.by_band.map((band) => row(`${percent(band.low)} to ${percent(band.high)}`, band));
  const people = Object.entries(figures.by_reviewer).map(([who, counts]) =>
    make("p", {}, make("bdi", {}, who), `: ${Object.entries(counts).map(([name, n]) => `${name} ${count(n)}`).join(", ")}`));
  const pairs = figures.agreements.map((pair) => make("p", {}, make("bdi", {}, pair.one), " and ", make("bdi", {}, pair.two),
    `: ${count(pair.agreed)} of ${count(pair.both)} alike, kappa ${pair.kappa === null ? "undefined" : pair.kappa.toFixed(2)}`));
  open("figures", "Is 90 % really 90 %?", [
    bands.length
      ? make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
        make("tbody", {}, ...bands))
      : make("p", {}, "Nothing is decided yet."),
    ...people, ...pairs,
  ], [closing()]);
}

/** Offer files; `make_` makes one, `take` fetches it. */
export function showExports(state, makeFile, take) {
  const told = make("p", { class: "told", role: "status" });
  const buttons = state.start.exports.map(({ name, told: what }) => make("button", {
    type: "button", class: "export", "data-format": name,
    on: {
      click: async () => {
        told.textContent = "Making the file …";
        const made = await makeFile(name);
        if (!made) {
          told.textContent = "";
          return;
        }
        take(made.ticket, made.name);
        const { count: c } = made;
        const parts = name === "decisions" ? [] : [`${count(c.accepted)} accepted`, `${count(c.rejected)} rejected`, `${count(c.open)} open`];
        if (c.disagreed) parts.push(`${count(c.disagreed)} left out where reviewers disagree`);
        if (c.overlapping) parts.push(`${count(c.overlapping)} left out where accepted edits overlap`);
        const size = made.size < 1e6 ? `${Math.ceil(made.size / 1000)} kB` : `${(made.size / 1e6).toFixed(1)} MB`;
        told.textContent = [`${made.name} (${size})`, ...parts].join(" · ");
        if (made.failures) told.append(make("span", { class: "bad" }, ` ${plural(made.failures, "article")} could not be written: ${seen(made.failed[0])}`));
      },
    },
  }, make("strong", {}, name), make("span", { class: "quiet" }, what)));
  open("exports", "What comes out", [make("div", { class: "export-list" }, ...buttons), told], [closing()]);
}
