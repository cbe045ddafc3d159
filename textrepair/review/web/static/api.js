// Talking to the server: one request after the other, each with the page's own secret.

const PLACE = "textrepair-secret";
const HEADER = "X-Textrepair-Token";

/** The server has answered, with no. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The server has not answered. */
export class Gone extends Error {}

// Storage belongs to this server's port alone, which cookies don't.
let secret = read();

function read() {
  try {
    return localStorage.getItem(PLACE) ?? "";
  } catch {
    return "";
  }
}

/** Hand over the address's token, if there is one; it is gone from the address before anything else happens. */
export async function enter() {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(null, "", "/");
  try {
    secret = (await ask("enter", { token })).secret;
  } catch (error) {
    // A reload of the address as it was printed: this browser may have been let in before.
    if (!(error instanceof Refused) || !secret) throw error;
    return;
  }
  try {
    localStorage.setItem(PLACE, secret);
  } catch {
    // Without storage the page works until it is reloaded.
  }
}

/** Ask the server to do something.  Throws Refused or Gone. */
export async function ask(action, body = {}) {
  let response;
  try {
    response = await fetch(`/api/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", [HEADER]: secret },
      body: JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
    });
  } catch {
    throw new Gone("The server has stopped.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer.error ?? `error ${response.status}`);
  return answer;
}

/** Let the browser fetch a file that was made, as a download. */
export function download(ticket, name) {
  const link = document.createElement("a");
  link.href = `/export/${encodeURIComponent(ticket)}`;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
