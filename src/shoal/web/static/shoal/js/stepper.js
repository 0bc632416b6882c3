// @ts-check
/**
 * Puts one-less and one-more beside a number.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const input = element.querySelector("input");
  if (!input) return;
  const buttons = [...element.querySelectorAll("button")];
  const draw = () => {
    const [less, more] = buttons;
    if (less) less.disabled = Number(input.value) <= Number(input.min || 1);
    if (more) more.disabled = input.max !== "" && Number(input.value) >= Number(input.max);
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      if (Number(button.dataset.step) > 0) input.stepUp();
      else input.stepDown();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("change", draw);
  element.classList.add("is-live");
  draw();
}
