// @ts-check
/**
 * Turns one list of variants into a choice per attribute, and says at once what is sold out.
 * The list of radio buttons stays the form's field; without this module it is the picker.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const plain = element.querySelector("[data-plain]");
  const groups = [...element.querySelectorAll("[data-group]")];
  const status = element.querySelector("[data-status]");
  /** @type {HTMLInputElement[]} */
  const skus = [...element.querySelectorAll("[data-plain] input")].filter(isInput);
  if (!(plain instanceof HTMLElement)) return;

  const report = () => {
    const sku = skus.find((input) => input.checked);
    const left = Number(sku?.dataset.left ?? 0);
    if (status) {
      const few = sku && left > 0 && left <= 5;
      const waiting = skus.length > 1 ? (element.dataset.choose ?? "") : "";
      status.textContent = few
        ? (element.dataset.few ?? "").replace("{n}", String(left))
        : sku ? "" : waiting;
    }
    const price = document.querySelector("[data-sku-price] .price-now");
    if (price && sku?.dataset.price) price.replaceChildren(...amount(sku.dataset.price));
    element.dispatchEvent(
      new CustomEvent("sku:chosen", { bubbles: true, detail: { code: sku?.value ?? "", left } }),
    );
  };
  plain.addEventListener("change", report);
  if (groups.length < 2) {
    report();
    return;
  }

  plain.hidden = true;
  const radios = groups.map((group) => [...group.querySelectorAll("input")].filter(isInput));
  const values = skus.map((input) => (input.dataset.values ?? "").split("|"));

  const chosen = () => radios.map((group) => group.find((radio) => radio.checked)?.value ?? "");
  const draw = () => {
    const now = chosen();
    radios.forEach((group, at) => {
      for (const radio of group) {
        const fits = skus.some(
          (sku, place) =>
            Number(sku.dataset.left) > 0 &&
            (values[place] ?? []).every((value, other) =>
              other === at ? value === radio.value : !now[other] || value === now[other]),
        );
        // Still selectable, so that she can change her mind about the other attribute.
        radio.disabled = false;
        radio.closest(".sku-choice")?.classList.toggle("is-gone", !fits);
      }
    });
    skus.forEach((sku, place) => {
      sku.checked = !sku.disabled && (values[place] ?? []).every((value, at) => value === now[at]);
    });
    report();
    const gone = now.every(Boolean) && !skus.some((sku) => sku.checked);
    if (status && gone) status.textContent = element.dataset.gone ?? "";
  };
  const before = skus.findIndex((sku) => sku.checked);
  groups.forEach((group, at) => {
    if (group instanceof HTMLElement) group.hidden = false;
    group.addEventListener("change", draw);
    const first = radios[at]?.find((radio) => radio.value === values[before]?.[at]);
    if (first) first.checked = true;
  });
  draw();
}

/**
 * The same parts as components/price.html: a small sign, the whole, small decimals.
 * @param {string} text
 * @returns {(string | Node)[]}
 */
function amount(text) {
  const [, sign = "", whole = text, decimals = ""] = /^(\D*)([\d,]+)(\.\d+)?$/.exec(text) ?? [];
  const small = (/** @type {string} */ part) => {
    const node = document.createElement("span");
    node.className = "price-small";
    node.textContent = part;
    return node;
  };
  return [small(sign), whole, small(decimals)];
}

/**
 * @param {Element} element
 * @returns {element is HTMLInputElement}
 */
function isInput(element) {
  return element instanceof HTMLInputElement;
}
