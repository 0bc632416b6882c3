// @ts-check
/** `data-opens="id"` on a button opens the dialog of that id; a tap beside it closes it. */
export function listen() {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[data-opens]");
    if (opener instanceof HTMLElement) {
      const sheet = document.getElementById(opener.dataset.opens ?? "");
      if (sheet instanceof HTMLDialogElement) {
        event.preventDefault();
        sheet.showModal();
      }
    } else if (event.target instanceof HTMLDialogElement && event.target.matches(".sheet")) {
      event.target.close();
    }
  });
}
