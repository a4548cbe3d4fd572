// The Segment Editor. The server keeps the rules and renders them; this finds, picks, pastes and moves the focus.

// --- The picker: typing narrows it down, arrow keys walk through it ---

const visibleChoices = () => [...document.querySelectorAll(":not([inert]) > [data-picker-group] [data-picker-choice]:not([hidden], :disabled)")];

function narrow(field) {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of document.querySelectorAll("[data-picker-group]")) {
    let inGroup = 0;
    const title = group.querySelector("h3").textContent.toLowerCase();
    for (const choice of group.querySelectorAll("[data-picker-choice]")) {
      const text = `${choice.dataset.pickerChoice.toLowerCase()} ${title}`;
      choice.hidden = !words.every((word) => text.includes(word));
      if (!choice.hidden) inGroup += 1;
    }
    group.hidden = inGroup === 0;
    found += inGroup;
  }
  document.querySelector("[data-picker-none]").hidden = found > 0;
}

function walk(event) {
  const choices = visibleChoices();
  const at = choices.indexOf(document.activeElement);
  if (event.key === "Enter" && at < 0) chooseFirst();
  else if (event.key === "ArrowDown") choices[Math.min(at + 1, choices.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (at > 0 ? choices[at - 1] : search()).focus();
  else return;
  event.preventDefault();
}

document.addEventListener("input", (event) => { if (event.target.matches("[data-picker-search]")) narrow(event.target); });

// What was offered for another section stays until the new offer is there: what is typed meanwhile goes over to it.
const picker = () => document.getElementById("picker");
const search = () => document.querySelector("[data-picker-search]");

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id !== "picker-body") return;
  picker().stale = true;
  picker().awaited = false;
  if (!search()) return;
  search().value = "";
  document.getElementById("picker-groups").inert = true;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "picker-body") picker().typed = search()?.value ?? "";
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "picker-body" || !search()) return;
  search().value = picker().typed;
  narrow(search());
  search().focus();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "picker-body") return;
  picker().stale = false;
  if (picker().awaited) chooseFirst();
});

function chooseFirst() {
  picker().awaited = picker().stale;
  if (!picker().stale) visibleChoices()[0]?.click();
}

// --- Values: a list of those that the column has, several at once by pasting, out again by a click ---

class Picklist {
  constructor(input) {
    this.input = input;
    this.list = document.getElementById(input.getAttribute("aria-controls"));
    this.active = -1;
  }

  async open() {
    clearTimeout(this.input.waiting);
    this.input.waiting = setTimeout(() => this.load(), this.list.hidden ? 0 : 150);
  }

  async load() {
    const { picklist, table, column } = this.input.dataset;
    const asked = this.input.value;
    const answer = await fetch(`${picklist}?${new URLSearchParams({ table, column, q: asked })}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || asked !== this.input.value || document.activeElement !== this.input) return;
    this.list.innerHTML = await answer.text();
    this.options().forEach((option, at) => { option.id = `${this.list.id}-${at}`; });
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(-1);
  }

  options() { return [...this.list.querySelectorAll("[role=option]")]; }

  close() {
    clearTimeout(this.input.waiting);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  activate(at) {
    const options = this.options();
    this.active = Math.max(-1, Math.min(at, options.length - 1));
    options.forEach((option, number) => option.classList.toggle("active", number === this.active));
    const option = options[this.active];
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    if (event.key === "ArrowDown" && this.list.hidden) this.load();
    else if (event.key === "ArrowDown") this.activate(this.active + 1);
    else if (event.key === "ArrowUp" && !this.list.hidden) this.activate(this.active - 1);
    else if (event.key === "Escape" && !this.list.hidden) this.close();
    else if (event.key === "Enter" && !this.list.hidden && this.active >= 0) this.choose(this.options()[this.active]);
    else return;
    event.preventDefault();
  }

  choose(option) {
    this.input.value = option.dataset.value;
    this.close();
    changed(this.input);
  }
}

const picklists = new WeakMap();

function picklistOf(input) {
  if (!picklists.has(input)) picklists.set(input, new Picklist(input));
  return picklists.get(input);
}

const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));
const isPicked = (target) => target.matches?.("input[data-picklist]");

document.addEventListener("focusin", (event) => { if (isPicked(event.target)) picklistOf(event.target).open(); });
document.addEventListener("input", (event) => { if (isPicked(event.target)) picklistOf(event.target).open(); });
document.addEventListener("focusout", (event) => { if (isPicked(event.target)) picklistOf(event.target).close(); });
document.addEventListener("pointerdown", (event) => { if (event.target.closest(".picklist")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const option = event.target.closest(".picklist [role=option]");
  if (option) picklistOf(document.querySelector(`[aria-controls="${CSS.escape(option.parentElement.id)}"]`)).choose(option);
  const remove = event.target.closest("[data-remove-value]");
  if (remove) takeOut(remove.closest(".chip"));
});

document.addEventListener("click", (event) => event.target.closest("[data-put-away]")?.closest(".note").remove());

function takeOut(chip) {
  const form = chip.closest("form");
  chip.remove();
  changed(form);
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest(".picker")) return walk(event);
  if (isPicked(event.target)) picklistOf(event.target).key(event);
  if (event.defaultPrevented || event.key !== "Backspace") return undefined;
  const chips = event.target.matches("[data-value-input]") && !event.target.value && event.target.closest(".chip-select-box")?.querySelectorAll(".chip");
  if (chips?.length) takeOut([...chips].at(-1));
  return undefined;
});

// A text field turns the line breaks of what is pasted into spaces: here they part the values.
document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text") ?? "";
  if (!event.target.matches?.(".chip-select-box [data-value-input]") || !/[\n\t]/.test(text)) return;
  event.preventDefault();
  event.target.value = text.split(/[\n\r\t]+/).filter(Boolean).join(";");
  changed(event.target);
});

// --- The focus follows what was added or moved ---

document.addEventListener("segment:focus", (event) => {
  const part = document.getElementById(event.detail.id);
  const field = part?.matches("button") ? part : part?.querySelector(".condition-test :is(select, input)") ?? part?.querySelector("button:not([hidden])");
  field?.focus();
});
