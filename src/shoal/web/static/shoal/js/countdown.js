// @ts-check
/** Counts down by the server's clock: the page says what time it was there when it was made. */

/** @type {Set<() => boolean>} */
const running = new Set();
let timer = 0;
/** The server's time at the page's own zero, as far as any answer since has told it. */
let told = 0;

/**
 * A page out of a cache says an old time; each piece that htmx fetches afterwards says a newer one.
 * An answer's time can only be too early, never too late: the latest is the best.
 */
document.addEventListener("htmx:afterRequest", (event) => {
  const answer = event instanceof CustomEvent ? event.detail.xhr : undefined;
  const date = Date.parse(answer?.getResponseHeader("Date") ?? "");
  if (date) told = Math.max(told, date - performance.now());
});

/**
 * Splits what is left; `components/countdowns.py` does the same on the server.
 * @param {number} milliseconds
 * @returns {[number, number, number, number]} days, hours, minutes, seconds
 */
export function split(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return [
    Math.floor(seconds / 86400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
}

/** @param {HTMLElement} element */
export function mount(element) {
  const clock = element.querySelector("[data-clock]");
  const plain = element.querySelector("[data-plain]");
  if (!(clock instanceof HTMLElement) || !(plain instanceof HTMLElement)) return;
  // What the reader's own clock shows does not matter, only how far it moves on.
  const written = Number(element.dataset.now) - performance.now();
  const draw = () => {
    const left = Number(element.dataset.until) - Math.max(written, told) - performance.now();
    if (left <= 0) {
      clock.textContent = element.dataset.ended ?? "";
      element.querySelector("[data-label]")?.setAttribute("hidden", "");
      element.classList.add("is-over");
      element.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }));
      return false;
    }
    const [days, ...rest] = split(left);
    const cells = rest.map((number) => cell(String(number).padStart(2, "0")));
    clock.replaceChildren(
      ...(days ? [`${days} ${element.dataset.day ?? ""} `] : []),
      ...cells.flatMap((node, place) => (place ? [":", node] : [node])),
    );
    return true;
  };
  plain.classList.add("visually-hidden");
  clock.hidden = false;
  element.querySelector("[data-label]")?.removeAttribute("hidden");
  if (draw()) running.add(draw);
  timer ||= window.setInterval(tick, 1000);
}

function tick() {
  for (const draw of running) if (!draw()) running.delete(draw);
}

/** @param {string} text */
function cell(text) {
  const node = document.createElement("span");
  node.className = "countdown-cell";
  node.textContent = text;
  return node;
}
