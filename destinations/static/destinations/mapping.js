// The mapping's rows: adds and removes them, shows a column's resulting name, and proposes its property.
const plain = (name) => name.replaceAll("_", "");

function choose(select) {
  // The stored value is rendered as an extra option, so that it stays visible even if it no longer exists.
  const kept = select.querySelector("[data-kept]");
  const same = [...select.options].find((option) => option !== kept && option.value === kept?.value);
  if (kept && same) {
    kept.remove();
    same.selected = true;
  } else if (kept) {
    kept.textContent = `${kept.value} (not found)`;
  }
}

function tellName(row) {
  const source = row.querySelector('[data-part="source"]');
  const name = source.selectedOptions?.[0]?.dataset.name ?? "";
  const isItsOwn = name === source.value || source.value.endsWith(`.${name}`);
  row.querySelector("[data-shown-name]").textContent = name && !isItsOwn ? `as ${name}` : "";
  return name;
}

function propose(row) {
  const name = tellName(row);
  const target = row.querySelector('[data-part="target"]');
  if (!name || !target?.options || target.value) return;
  const match = [...target.options].find((option) => option.value && plain(option.value) === plain(name));
  if (match) match.selected = true;
}

// A source table's drop-down shows the table of the chosen attribute, and limits the attributes to that table's.
function showTable(row) {
  const table = row.querySelector("[data-table]");
  const group = row.querySelector('[data-part="source"]').selectedOptions?.[0]?.closest("optgroup");
  if (!table) return;
  if (group) table.value = group.label;
  narrow(row);
}

function narrow(row) {
  const table = row.querySelector("[data-table]");
  const source = row.querySelector('[data-part="source"]');
  for (const group of source.querySelectorAll("optgroup")) group.hidden = group.disabled = group.label !== table.value;
  const chosen = source.selectedOptions?.[0]?.closest("optgroup");
  if (chosen?.hidden) source.value = "";
}

function setUp(box) {
  box.querySelectorAll("tbody select[data-part]").forEach(choose);
  box.querySelectorAll("tbody [data-row]").forEach(showTable);
  box.querySelectorAll("tbody [data-row]").forEach(tellName);
}

function add(box) {
  const body = box.querySelector("tbody");
  body.append(box.querySelector("[data-blank]").content.firstElementChild.cloneNode(true));
  showTable(body.lastElementChild);
  body.lastElementChild.querySelector("select, input").focus();
}

document.addEventListener("change", (event) => {
  if (event.target.dataset.part === "source") propose(event.target.closest("[data-row]"));
  if ("table" in event.target.dataset) narrow(event.target.closest("[data-row]"));
}, { capture: true });
document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-mapping]");
  if (event.target.closest("[data-remove]")) {
    event.target.closest("[data-row]").remove();
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  if (event.target.closest("[data-add]")) add(box);
});
document.addEventListener("htmx:load", (event) => {
  if (event.target.matches?.("[data-mapping]")) setUp(event.target);
});
document.querySelectorAll("[data-mapping]").forEach(setUp);
