// @ts-check
/**
 * Says in passing that something worked.
 * @param {string} text
 */
export function toast(text) {
  const note = document.createElement("div");
  note.className = "toast";
  note.setAttribute("role", "status");
  document.body.append(note);
  // Read out only when it changes after it is there.
  window.setTimeout(() => (note.textContent = text), 20);
  window.setTimeout(() => note.remove(), 2600);
}
