// @ts-check
/** Copies a link or hands it to the phone's own share sheet. */
import { toast } from "./toast.js";

/** `data-copy="text"` on a button copies the text. */
export function listen() {
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-copy]");
    if (!(button instanceof HTMLElement)) return;
    const text = button.dataset.copy ?? "";
    if (await copy(text)) toast(document.body.dataset.copied ?? "");
    else select(button);
  });
}

/**
 * Shows the share button where the browser can share.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const button = element.querySelector("[data-share-now]");
  if (!(button instanceof HTMLElement) || !navigator.share) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const { title, url } = element.dataset;
    // Closing the sheet without sharing is no error.
    navigator.share({ title, url }).catch(() => undefined);
  });
}

/**
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where the browser forbids copying, the link is marked so that one long press does it.
 * @param {HTMLElement} button
 */
function select(button) {
  const input = button.parentElement?.querySelector("input");
  input?.focus();
  input?.select();
}
