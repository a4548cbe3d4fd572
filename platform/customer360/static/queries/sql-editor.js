// A text area for SQL: line numbers, colours and marked faults are in layers behind it that grow with it.
// Tab indents; Escape and then Tab leaves. Other scripts control it with events on its root:
// "sql:insert" {text} writes at the caret, "sql:faults" {faults: [{line, column}]} marks, "sql:goto" {line, column}.

const INDENT = "  ";
const PARTS = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$))|(\b\d[\d.]*\b)|([A-Za-z_]\w*)/g;
const KEYWORDS = new Set(`all and any as asc between by case cast cross current_date current_timestamp cube date_part desc
  distinct else end escape except exists extract false filter first following for from full group grouping sets having
  ilike in inner intersect interval is join last lateral left like limit natural not null nulls offset on or order outer
  over partition preceding qualify range recursive replace respect right rollup row rows select similar then to true
  try_cast unbounded union using values when where window with within`.split(/\s+/));

class SqlEditor {
  constructor(root) {
    this.root = root;
    this.area = root.querySelector("textarea");
    this.colours = root.querySelector("[data-colours]");
    this.marks = root.querySelector("[data-faults]");
    this.gutter = root.querySelector("[data-gutter]");
    this.faults = [];
    this.mayLeave = false;
    this.area.addEventListener("input", () => { this.faults = []; this.draw(); });
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => { this.mayLeave = false; });
    root.addEventListener("sql:insert", (event) => this.insert(event.detail.text));
    root.addEventListener("sql:faults", (event) => this.mark(event.detail.faults));
    root.addEventListener("sql:goto", (event) => this.goTo(event.detail));
    root.classList.add("ready");
    this.draw();
  }

  draw() {
    const text = this.area.value;
    this.colours.replaceChildren(...coloured(text), "\n");
    this.drawMarks(text);
    this.drawGutter(text.split("\n").length);
  }

  drawGutter(count) {
    const faulty = new Set(this.faults.map((fault) => fault.line));
    const numbers = Array.from({ length: count }, (_, at) => element("span", faulty.has(at + 1) ? "faulty" : "", String(at + 1)));
    this.gutter.replaceChildren(...numbers);
  }

  drawMarks(text) {
    const pieces = [];
    let at = 0;
    for (const start of this.faults.map((fault) => this.offset(fault)).sort((one, other) => one - other)) {
      if (start < at) continue;
      const word = text.slice(start).match(/^(\w+|"[^"\n]*"|'[^'\n]*'|[^\n])/)?.[0] ?? " ";
      pieces.push(text.slice(at, start), element("mark", "", word));
      at = start + (start < text.length && text[start] !== "\n" ? word.length : 0);
    }
    this.marks.replaceChildren(...pieces, pieces.length ? text.slice(at) : "");
  }

  mark(faults) {
    this.faults = faults;
    this.drawMarks(this.area.value);
    this.drawGutter(this.area.value.split("\n").length);
    this.area.toggleAttribute("aria-invalid", faults.length > 0);
  }

  // Columns count characters, as on the server; JavaScript counts some characters as two.
  offset({ line, column }) {
    const lines = this.area.value.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    return before + [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
  }

  goTo(place) {
    const at = this.offset(place);
    this.area.focus();
    this.area.setSelectionRange(at, at);
    this.gutter.children[place.line - 1]?.scrollIntoView({ block: "nearest" });
  }

  // Inserted like typing, so that undo works.
  insert(text) {
    this.area.focus();
    if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }

  key(event) {
    if (this.area.readOnly || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { this.mayLeave = true; return; }
    if (event.key === "Tab" && !this.mayLeave) {
      event.preventDefault();
      this.indent(event.shiftKey);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.insert(`\n${this.line(this.area.selectionStart).match(/^\s*/)[0]}`);
    }
    if (event.key !== "Shift" && event.key !== "Tab") this.mayLeave = false;
  }

  line(at) {
    const start = this.area.value.lastIndexOf("\n", at - 1) + 1;
    return this.area.value.slice(start, at);
  }

  // Inserts an indent at the caret, or moves the selected lines in or out.
  indent(outwards) {
    const { selectionStart: from, selectionEnd: to, value } = this.area;
    if (!outwards && !value.slice(from, to).includes("\n")) {
      this.insert(INDENT);
      return;
    }
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const found = value.indexOf("\n", Math.max(to - 1, from));
    const end = found < 0 ? value.length : found;
    const lines = value.slice(start, end).split("\n");
    const moved = lines.map((line) => (outwards ? line.replace(/^ {1,2}/, "") : INDENT + line)).join("\n");
    this.area.setSelectionRange(start, end);
    this.insert(moved);
    if (lines.length > 1) this.area.setSelectionRange(start, start + moved.length);
  }
}

function coloured(text) {
  const pieces = [];
  let at = 0;
  for (const part of text.matchAll(PARTS)) {
    const kind = kindOf(part);
    if (!kind) continue;
    pieces.push(text.slice(at, part.index), element("span", kind, part[0]));
    at = part.index + part[0].length;
  }
  return [...pieces, text.slice(at)];
}

function kindOf([, comment, string, name, number, word]) {
  if (comment) return "comment";
  if (string) return "string";
  if (name) return "name";
  if (number) return "number";
  return KEYWORDS.has(word.toLowerCase()) ? "keyword" : "";
}

function element(tag, kind, text) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}

for (const root of document.querySelectorAll("[data-sql-editor]")) new SqlEditor(root);
