// Short messages at the edge of the page. Any code may send one:
// document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } })), or an answer's HX-Trigger header.

const SECONDS = 7;
const STAYS = ".bad, .error, .warn, .warning";
const list = document.getElementById("toasts");

document.addEventListener("toast", (event) => {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.classList.add(event.detail.tone || "info");
  toast.querySelector("div").textContent = event.detail.text;
  list.append(toast);
  show(toast);
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
});

function show(toast) {
  raise();
  if (!toast.matches(STAYS)) leaveLater(toast);
}

// Above an open dialog, which is in the top layer: the last to enter it is on top.
function raise() {
  if (list.matches(":popover-open")) list.hidePopover();
  list.showPopover();
}

function leaveLater(toast) {
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), SECONDS * 1000); };
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", start);
  start();
}

for (const toast of list.querySelectorAll(".toast")) show(toast);
