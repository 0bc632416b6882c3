// @ts-check
/** Tells her when the line is gone, and takes it back when it returns. */
export function listen() {
  const note = document.querySelector("[data-offline]");
  if (!(note instanceof HTMLElement)) return;
  const draw = () => {
    note.hidden = navigator.onLine;
  };
  window.addEventListener("online", draw);
  window.addEventListener("offline", draw);
  draw();
}
