// The Campaign Editor: every change is one POST, in the order in which they were made; the response renders what
// it touches. A control's data-change says what it changes; the sub-audience and group around it say where.

const root = document.querySelector("[data-editor]");
const steps = document.getElementById("steps");
const moved = document.getElementById("moved");

// --- Saving ------------------------------------------------------------------------------------------------------

const waiting = [];
let isSending = false;

function change(values, focus) {
  keepOrder();
  waiting.push({ values, focus });
  send();
}

async function send() {
  if (isSending || !waiting.length) return;
  isSending = true;
  show("saving");
  const before = new Set([...steps.querySelectorAll("[id]")].map((element) => element.id));
  const { values, focus } = waiting[0];
  const isKept = await post(root.dataset.editor, { ...values, ...seen() });
  isSending = false;
  if (!isKept) return show("failed");
  waiting.shift();
  focus?.(before);
  send();
}

// Resolves to whether the server accepted it. Its response is swapped out of band.
function post(url, values) {
  return ask("POST", url, values);
}

function ask(verb, url, values) {
  return new Promise((settle) => {
    const done = (event) => {
      if (event.detail.elt !== root) return;
      root.removeEventListener("htmx:afterRequest", done);
      settle(event.detail.successful);
    };
    root.addEventListener("htmx:afterRequest", done);
    htmx.ajax(verb, url, { source: root, swap: "none", values }).catch(() => {});
  });
}

const seen = () => ({ page: root.dataset.page, revision: state().dataset.revision });
const state = () => document.getElementById("editor-state");
const show = (word) => { state().dataset.state = word; };

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-retry]")) send();
  if (event.target.closest("[data-undo]")) undo();
  const save = event.target.closest("[data-save]");
  if (save) finish(save);
});

const undo = () => change({ change: "undo" });

document.addEventListener("keydown", (event) => {
  const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
  if (!isUndo || event.target.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  document.querySelector("[data-undo]:enabled")?.click();
});

// Saves the campaign as a whole once all earlier changes have been kept.
async function finish(button) {
  button.closest("dialog")?.close();
  document.activeElement?.blur?.();
  keepOrder();
  await settledAll();
  if (!waiting.length) post(button.dataset.save, { ...seen(), ...("sure" in button.dataset && { sure: "yes" }) });
}

// Waits until all changes have been answered, or one could not be kept.
function settledAll() {
  return new Promise((go) => {
    const look = () => (isSending ? setTimeout(look, 20) : go());
    look();
  });
}

addEventListener("beforeunload", (event) => {
  keepOrder();
  if (waiting.length) event.preventDefault();
});

// --- What was changed --------------------------------------------------------------------------------------------

root.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-on=change]");
  if (form) change({ change: form.dataset.change, ...entries(form) });
  else if (event.target.matches("[data-change]")) changed(event.target);
});

root.addEventListener("focusout", (event) => {
  if (event.target.dataset.typed) { delete event.target.dataset.typed; changed(event.target); }
});

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.hasAttribute("popovertarget")) opened(button);
  else if (button.closest("[data-picker]")) picked(button);
  else if (button.dataset.change) change(about(button), focusFor(button.dataset.change, button));
  else if ("unfold" in button.dataset) unfold(button);
  else if (button.dataset.panel) panel(button);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-panel-form], [data-insist]")) return;
  event.preventDefault();
  if ("insist" in form.dataset) insist(form);
  else post(form.dataset.panelForm, { ...entries(form), ...seen() }).then((isKept) => isKept && form.closest("dialog").close());
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row], [data-remove-row]");
  if (!button) return;
  const form = button.closest("form");
  if ("removeRow" in button.dataset) return button.closest("[data-row]").remove();
  form.querySelector("[data-rows]").append(form.querySelector("[data-blank]").content.cloneNode(true));
  form.querySelector("[data-row]:last-child").querySelector("select, input").focus();
});

async function insist(form) {
  form.closest("dialog").close();
  keepOrder();
  await settledAll();
  if (await post(root.dataset.editor, { ...entries(form), sure: "yes" })) location.reload();
}

function changed(control) {
  if (control instanceof HTMLInputElement) control.defaultValue = control.value;
  change(about(control));
}

function about(control, place = control) {
  const part = place.closest("[data-part]")?.dataset.part;
  const group = place.closest("[data-group]")?.dataset.group;
  const values = { change: control.dataset.change ?? place.dataset.changeOf, value: valueOf(control) };
  return Object.fromEntries(Object.entries({ part, group, ...values, ...given(control) }).filter(([, value]) => value !== undefined));
}

function valueOf(control) {
  if (control.multiple) return [...control.selectedOptions].map((option) => option.value);
  if (control.type === "checkbox") return control.checked ? "on" : "off";
  return control.tagName === "BUTTON" ? undefined : control.value;
}

const given = ({ dataset: { segment, template } }) => ({ segment, template });

function entries(form) {
  const data = new FormData(form);
  return Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name)]));
}

// Where the focus goes after something was added or removed.
function focusFor(name, button) {
  const part = button.closest("[data-part]")?.id;
  if (name === "add_by_criteria") {
    return (before) => [...steps.querySelectorAll("a[id^=criteria-of]")].find((link) => !before.has(link.id))?.click();
  }
  if (name.startsWith("add_") || name === "copy_part") {
    return (before) => [...steps.querySelectorAll("input.quiet-input")].find((input) => !before.has(input.id))?.select();
  }
  if (name === "remove_group" || name === "withdraw") return () => document.querySelector(`#${part} [data-change=add_group]`)?.focus();
  if (name === "part_criteria") return () => document.querySelector(`#${part} a[id^=criteria-of]`)?.focus();
  return undefined;
}

// What someone is typing stays when its surroundings are rendered again.
let typed;
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const input = document.activeElement;
  const isUnsaved = input?.matches?.("input[data-change]") && event.detail.target.contains(input) && input.value !== input.defaultValue;
  typed = isUnsaved ? { id: input.id, value: input.value } : undefined;
});
document.addEventListener("htmx:oobAfterSwap", () => {
  const input = typed && document.getElementById(typed.id);
  if (input) { input.value = typed.value; input.dataset.typed = "yes"; input.focus(); }
  typed = undefined;
});

// --- Menus that serve every sub-audience ---------------------------------------------------------------------------

let opener;

function opened(button) {
  opener = button;
  const menu = document.getElementById(button.getAttribute("popovertarget"));
  const has = new Set((button.closest("[data-group]")?.dataset.templates ?? "").split(" "));
  const place = menu.querySelectorAll("[data-template]");
  for (const item of place) item.setAttribute("aria-checked", String(has.has(item.dataset.template)));
  for (const item of menu.querySelectorAll("[data-step], [data-change=copy_part]")) item.hidden = button.dataset.fixed === "yes";
  for (const item of menu.querySelectorAll("[data-only-for]")) item.dataset.isBarred = String(item.dataset.onlyFor !== button.dataset.changeOf);
  const find = menu.querySelector("[data-find]");
  if (find) { find.value = ""; narrow(find); }
}

function picked(item) {
  item.closest("[popover]").hidePopover();
  if (item.dataset.step) return step(opener.closest("[data-part]"), Number(item.dataset.step));
  const values = about(item, opener);
  if (item.getAttribute("aria-checked") === "true") values.change = "withdraw";
  change(values, focusFor(values.change, opener) ?? (() => document.getElementById(opener.id)?.focus()));
}

function narrow(find) {
  const sought = find.value.trim().toLowerCase();
  const items = [...find.closest("[data-picker]").querySelectorAll("button")];
  for (const item of items) item.hidden = item.dataset.isBarred === "true" || !item.textContent.toLowerCase().includes(sought);
  find.closest("[data-picker]").querySelector("[data-none]").hidden = items.some((item) => !item.hidden);
}

root.addEventListener("input", (event) => { if (event.target.matches("[data-find]")) narrow(event.target); });
root.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-find]")) return;
  const first = event.target.closest("[data-picker]").querySelector("button:not([hidden])");
  if (event.key === "Enter") { event.preventDefault(); first?.click(); }
  if (event.key === "ArrowDown") { event.preventDefault(); event.stopPropagation(); first?.focus(); }
}, true);

function panel(button) {
  const place = { part: button.closest("[data-part]").dataset.part, group: button.closest("[data-group]").dataset.group };
  ask("GET", button.dataset.panel, { ...place, template: button.dataset.template });
}

// --- Order -------------------------------------------------------------------------------------------------------

const list = () => document.querySelector("[data-parts]");
const places = () => [...list().querySelectorAll(":scope > [data-part]:not(.remaining)")];

function step(part, by) {
  const all = places();
  const to = all.indexOf(part) + by;
  if (part.classList.contains("remaining") || to < 0 || to >= all.length) return;
  if (by > 0) all[to].after(part);
  else all[to].before(part);
  part.querySelector(".handle").focus();
  settled(part);
}

let later;
function settled(part) {
  const all = places();
  all.forEach((each, number) => { each.querySelector(".part-number").textContent = number + 1; });
  moved.textContent = `${part.querySelector(".part-who input").value} is now ${all.indexOf(part) + 1} of ${all.length}.`;
  clearTimeout(later);
  later = setTimeout(keepOrder, 350);
}

// Several steps are one change, which is posted before any later change.
function keepOrder() {
  if (!later) return;
  clearTimeout(later);
  later = undefined;
  change({ change: "order", value: places().map((each) => each.dataset.part) });
}

root.addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by || !event.target.matches(".handle")) return;
  event.preventDefault();
  step(event.target.closest("[data-part]"), by);
});

let dragged;
root.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.(".handle")) return;
  dragged = event.target.closest("[data-part]");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(dragged, 20, 20);
  dragged.classList.add("dragged");
});
root.addEventListener("dragover", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const over = event.target.closest("[data-part]:not(.remaining)");
  if (!over || over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY > top + height / 2) over.after(dragged);
  else over.before(dragged);
});
root.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
root.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("dragged");
  settled(dragged);
  dragged = undefined;
});

function unfold(button) {
  const part = button.closest("[data-part]");
  button.setAttribute("aria-expanded", String(part.toggleAttribute("data-unfolded")));
}

// --- Numbers -----------------------------------------------------------------------------------------------------

// The totals come first and request the rest: the page's numbers are outdated until both have arrived.
root.addEventListener("htmx:beforeRequest", (event) => root.toggleAttribute("data-counting", isCount(event) || root.hasAttribute("data-counting")));
root.addEventListener("htmx:afterRequest", (event) => {
  const hasMore = event.detail.xhr?.getResponseHeader("HX-Trigger-After-Settle");
  if (isCount(event) && !hasMore) root.removeAttribute("data-counting");
});
const isCount = (event) => event.target.id.startsWith("count");
