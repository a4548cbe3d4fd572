// The Segment Editor: the server keeps the rules and renders them. Every change is one POST, sent in the order in
// which the changes were made. Its values are read at once, so that a response which arrives meanwhile and renders
// the fields again loses nothing.

const source = () => document.getElementById("editor-keys");

// --- Saving ---

const waiting = [];
let isSending = false;

function change(path, values) {
  waiting.push({ path, values });
  send();
}

async function send() {
  if (isSending || !waiting.length) return;
  isSending = true;
  show("saving");
  const isSettled = await post(waiting[0]);
  isSending = false;
  if (!isSettled) return show("failed");
  waiting.shift();
  if (waiting.length) return send();
  show("saved");
  if (isActivating) document.querySelector("#activation form").requestSubmit();
  isActivating = false;
}

// Resolves to whether the server has answered: it kept the change, or refused it for a reason that the page shows.
function post({ path, values }) {
  return new Promise((settle) => {
    const done = ({ detail: { elt, xhr } }) => {
      if (elt !== source()) return;
      document.removeEventListener("htmx:afterRequest", done);
      settle(isAnswer(xhr) || (xhr.status >= 400 && xhr.status < 500));
    };
    document.addEventListener("htmx:afterRequest", done);
    htmx.ajax("post", path, { source: source(), target: source(), swap: "none settle:0ms", values }).catch(() => {});
  });
}

const isAnswer = (xhr) => xhr.status === 204 || revisionOf(xhr) !== null;
const revisionOf = (xhr) => xhr.getResponseHeader("Segment-Revision");
const show = (state) => { document.getElementById("saved").dataset.state = state; };

// A response is skipped while a newer change waits: the last one brings all that differs from what is shown.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target !== source() || waiting.length < 2 || revisionOf(event.detail.xhr) === null) return;
  event.detail.shouldSwap = false;
  document.getElementById("revision").value = revisionOf(event.detail.xhr);
});

// The draft is activated once the last change is saved.
let isActivating = false;
document.addEventListener("submit", (event) => {
  if (!waiting.length || !event.target.closest("#activation")) return;
  event.preventDefault();
  isActivating = true;
});

addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });

// --- Changes: a form with data-send posts its fields, a button also its own value and the values in data-with ---

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send]");
  if (form) change(form.dataset.send, taken(form));
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-retry]")) send();
  const button = event.target.closest("button[data-send]");
  if (button) change(button.dataset.send, withButton(button.form ? taken(button.form) : new FormData(), button));
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-send]")) return;
  event.preventDefault();
  change(event.target.dataset.send, taken(event.target));
});

document.addEventListener("segment:change", (event) => change(event.detail.path, formData(event.detail.values)));

function taken(form) {
  for (const field of form.elements) field.taken = field.value;
  return new FormData(form);
}

function withButton(values, button) {
  if (button.name) values.append(button.name, button.value);
  return formData(JSON.parse(button.closest("[data-with]")?.dataset.with ?? "{}"), values);
}

function formData(given, values = new FormData()) {
  for (const [name, value] of Object.entries(given)) values.append(name, value);
  return values;
}

// --- What someone is typing survives a rendering of its surroundings, and is posted when they leave the field ---

const isNew = (field) => field.matches("input") && field.value !== (field.taken ?? field.defaultValue);

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const field = document.activeElement;
  if (!event.detail.target.contains(field) || !isNew(field)) return;
  const next = event.detail.fragment.querySelector(`#${CSS.escape(field.id)}`);
  if (!next) return;
  next.value = field.value;
  next.isCarried = true;
  letGo(field);
});

// A field that is removed from the page while it holds typed text would post it.
function letGo(field) {
  field.value = field.taken = "";
  field.isCarried = false;
}

const leave = (field) => { if (field.isCarried && isNew(field)) field.dispatchEvent(new Event("change", { bubbles: true })); };
document.addEventListener("focusout", (event) => leave(event.target));
document.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.defaultPrevented) leave(event.target); });

// --- The focus follows what was added or moved, unless someone is typing elsewhere by then ---

document.addEventListener("segment:focus", (event) => {
  if (isNew(document.activeElement)) return;
  const part = document.getElementById(event.detail.id);
  const field = part?.matches("button") ? part : part?.querySelector(".condition-test :is(select, input)") ?? part?.querySelector("button:not([hidden])");
  field?.focus();
});

document.addEventListener("click", (event) => event.target.closest("[data-put-away]")?.closest(".note").remove());
