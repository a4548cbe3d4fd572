// A name with variables: inserts placeholders at the cursor, shows an example while typing, and offers what
// campaigns need once the template is made available to them.
const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

const variablesOf = (text) => new Set([...text.matchAll(PLACEHOLDER)].map((found) => found[1]));

for (const box of document.querySelectorAll("[data-name-template]")) {
  const input = document.getElementById(box.dataset.input);
  const output = box.querySelector("output");
  const buttons = [...box.querySelectorAll("[data-insert]")];
  const examples = Object.fromEntries(buttons.map((button) => [button.dataset.variable, button.dataset.example]));
  const note = box.querySelector("[data-for-campaigns]");
  const forCampaigns = document.getElementById(note.dataset.forCampaigns);
  const needed = [...note.querySelectorAll("[data-needed]")].map((code) => code.textContent);

  const lacking = () => needed.filter((placeholder) => !variablesOf(input.value).has([...variablesOf(placeholder)][0]));
  const show = () => {
    output.textContent = input.value.replace(PLACEHOLDER, (whole, name) => examples[name] ?? whole).trim() || "–";
    note.hidden = !forCampaigns?.checked || lacking().length === 0;
  };
  const changed = () => {
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  };

  input.addEventListener("input", show);
  forCampaigns?.addEventListener("change", show);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      input.setRangeText(button.dataset.insert, input.selectionStart, input.selectionEnd, "end");
      changed();
    });
  }
  note.querySelector("[data-add-needed]").addEventListener("click", () => {
    input.value = [input.value.trim(), ...lacking()].filter(Boolean).join(" - ");
    changed();
  });
  show();
}
