// @ts-check
/** Holds back "send again" while a code is on its way; the server waits the same minute. */

/** @param {HTMLElement} element */
export function mount(element) {
  if (!(element instanceof HTMLButtonElement)) return;
  const end = performance.now() + Number(element.dataset.resend) * 1000;
  const draw = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    element.disabled = left > 0;
    element.textContent =
      left > 0
        ? (element.dataset.wait ?? "").replace("{n}", String(left))
        : (element.dataset.again ?? "");
    if (left <= 0 || !element.isConnected) window.clearInterval(timer);
  };
  const timer = window.setInterval(draw, 1000);
  draw();
}
