// Closes a pop-up and selects the new object in the opening page, as Django's own pop-ups do.
for (const button of document.querySelectorAll("[data-choose]")) {
  button.addEventListener("click", () => {
    window.opener.dismissAddRelatedObjectPopup(window, button.dataset.choose, button.dataset.name);
  });
}
