// Elements from plain data.  Text only ever becomes text nodes: nothing here, or anywhere else, reads markup out of a string.

/** An element: `make("p", {class: "quiet"}, "text", child)`.  Attributes that are null or false are left out. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Words as one sees them: spaces at the ends, several in a row, and line ends have a sign. */
export function seen(text) {
  if (text === "") return "∅";
  return text
    .replace(/^ +| +$| {2,}/g, (spaces) => "␣".repeat(spaces.length))
    .replace(/\t/g, "⇥")
    .replace(/\n/g, "↵");
}

/** "97 %", and never 100 % for what isn't sure. */
export function percent(share) {
  if (share === null || share === undefined) return "–";
  const whole = Math.round(share * 100);
  if (whole === 100 && share < 1) return "> 99 %";
  if (whole === 0 && share > 0) return "< 1 %";
  return `${whole} %`;
}

export const count = (number) => number.toLocaleString("en");

export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
