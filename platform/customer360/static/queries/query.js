// The page of a query: shortcuts, names inserted from the list of tables, faults shown in the text, no input lost.

const form = document.querySelector("[data-query-form]");
const editor = document.querySelector("[data-sql-editor]");
const area = editor.querySelector("textarea");
const place = `caret:${location.pathname}`;

const tell = (kind, detail) => editor.dispatchEvent(new CustomEvent(kind, { detail }));

if (form) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.key === "Enter") document.getElementById("run").click();
    else if (event.key.toLowerCase() === "s") form.requestSubmit();
    else return;
    event.preventDefault();
  });

  guardAgainstLoss();
  listenToTables(document.querySelector("[data-tables]"));
}

// Links to a place in the text, wherever they appear.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-line]");
  if (button) tell("sql:goto", { line: Number(button.dataset.line), column: Number(button.dataset.at) });
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "check") return;
  const faults = [...event.target.querySelectorAll("[data-line]")];
  tell("sql:faults", { faults: faults.map((each) => ({ line: Number(each.dataset.line), column: Number(each.dataset.at) })) });
});

// Asks before leaving the page with unsaved text; after a save the caret is back where it was.
function guardAgainstLoss() {
  const content = () => new URLSearchParams(new FormData(form)).toString();
  const saved = content();
  let isSaving = false;
  form.addEventListener("submit", () => {
    isSaving = true;
    sessionStorage.setItem(place, JSON.stringify([area.selectionStart, area.selectionEnd, editor.scrollTop]));
  });
  addEventListener("beforeunload", (event) => {
    if (!isSaving && (form.querySelector(".conflict") || content() !== saved)) event.preventDefault();
  });
  addEventListener("pageshow", () => { isSaving = false; });
  const [from, to, top] = JSON.parse(sessionStorage.getItem(place) ?? "[]");
  sessionStorage.removeItem(place);
  if (from === undefined) {
    area.setSelectionRange(area.value.length, area.value.length);
    if (area.hasAttribute("data-focus-first")) area.focus({ preventScroll: true }); // so that a long query shows its start
    return;
  }
  area.focus();
  area.setSelectionRange(from, to);
  editor.scrollTop = top;
}

function listenToTables(panel) {
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    if (panel.matches(":popover-open")) panel.hidePopover(); // a drawer, on a narrow page
    const before = area.value.slice(0, area.selectionStart);
    const after = area.value.slice(area.selectionEnd);
    tell("sql:insert", { text: (/[\w"]$/.test(before) ? " " : "") + button.dataset.insert + (/^[\w"]/.test(after) ? " " : "") });
  });
  const filter = panel.querySelector("[data-tables-filter]");
  filter.addEventListener("input", () => narrow(panel, filter.value.trim().toLowerCase()));
  filter.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}

// Shows tables and columns whose name contains the text; a matching table shows all its columns.
function narrow(panel, sought) {
  const has = (name) => name.toLowerCase().includes(sought);
  let shown = 0;
  for (const table of panel.querySelectorAll("[data-table]")) {
    const isCalledSo = has(table.dataset.table);
    let columns = 0;
    for (const column of table.querySelectorAll("[data-column]")) {
      const matches = isCalledSo || has(column.dataset.column);
      column.closest("li").hidden = !matches;
      columns += matches;
    }
    table.hidden = !isCalledSo && !columns;
    if (sought) table.open = !table.hidden;
    shown += !table.hidden;
  }
  panel.querySelector("[data-tables-none]").hidden = shown > 0;
}
