// The catalogue, filtered while typing; Enter opens the only one left.
const box = document.querySelector("[data-catalogue]");
const filter = box.querySelector("[data-filter]");
const entries = [...box.querySelectorAll("[data-words]")];

filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const entry of entries) entry.hidden = !entry.dataset.words.includes(wanted);
  for (const category of box.querySelectorAll("[data-category]")) {
    category.hidden = !category.querySelector("[data-words]:not([hidden])");
  }
  box.querySelector("[data-nothing]").hidden = entries.some((entry) => !entry.hidden);
});
filter.addEventListener("keydown", (event) => {
  const left = entries.filter((entry) => !entry.hidden);
  if (event.key === "Enter" && left.length === 1) left[0].querySelector("a").click();
});
