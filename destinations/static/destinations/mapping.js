// The mapping's rows: adds and removes them, shows what a column will be called, and proposes its property.
const plain = (name) => name.replaceAll("_", "");

function choose(select) {
  // The stored value was written as an option of its own, so that one that is gone stays visible.
  const kept = select.querySelector("[data-kept]");
  const same = [...select.options].find((option) => option !== kept && option.value === kept?.value);
  if (kept && same) {
    kept.remove();
    same.selected = true;
  } else if (kept) {
    kept.textContent = `${kept.value} (not found)`;
  }
}

function propose(row) {
  const [source, target] = ["source", "target"].map((part) => row.querySelector(`[data-part="${part}"]`));
  const name = source.selectedOptions?.[0]?.dataset.name ?? "";
  row.querySelector("[data-shown-name]").textContent = name && name !== source.value ? `as ${name}` : "";
  if (!name || target.value || !target.options) return;
  const match = [...target.options].find((option) => option.value && plain(option.value) === plain(name));
  if (match) match.selected = true;
}

for (const box of document.querySelectorAll("[data-mapping]")) {
  const body = box.querySelector("tbody");
  const blank = body.lastElementChild.cloneNode(true);
  box.querySelectorAll("select[data-part]").forEach(choose);

  box.addEventListener("change", (event) => {
    if (event.target.dataset.part === "source") propose(event.target.closest("[data-row]"));
  });
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-remove]")) event.target.closest("[data-row]").remove();
    if (event.target.closest("[data-add]")) {
      body.append(blank.cloneNode(true));
      body.lastElementChild.querySelector("[data-part]").focus();
    }
  });
}
