// Shows an upload's progress, refuses files that are too large before sending, and lets a person cancel.
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest("[data-upload]");
  const file = form?.querySelector("input[type=file]").files[0];
  if (!file || file.size <= Number(form.dataset.mostBytes)) return;
  event.preventDefault();
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: form.dataset.tooLarge, tone: "bad" } }));
});

document.addEventListener("htmx:beforeSend", (event) => {
  if (event.target.matches("[data-upload]")) show(event.target, true);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches("[data-upload]") && !event.detail.xhr.getResponseHeader("HX-Redirect")) show(event.target, false);
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest("[data-upload]");
  const { loaded, total, lengthComputable } = event.detail;
  if (!form || !lengthComputable) return;
  const done = loaded >= total;
  const bar = form.querySelector("progress");
  if (done) bar.removeAttribute("value");
  else bar.value = loaded / total;
  form.querySelector("[data-upload-stage]").textContent = done ? "Looking at the file" : "Uploading";
  form.querySelector("[data-upload-note]").textContent = done ? "" : `${Math.floor((100 * loaded) / total)} %`;
});

document.addEventListener("click", (event) => {
  if (!event.target.matches("[data-upload-cancel]")) return;
  event.target.closest("form").dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true }));
});

function show(form, busy) {
  form.querySelector("[data-upload-progress]").hidden = !busy;
  form.querySelector("[data-upload-cancel]").hidden = !busy;
}
