/* The editor of an orchestration: a destination shows its own data templates, a template the names it leaves open. */

const form = document.querySelector("[data-orchestration]");
const destination = form?.elements.destination;
const template = form?.elements.data_template;

function offerTemplates() {
  const chosen = destination.value;
  for (const option of template.options) {
    option.hidden = option.disabled = Boolean(option.value) && option.dataset.destination !== chosen;
  }
  const offered = [...template.options].filter((option) => option.value && !option.disabled);
  if (template.selectedOptions[0]?.disabled) template.value = "";
  if (!template.value && offered.length === 1) template.value = offered[0].value;
  template.disabled = !chosen;
  offerNames();
}

function offerNames() {
  const open = template.selectedOptions[0]?.dataset.open ?? "";
  for (const name of ["list", "property"]) {
    form.querySelector(`.for-open-${name}`).hidden = !open.split(" ").includes(name);
  }
}

if (destination && template) {
  destination.addEventListener("change", offerTemplates);
  template.addEventListener("change", offerNames);
  offerTemplates();
}
