// @ts-check
/** On a phone the rail lies flat and may be wider than the screen: bring the present place in. */

/** @param {HTMLElement} list */
export function mount(list) {
  const here = list.querySelector('[aria-current="page"]');
  if (!(here instanceof HTMLElement) || list.scrollWidth <= list.clientWidth) return;
  list.scrollLeft = here.offsetLeft - list.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
}
