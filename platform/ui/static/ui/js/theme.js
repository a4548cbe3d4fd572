// The choice of theme: a cookie, so that the server renders the next page in it, and this page at once.

const YEAR = 365 * 24 * 60 * 60;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice] button");
  if (!button) return;
  const theme = button.value;
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax`;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.querySelector('meta[name="color-scheme"]').content = theme || "light dark";
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
});
