// Dialogs, menus and tips. The browser opens and closes them by itself (popover, command); this adds
// keys within menus, tips on hover, dialogs that arrive in an answer, and what older browsers lack.

const hasCommands = "command" in HTMLButtonElement.prototype;
const placesPopovers = CSS.supports("position-area", "block-end");

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[commandfor]");
  if (button && !hasCommands) command(button);
  const item = event.target.closest(".menu[data-menu] :is(a, button)");
  if (item) item.closest("[popover]").hidePopover();
});

function command(button) {
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (button.getAttribute("command") === "show-modal") dialog.showModal();
  else dialog.close();
}

document.addEventListener("toggle", (event) => {
  const popover = event.target;
  if (!(popover instanceof HTMLElement) || !popover.matches(".popover, .tip-text") || event.newState !== "open") return;
  if (!placesPopovers) place(popover);
  if (popover.matches("[data-menu]") && !popover.contains(document.activeElement)) popover.querySelector("a, button")?.focus();
}, true);

function place(popover) {
  const anchor = document.querySelector(`[popovertarget="${CSS.escape(popover.id)}"]`).getBoundingClientRect();
  const room = document.documentElement.clientWidth - popover.offsetWidth - 8;
  const below = anchor.bottom + popover.offsetHeight < document.documentElement.clientHeight;
  popover.style.left = `${Math.max(8, Math.min(anchor.right - popover.offsetWidth, room))}px`;
  popover.style.top = `${below ? anchor.bottom : Math.max(8, anchor.top - popover.offsetHeight - 8)}px`;
}

// A key may arrive before the focus is in the menu that was just opened.
const openedBy = (button) => (button.popoverTargetElement?.matches("[data-menu]:popover-open") ? button.popoverTargetElement : null);

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest("[data-menu]") ?? openedBy(event.target);
  if (!menu || !(event.key in STEPS || event.key === "Home" || event.key === "End")) return;
  const items = [...menu.querySelectorAll("a, button:not(:disabled)")];
  const next = { Home: 0, End: items.length - 1 }[event.key] ?? Math.max(items.indexOf(document.activeElement), 0) + STEPS[event.key];
  items.at(next % items.length).focus();
  event.preventDefault();
});

for (const [kind, open] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
  document.addEventListener(kind, (event) => {
    const button = event.target.closest("[data-tip]");
    if (button) document.getElementById(button.getAttribute("popovertarget")).togglePopover({ force: open, source: button });
  });
}

// A dialog marked data-open opens when it arrives, on the page or in an answer.
function arrive(root) {
  const arrived = (selector) => [root, ...root.querySelectorAll(selector)].filter((each) => each.matches(selector));
  for (const dialog of arrived("dialog[data-open]:not([open])")) dialog.showModal();
  arrived("[data-focus]")[0]?.focus();
}

document.addEventListener("htmx:load", (event) => arrive(event.detail.elt));
arrive(document.documentElement);
