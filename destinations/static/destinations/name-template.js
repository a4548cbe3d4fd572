// A name with variables: inserts placeholders where the cursor is, and shows an example while one types.
const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

for (const box of document.querySelectorAll("[data-name-template]")) {
  const input = document.getElementById(box.dataset.input);
  const output = box.querySelector("output");
  const buttons = [...box.querySelectorAll("[data-insert]")];
  const examples = Object.fromEntries(buttons.map((button) => [button.dataset.variable, button.dataset.example]));

  const show = () => {
    output.textContent = input.value.replace(PLACEHOLDER, (whole, name) => examples[name] ?? whole).trim() || "–";
  };
  input.addEventListener("input", show);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      input.setRangeText(button.dataset.insert, input.selectionStart, input.selectionEnd, "end");
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.focus();
    });
  }
}
