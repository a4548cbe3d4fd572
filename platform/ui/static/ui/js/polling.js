// Pieces of a page that fetch themselves again and again: what somebody does in one is not taken from under their hands.

let pressed = null;
let left = null;

addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => setTimeout(() => { pressed = null; }), true); // the click comes first
}

const isPolled = ({ requestConfig }) => requestConfig?.elt.getAttribute("hx-trigger")?.startsWith("every");
const isBusy = (piece) => piece.contains(pressed) || piece.querySelector(":popover-open, dialog[open]") !== null;
const said = (element) => element.getAttribute("aria-label") ?? element.textContent.trim();

// A piece with a button that is being pressed or a menu that is open waits for the next time.
document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (!isPolled(detail) || !detail.shouldSwap) return;
  const focused = document.activeElement;
  if (isBusy(target)) detail.shouldSwap = false;
  else left = target.contains(focused) ? { kind: focused.localName, words: said(focused) } : null;
});

// The focus goes on to what is called as that which had it. Where that has an id, htmx has seen to it.
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (left === null) return;
  const { kind, words } = left;
  left = null;
  if (document.activeElement !== document.body) return;
  [...elt.querySelectorAll(kind)].find((each) => said(each) === words)?.focus({ preventScroll: true });
});
