// Completes the word at the caret of a SQL editor: tables and columns from the list beside it, functions, keywords.
// Arrow keys select; Tab takes the first or selected one; Enter only a selected one, so that it still ends a line.
// Ctrl+Space opens the list, Escape closes it. The chosen word is sent to the editor with the event "sql:insert".

const SHOWN = 8;
const KEYWORDS = `select from where group by order having join left right full inner outer cross on using as and or not in
  is null like ilike between exists case when then else end distinct union all intersect except with limit offset over
  partition interval current_date cast asc desc filter`.split(/\s+/);

class Completion {
  constructor(root, tables, functions) {
    this.root = root;
    this.area = root.querySelector("textarea");
    this.list = document.querySelector("[data-complete]");
    this.tables = tables;
    this.functions = functions;
    this.words = [];
    this.chosen = -1;
    root.addEventListener("keydown", (event) => this.key(event), true);
    this.area.addEventListener("input", (event) => this.typed(event));
    this.area.addEventListener("blur", () => this.close());
    root.addEventListener("scroll", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.take(this.words[[...this.list.children].indexOf(row)]);
    });
  }

  typed({ inputType, data }) {
    const isTyping = inputType === "insertText" && data?.length === 1 && /[\w.]/.test(data);
    if (isTyping || (inputType === "deleteContentBackward" && this.isOpen)) this.offer(2);
    else this.close();
  }

  key(event) {
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); this.offer(0); return; }
    if (!this.isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.choose((this.chosen + step + this.words.length + (this.chosen < 0 && step < 0)) % this.words.length);
    else if (event.key === "Tab" && !event.shiftKey) this.take(this.words[Math.max(this.chosen, 0)]);
    else if (event.key === "Enter" && this.chosen >= 0 && !event.ctrlKey && !event.metaKey) this.take(this.words[this.chosen]);
    else if (event.key === "Escape") this.close();
    else { if (event.key === "Enter") this.close(); return; }
    event.preventDefault();
    event.stopPropagation();
  }

  get isOpen() { return this.list.matches(":popover-open"); }

  offer(least) {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const [, owner, word] = before.match(/(?:(\w+)\.)?(\w*)$/);
    if (isQuoted(before) || /^\d/.test(word) || (!owner && word.length < least)) { this.close(); return; }
    this.word = word;
    this.words = owner ? fitting(this.columnsOf(owner), word) : this.fittingAt(before, word);
    if (!this.words.length || this.words[0].text.toLowerCase() === word.toLowerCase()) this.close();
    else this.open(before);
  }

  // After FROM and JOIN only tables; else columns of the tables in use, or of all tables when none is used yet.
  fittingAt(before, word) {
    if (/\b(?:from|join)\s+\w*$/i.test(before)) return fitting(this.tables, word);
    const read = this.tables.filter((table) => new RegExp(`\\b${escaped(table.name)}\\b`, "i").test(this.area.value));
    const columns = (read.length ? read : this.tables).flatMap((table) => table.columns);
    const isLoud = word !== word.toLowerCase();
    const keywords = KEYWORDS.map((text) => ({ text: isLoud ? text.toUpperCase() : text, note: "keyword" }));
    return fitting([...columns, ...this.tables, ...keywords, ...this.functions], word);
  }

  columnsOf(owner) {
    const given = this.area.value.matchAll(/\b(?:from|join|,)\s+("[^"]+"|\w+)\s+(?:as\s+)?(\w+)/gi);
    const names = [owner, ...[...given].filter(([, , alias]) => same(alias, owner)).map(([, table]) => table.replaceAll('"', ""))];
    const owners = this.tables.filter((table) => names.some((name) => same(name, table.name)));
    return (owners.length ? owners : this.tables).flatMap((table) => table.columns);
  }

  open(before) {
    this.list.replaceChildren(...this.words.map((word, at) => row(word, at)));
    this.choose(-1);
    if (!this.isOpen) this.list.showPopover();
    const lines = before.slice(0, before.length - this.word.length).split("\n");
    const box = this.area.getBoundingClientRect();
    const style = getComputedStyle(this.area);
    const height = parseFloat(style.lineHeight);
    const top = box.top + parseFloat(style.paddingTop) + lines.length * height + 2;
    const left = box.left + parseFloat(style.paddingLeft) + widthOf(lines.at(-1), style);
    const fits = top + this.list.offsetHeight < innerHeight;
    this.list.style.top = `${fits ? top : top - height - this.list.offsetHeight - 4}px`;
    this.list.style.left = `${Math.min(left, innerWidth - this.list.offsetWidth - 8)}px`;
  }

  choose(at) {
    this.chosen = at;
    [...this.list.children].forEach((each, number) => each.setAttribute("aria-selected", String(number === at)));
    if (at < 0) this.area.removeAttribute("aria-activedescendant");
    else this.area.setAttribute("aria-activedescendant", this.list.children[at].id);
  }

  take(word) {
    this.close();
    const at = this.area.selectionStart;
    this.area.setSelectionRange(at - this.word.length, this.area.selectionEnd);
    this.root.dispatchEvent(new CustomEvent("sql:insert", { detail: { text: word.insert ?? word.text } }));
  }

  close() {
    if (this.isOpen) this.list.hidePopover();
    this.area.removeAttribute("aria-activedescendant");
  }
}

const same = (one, other) => one.toLowerCase() === other.toLowerCase();
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// Words that begin with the text, then words that contain it.
function fitting(words, sought) {
  const begins = (word) => word.text.toLowerCase().startsWith(sought.toLowerCase());
  const has = (word) => sought.length > 2 && word.text.toLowerCase().includes(sought.toLowerCase());
  const found = [...words.filter(begins), ...words.filter((word) => !begins(word) && has(word))];
  return [...new Map(found.map((word) => [word.text, word])).values()].slice(0, SHOWN);
}

// Nothing is completed inside a string or a comment.
function isQuoted(before) {
  const rest = before.replace(/'(?:[^']|'')*'|"[^"]*"|\/\*[\s\S]*?\*\/|--[^\n]*\n/g, "");
  return /['"]|--|\/\*/.test(rest);
}

let canvas;
function widthOf(text, style) {
  canvas ??= document.createElement("canvas").getContext("2d");
  canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return canvas.measureText(text).width;
}

function row({ text, note }, at) {
  const made = document.createElement("div");
  made.setAttribute("role", "option");
  made.id = `sql-complete-${at}`;
  const name = document.createElement("span");
  const kind = document.createElement("small");
  name.textContent = text;
  kind.textContent = note;
  made.append(name, kind);
  return made;
}

function named(button) {
  return { text: button.dataset.column, insert: button.dataset.insert, note: button.querySelector("small")?.textContent ?? "function" };
}

function tablesBeside() {
  return [...document.querySelectorAll("[data-table]:not([data-functions])")].map((table) => ({
    text: table.dataset.table,
    name: table.dataset.table,
    insert: table.querySelector("[data-insert]").dataset.insert,
    note: "table",
    columns: [...table.querySelectorAll("[data-column]")].map(named),
  }));
}

if (document.querySelector("[data-complete]")) {
  const functions = [...document.querySelectorAll("[data-functions] [data-column]")].map(named);
  new Completion(document.querySelector("[data-sql-editor]"), tablesBeside(), functions);
}
