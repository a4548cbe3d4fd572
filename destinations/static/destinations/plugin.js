// Another plugin has other settings: reloads the form for it, keeping the fields that every plugin has.
const plugin = document.getElementById("id_plugin_key");
const KEPT = ["name", "description", "allow_business_users", "allow_restricted_pii"];

const answer = (field) => (field.type === "checkbox" ? field.checked && "on" : field.value);

function openAnew() {
  const form = plugin.form;
  // The rest of the address says how the page was opened: in a pop-up, for instance.
  const opened = new URLSearchParams(location.search);
  opened.set("plugin_key", plugin.value);
  for (const name of KEPT) {
    const entered = answer(form.elements[name]);
    if (entered) opened.set(name, entered);
    else opened.delete(name);
  }
  // Like a submit: no input is lost, so no one is asked whether to leave.
  form.dispatchEvent(new Event("submit"));
  location.search = opened;
}

function signInToTheSame(link) {
  const address = new URL(link.href);
  address.searchParams.set("plugin_key", plugin.value);
  link.href = address;
}

if (plugin && !plugin.disabled) {
  // Select2 reports a choice only to jQuery's handlers and to this property.
  plugin.onchange = openAnew;
}
const create = document.getElementById("add_id_credential");
if (plugin && create) signInToTheSame(create);
