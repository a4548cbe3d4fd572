// Values of conditions: picked from those that the column has, pasted several at once, removed by a click.

const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

// --- Picklists ---

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
    this.leaveOutChosen();
    this.options().forEach((option, at) => { option.id = `${this.list.id}-${at}`; });
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(-1);
  }

  // Values already in the condition are not offered again.
  leaveOutChosen() {
    const chosen = new Set(isAdded(this.input) ? valuesOf(this.input) : []);
    const options = this.options();
    const known = options.filter((option) => chosen.has(option.dataset.value));
    for (const option of known) option.remove();
    if (options.length && known.length === options.length) this.list.insertAdjacentHTML("afterbegin", "<p>All of these are chosen.</p>");
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

const isPicked = (target) => target.matches?.("input[data-picklist]");

document.addEventListener("focusin", (event) => { if (isPicked(event.target)) picklistOf(event.target).open(); });
document.addEventListener("input", (event) => { if (isPicked(event.target)) picklistOf(event.target).open(); });
document.addEventListener("focusout", (event) => { if (isPicked(event.target)) picklistOf(event.target).close(); });
document.addEventListener("pointerdown", (event) => { if (event.target.closest(".picklist")) event.preventDefault(); });

// --- Chips: a value becomes one as soon as it is entered, before the server has saved it ---

const chipsOf = (input) => [...input.closest(".chip-select-box").querySelectorAll(".chip")];
const valuesOf = (input) => chipsOf(input).map((chip) => chip.querySelector("input").value);
const isAdded = (target) => target.matches?.(".chip-select-box [data-value-input]");

// In the capture phase, which comes before the change is posted.
document.addEventListener("change", (event) => { if (isAdded(event.target)) add(event.target); }, true);

function add(input) {
  const known = new Set(valuesOf(input));
  const values = input.value.split(/[\n\r\t;]+/).map((value) => value.trim()).filter((value) => value && !known.has(value));
  if (known.size + values.length > Number(input.dataset.most)) return;
  for (const value of new Set(values)) input.before(chip(input, value));
  input.value = "";
}

function chip(input, value) {
  const made = input.closest("[data-values]").querySelector("template").content.firstElementChild.cloneNode(true);
  made.querySelector("input").value = value;
  made.querySelector("span").textContent = value;
  made.querySelector("button").setAttribute("aria-label", `Remove ${value}`);
  return made;
}

function takeOut(chip) {
  const form = chip.closest("form");
  chip.remove();
  changed(form);
}

document.addEventListener("click", (event) => {
  const option = event.target.closest(".picklist [role=option]");
  if (option) picklistOf(document.querySelector(`[aria-controls="${CSS.escape(option.parentElement.id)}"]`)).choose(option);
  const remove = event.target.closest("[data-remove-value]");
  if (remove) takeOut(remove.closest(".chip"));
});

document.addEventListener("keydown", (event) => {
  if (isPicked(event.target)) picklistOf(event.target).key(event);
  if (event.defaultPrevented || event.key !== "Backspace" || !isAdded(event.target) || event.target.value) return;
  const last = chipsOf(event.target).at(-1);
  if (last) takeOut(last);
});

// A text field turns pasted line breaks into spaces: here they separate values.
document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text") ?? "";
  if (!isAdded(event.target) || !/[\n\t]/.test(text)) return;
  event.preventDefault();
  event.target.value = text.split(/[\n\r\t]+/).filter(Boolean).join(";");
  changed(event.target);
});
