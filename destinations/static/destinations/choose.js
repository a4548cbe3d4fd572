// Closes a pop-up and chooses what was made in it where it was opened, as Django's own pop-ups do.
for (const button of document.querySelectorAll("[data-choose]")) {
  button.addEventListener("click", () => {
    window.opener.dismissAddRelatedObjectPopup(window, button.dataset.choose, button.dataset.name);
  });
}
