// @ts-check
/**
 * Asks no more where somebody stands in the line once her order is on its way: htmx stops asking
 * for what has left the page, and a copy of it shows what it showed.
 */

/** @param {HTMLElement} element */
export function mount(element) {
  document.addEventListener("submit", () => element.replaceWith(element.cloneNode(true)), {
    once: true,
  });
}
