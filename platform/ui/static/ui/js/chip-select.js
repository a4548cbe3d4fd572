// <select multiple data-chip-select="placeholder"> as chips with a search field (a combobox with a list box).
// The select stays in the form, holds the choice, and is what the browser shows without this module.
// An option's data-note is shown beside its label.

class ChipSelect {
  constructor(select) {
    this.select = select;
    this.active = -1;
    this.build();
    this.render();
  }

  build() {
    const { select } = this;
    this.input = element("input", {
      type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": `${select.id}_list`, placeholder: select.dataset.chipSelect,
    });
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    if (label) { label.htmlFor = `${select.id}_search`; this.input.id = `${select.id}_search`; }
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    }
    this.input.disabled = select.disabled;
    this.box = element("div", { class: "chip-select-box" }, this.input);
    this.list = element("div", { class: "chip-select-list", role: "listbox", id: `${select.id}_list`, "aria-multiselectable": "true", hidden: "" });
    this.root = element("div", { class: "chip-select" }, this.box, this.list);
    select.hidden = true;
    select.after(this.root);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => this.open());
    this.input.addEventListener("focus", () => this.open());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("click", (event) => this.boxClicked(event));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.toggle(this.select.options[row.dataset.index]);
    });
    this.root.addEventListener("focusout", (event) => { if (!this.root.contains(event.relatedTarget)) this.close(); });
    this.select.addEventListener("change", () => this.render());
    this.select.form?.addEventListener("reset", () => queueMicrotask(() => this.render()));
  }

  boxClicked(event) {
    const remove = event.target.closest("button");
    if (remove) this.toggle(this.select.options[remove.dataset.index]);
    else this.input.focus();
  }

  key(event) {
    const rows = [...this.list.querySelectorAll("[role=option]")];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.open();
      this.activate(this.active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !this.list.hidden && rows[this.active]) {
      this.toggle(this.select.options[rows[this.active].dataset.index]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      this.close();
    } else if (event.key === "Backspace" && !this.input.value && this.select.selectedOptions.length) {
      this.toggle([...this.select.selectedOptions].at(-1));
    } else return;
    event.preventDefault();
  }

  toggle(option) {
    option.selected = !option.selected;
    this.input.value = "";
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.input.focus();
    if (!this.list.hidden) this.open();
  }

  open() {
    const sought = this.input.value.trim().toLowerCase();
    const found = [...this.select.options].filter((option) => option.text.toLowerCase().includes(sought));
    this.list.replaceChildren(...found.map((option) => this.row(option)));
    if (!found.length) this.list.append(element("p", {}, `Nothing is called “${this.input.value}”.`));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(Math.min(this.active, found.length - 1));
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  activate(index) {
    const rows = [...this.list.querySelectorAll("[role=option]")];
    this.active = rows.length ? Math.max(-1, Math.min(index, rows.length - 1)) : -1;
    rows.forEach((row, at) => row.classList.toggle("active", at === this.active));
    const row = rows[this.active];
    row?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row?.id ?? "");
  }

  row(option) {
    const note = option.dataset.note ? [element("small", { class: "num" }, option.dataset.note)] : [];
    const attributes = { role: "option", id: `${this.select.id}_row_${option.index}`, "data-index": option.index, "aria-selected": option.selected };
    return element("div", attributes, element("span", { dir: "auto" }, option.text), ...note);
  }

  render() {
    this.box.replaceChildren(...[...this.select.selectedOptions].map((option) => this.chip(option)), this.input);
    this.input.placeholder = this.select.selectedOptions.length ? "" : this.select.dataset.chipSelect;
  }

  chip(option) {
    const note = option.dataset.note ? [element("small", {}, option.dataset.note)] : [];
    const remove = element("button", { type: "button", "data-index": option.index, "aria-label": `Remove ${option.text}` }, "×");
    const kind = this.select.dataset.chipKind ?? "";
    return element("span", { class: `chip ${kind}` }, element("span", { dir: "auto" }, option.text), ...note, ...(this.select.disabled ? [] : [remove]));
  }
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function enhance(root) {
  for (const select of root.querySelectorAll("select[multiple][data-chip-select]:not([hidden])")) new ChipSelect(select);
}

document.addEventListener("htmx:load", (event) => enhance(event.detail.elt.parentElement ?? document));
enhance(document);
