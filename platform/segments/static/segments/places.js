// Moving conditions and sections: dragged by their handle, moved by arrow keys, or sent to a place chosen by name.

const path = () => document.getElementById("editor").dataset.arranging;
const change = (values) => document.dispatchEvent(new CustomEvent("segment:change", { detail: { path: path(), values } }));
const isSection = (piece) => piece.matches(".rule-section");
const like = (piece) => (isSection(piece) ? ".rule-section" : ".condition");
const holder = (piece) => (isSection(piece) ? ".part" : ".rule-section");

// --- By keyboard ---

document.addEventListener("keydown", (event) => {
  const how = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const handle = event.target.closest?.("[data-handle]");
  if (!how || !handle) return;
  event.preventDefault();
  change({ how, ...JSON.parse(handle.dataset.with) });
});

document.addEventListener("keydown", (event) => {
  const key = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase();
  if (!["z", "y"].includes(key) || event.target.matches("input, textarea") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  document.getElementById(key === "y" || event.shiftKey ? "redo" : "undo").click();
});

// --- By dragging: a line shows where the piece will go ---

let dragged;

document.addEventListener("dragstart", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle) return;
  dragged = handle.closest(".condition, .rule-section");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.setDragImage(dragged, 16, 16);
  dragged.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  unmark();
  const place = placeAt(event.target, event.clientY);
  if (!place) return;
  event.preventDefault();
  place.element.dataset.drop = place.side;
});

document.addEventListener("drop", (event) => {
  const place = dragged && placeAt(event.target, event.clientY);
  if (!place) return;
  event.preventDefault();
  change({ how: "put", piece: dragged.dataset.piece, into: place.into, before: place.before, focus: `h-${dragged.dataset.piece}` });
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = undefined;
  unmark();
});

function placeAt(target, y) {
  const over = target.closest?.(like(dragged));
  if (over === dragged) return undefined;
  if (over) return beside(over, y);
  const into = target.closest?.(holder(dragged)) ?? target.closest?.(".part");
  return into && { element: into, side: "in", into: into.dataset.piece, before: "" };
}

function beside(over, y) {
  const { top, height } = over.getBoundingClientRect();
  const isAfter = y > top + height / 2;
  const into = over.closest(holder(dragged));
  const all = [...into.querySelectorAll(like(dragged))].filter((each) => each !== dragged);
  const before = isAfter ? all[all.indexOf(over) + 1] : over;
  return { element: over, side: isAfter ? "after" : "before", into: into.dataset.piece, before: before?.dataset.piece ?? "" };
}

function unmark() {
  for (const marked of document.querySelectorAll("[data-drop]")) delete marked.dataset.drop;
}

// --- By name: every place where the piece could go ---

document.addEventListener("click", (event) => {
  const id = event.target.closest("[data-move]")?.dataset.move;
  if (id === undefined) return;
  const piece = document.querySelector(`:is(.condition, .rule-section)[data-piece="${CSS.escape(id)}"]`);
  document.getElementById("places").replaceChildren(...placesFor(piece).map(([into, label]) => button(id, into, label)));
});

function placesFor(piece) {
  const parts = [...document.querySelectorAll(".part")];
  const own = piece.closest(".part");
  if (isSection(piece)) return parts.filter((part) => part !== own).map((part) => [part.dataset.piece, part.dataset.name]);
  const sections = [...document.querySelectorAll(".rule-section")].filter((section) => !section.contains(piece));
  return [
    ...sections.map((section) => [section.dataset.piece, section.getAttribute("aria-label")]),
    ...parts.map((part) => [part.dataset.piece, `${part.dataset.name}, a new section`]),
  ];
}

function button(piece, into, label) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "button", textContent: label });
  made.setAttribute("commandfor", "mover");
  made.setAttribute("command", "close");
  made.dataset.send = path();
  made.dataset.with = JSON.stringify({ how: "put", piece, into, focus: `h-${piece}` });
  return made;
}
