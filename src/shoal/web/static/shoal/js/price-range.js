// @ts-check
/**
 * A price between two ends: a slider beside the field, and what it earns while it is chosen.
 * The server checks the price again; without this module the field alone does it.
 */

/** @param {HTMLElement} element */
export function mount(element) {
  const field = element.querySelector("input[type=text]");
  const slide = element.querySelector("[data-slide]");
  const now = element.querySelector("[data-now-earn]");
  const text = element.querySelector("[data-earn-text]");
  if (!(field instanceof HTMLInputElement) || !(slide instanceof HTMLInputElement)) return;
  if (!(now instanceof HTMLElement) || !text) return;
  const { floor, cap, earn, sign = "", decimals } = element.dataset;
  const [lowest, highest, least, places] = [floor, cap, earn, decimals].map(Number);

  /** @param {number} minor */
  const written = (minor) => (minor / 10 ** places).toFixed(places);
  /** @param {number} minor */
  const tell = (minor) => {
    const fits = minor >= lowest && minor <= highest;
    text.textContent = fits ? `${sign}${written(least + minor - lowest)}` : "–";
    field.setAttribute("aria-invalid", String(!fits));
  };

  slide.hidden = now.hidden = false;
  slide.addEventListener("input", () => {
    field.value = written(Number(slide.value));
    tell(Number(slide.value));
  });
  field.addEventListener("input", () => {
    const minor = Math.round(Number(field.value.replace(/[,，\s]/g, "")) * 10 ** places);
    if (minor >= lowest && minor <= highest) slide.value = String(minor);
    tell(minor);
  });
}
