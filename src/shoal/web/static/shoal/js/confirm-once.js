// @ts-check
/**
 * A form is sent once: the second tap of an impatient thumb does nothing. `data-confirm="text"`
 * asks first. The server refuses doubles anyway; this only spares her the message.
 */
export function listen() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
    if (form.method === "dialog") return;
    const asker = event.submitter instanceof HTMLElement ? event.submitter : form;
    const question = asker.dataset.confirm ?? form.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    if (form.method !== "post" || form.matches("[hx-post], [data-many]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    if (event.submitter) event.submitter.classList.add("is-busy");
  });
  // Coming back by the back button, the form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      form.removeAttribute("data-sent");
      form.querySelector(".is-busy")?.classList.remove("is-busy");
    }
  });
}
