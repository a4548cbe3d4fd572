// Parts of a page that poll: what somebody is doing in one is never replaced under their hands.

let pressed = null;
let left = null;

addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => setTimeout(() => { pressed = null; }), true); // the click comes first
}

const isPolled = ({ requestConfig }) => requestConfig?.elt.getAttribute("hx-trigger")?.startsWith("every");
const isBusy = (piece) => piece.contains(pressed) || piece.querySelector(":popover-open, dialog[open]") !== null;
const said = (element) => element.getAttribute("aria-label") ?? element.textContent.trim();

// A part with a button being pressed or an open menu waits for the next poll.
document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (!isPolled(detail) || !detail.shouldSwap) return;
  const focused = document.activeElement;
  if (isBusy(target)) detail.shouldSwap = false;
  else left = target.contains(focused) ? { kind: focused.localName, words: said(focused) } : null;
});

// Focus moves to the control with the same words as the one that had it; where that has an id, htmx did it.
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (left === null) return;
  const { kind, words } = left;
  left = null;
  if (document.activeElement !== document.body) return;
  [...elt.querySelectorAll(kind)].find((each) => said(each) === words)?.focus({ preventScroll: true });
});
