// @ts-check
/**
 * Keeps the count and the small pictures in step with the large one.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const track = element.querySelector("[data-track]");
  if (!(track instanceof HTMLElement)) return;
  const count = element.querySelector("[data-count]");
  const thumbs = [...element.querySelectorAll("[data-thumb]")];
  const total = track.children.length;
  let shown = 0;

  track.addEventListener(
    "scroll",
    () => {
      const place = Math.round(track.scrollLeft / Math.max(1, track.clientWidth));
      if (place === shown) return;
      shown = place;
      if (count) count.textContent = `${place + 1}/${total}`;
      thumbs.forEach((thumb, at) => thumb.toggleAttribute("aria-current", at === place));
      thumbs[place]?.setAttribute("aria-current", "true");
    },
    { passive: true },
  );
  thumbs.forEach((thumb, at) =>
    thumb.addEventListener("click", (event) => {
      event.preventDefault();
      track.scrollTo({ left: at * track.clientWidth, behavior: "auto" });
    }),
  );
}
