// While a handle is held, nothing is rendered: removing its piece from the page would end the drag. A response
// that arrives meanwhile waits until the handle is released; of several only the last is needed.

const source = () => document.getElementById("editor-keys");
let isHeld = false;
let isDragged = false;
let kept;

document.addEventListener("pointerdown", (event) => { isHeld = Boolean(event.target.closest("[data-handle]")); });
document.addEventListener("dragstart", () => { isDragged = isHeld; });
document.addEventListener("pointerup", letGo);
document.addEventListener("dragend", letGo);
// Browsers also send this when a press becomes a drag.
document.addEventListener("pointercancel", () => setTimeout(() => { if (!isDragged) letGo(); }));

document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target !== source() || !isHeld || !detail.shouldSwap) return;
  detail.shouldSwap = false;
  kept = detail.serverResponse;
  const revision = detail.xhr.getResponseHeader("Segment-Revision");
  if (revision !== null) document.getElementById("revision").value = revision;
});

function letGo() {
  isHeld = isDragged = false;
  if (kept === undefined) return;
  htmx.swap(source(), kept, { swapStyle: "none", settleDelay: 0, swapDelay: 0 });
  kept = undefined;
}
