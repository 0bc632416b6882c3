// @ts-check
/**
 * Changes the theme without a new page; the cookie is the one that the server reads.
 * @param {HTMLElement} form
 */
export function mount(form) {
  const buttons = [...form.querySelectorAll("button")];
  form.addEventListener("submit", (event) => {
    if (!(event.submitter instanceof HTMLButtonElement)) return;
    event.preventDefault();
    const theme = event.submitter.value;
    const age = theme ? 365 * 24 * 3600 : 0;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax${secure}`;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-switch] button")) {
      if (!(button instanceof HTMLButtonElement)) continue;
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  });
  for (const button of buttons) button.type = "submit";
}
