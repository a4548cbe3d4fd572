// Errors of htmx requests are reported, never swallowed.

const SIGN_IN = 'data-shell="plain"';

const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "bad" } }));

// A whole page in answer to a request for a part is the sign-in page: the session has ended.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, boosted } = event.detail;
  if (boosted || xhr.status >= 400 || !xhr.responseText.includes(SIGN_IN)) return;
  event.detail.shouldSwap = false;
  say("You are signed out. Reload the page to sign in again; what you typed is still here.");
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const reference = xhr.getResponseHeader("X-Request-Id");
  say(explain(xhr.status) + (xhr.status >= 500 && reference ? ` Reference: ${reference}.` : ""));
});

for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, () => say("Muster could not be reached. Check the connection and try again."));
}

function explain(status) {
  if (status === 403) return "You may not do this. Ask an administrator for the policy it needs.";
  if (status === 404) return "This is no longer here. Reload the page.";
  if (status === 409) return "Someone else changed this in the meantime. Reload the page.";
  if (status === 429) return "Too many requests at once. Wait a moment and try again.";
  return status >= 500 ? "Something went wrong on our side." : "Muster did not accept this. Reload the page and try again.";
}
