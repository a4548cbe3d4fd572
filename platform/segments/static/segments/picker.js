// The picker of the Segment Editor: typing filters it, arrow keys move through it. Its choices are fetched while
// it is closed; keys pressed before they have arrived take effect once they have.

const picker = () => document.getElementById("picker");
const search = () => document.getElementById("picker-search");
const groups = () => document.getElementById("picker-groups");
const choices = () => [...groups().querySelectorAll("[data-picker-choice]:not([hidden], :disabled)")];

let isThere = false;
let pressed = [];

document.addEventListener("click", (event) => {
  const into = event.target.closest("[data-pick-into]")?.dataset.pickInto;
  if (into === undefined) return;
  groups().dataset.with = JSON.stringify({ into });
  search().value = "";
  pressed = [];
  narrow();
});

function narrow() {
  const words = search().value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of groups().querySelectorAll("[data-picker-group]")) {
    const title = group.querySelector("h3").textContent.toLowerCase();
    for (const choice of group.querySelectorAll("[data-picker-choice]")) {
      const text = `${choice.dataset.pickerChoice.toLowerCase()} ${title}`;
      choice.hidden = !words.every((word) => text.includes(word));
    }
    group.hidden = !group.querySelector("[data-picker-choice]:not([hidden])");
  }
  const none = groups().querySelector("[data-picker-none]");
  if (none) none.hidden = Boolean(groups().querySelector("[data-picker-choice]:not([hidden])"));
}

document.addEventListener("input", (event) => { if (event.target === search()) narrow(); });

document.addEventListener("keydown", (event) => {
  const isWithin = event.target === search() || event.target.matches?.("[data-picker-choice]");
  if (!isWithin || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  event.preventDefault();
  if (isThere) press(event.key);
  else pressed.push(event.key);
});

function press(key) {
  const all = choices();
  const at = all.indexOf(document.activeElement);
  if (key === "ArrowDown") all[Math.min(at + 1, all.length - 1)]?.focus();
  else if (key === "ArrowUp") (at > 0 ? all[at - 1] : search()).focus();
  else all[Math.max(at, 0)]?.click();
}

// --- Choices, fetched again when the picker was closed, never while it is open ---

document.addEventListener("close", (event) => { if (event.target === picker()) htmx.trigger(groups(), "picker:closed"); }, true);
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target === groups() && isThere && picker().open) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target === groups() && isThere && picker().open) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target !== groups()) return;
  isThere = true;
  narrow();
  pressed.splice(0).forEach(press);
});
