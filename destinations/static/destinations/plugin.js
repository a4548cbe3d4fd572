// Another plugin asks for other settings: the form is opened anew for it, and what every plugin asks for stays.
const plugin = document.getElementById("id_plugin_key");
const KEPT = ["name", "description", "allow_business_users", "allow_restricted_pii"];

const answer = (field) => (field.type === "checkbox" ? field.checked && "on" : field.value);

function openAnew() {
  const form = plugin.form;
  const kept = KEPT.map((name) => [name, answer(form.elements[name])]).filter(([, value]) => value);
  // As a submit does: nothing that was entered is lost, so nobody is asked whether to leave.
  form.dispatchEvent(new Event("submit"));
  location.search = new URLSearchParams([["plugin_key", plugin.value], ...kept]);
}

function signInToTheSame(link) {
  const address = new URL(link.href);
  address.searchParams.set("plugin_key", plugin.value);
  link.href = address;
}

if (plugin && !plugin.disabled) {
  // Select2 reports a choice to jQuery's handlers and to this property, and to no other listener.
  plugin.onchange = openAnew;
}
const create = document.getElementById("add_id_credential");
if (plugin && create) signInToTheSame(create);
