// @ts-check
/**
 * Who gets what of a price while its terms are typed. Amounts are whole minor units; a rate is in
 * basis points, its part rounded with halves away from zero, as the server does it again.
 */

const BASIS = 10000n;

/** @param {bigint} minor @param {bigint} rate */
const portion = (minor, rate) => (minor * rate * 2n + BASIS) / (2n * BASIS);

/** @param {HTMLElement} element */
export function mount(element) {
  const { sign = "", decimals = "2", least = "0" } = element.dataset;
  const places = Number(decimals);
  /** @param {string} name @returns {HTMLInputElement | null} */
  const field = (name) => element.querySelector(`input[name="${name}"], input[name$="-${name}"]`);
  const inputs = ["supply", "sale", "percent", "floor"].map(field);

  /** @param {HTMLInputElement | null} input @param {number} digits @returns {bigint | null} */
  const read = (input, digits) => {
    const text = (input?.value ?? "").replace(/[,，\s¥￥$€£]/g, "");
    const match = /^(\d+)(?:\.(\d*))?$/.exec(text);
    if (!match || (match[2] ?? "").length > digits) return null;
    return BigInt(match[1] + (match[2] ?? "").padEnd(digits, "0"));
  };
  /** @param {bigint} minor */
  const written = (minor) => {
    const text = (minor < 0n ? -minor : minor).toString().padStart(places + 1, "0");
    const cut = text.length - places;
    const rest = places ? `.${text.slice(cut)}` : "";
    return (minor < 0n ? "−" : "") + sign + text.slice(0, cut) + rest;
  };
  /** @param {string} name @param {string} text */
  const tell = (name, text) => {
    for (const part of element.querySelectorAll(`[data-part="${name}"]`)) part.textContent = text;
  };
  /** @param {string} selector @param {boolean} shown */
  const show = (selector, shown) => {
    const found = element.querySelector(selector);
    if (found) found.toggleAttribute("hidden", !shown);
  };

  const refresh = () => {
    const [supply, sale] = [read(inputs[0], places), read(inputs[1], places)];
    const rate = read(inputs[2], 2);
    const known = supply !== null && sale !== null && rate !== null && sale > 0n;
    show("[data-inline]", known);
    if (!known) {
      for (const name of ["brand", "keeper", "platform"]) tell(name, "–");
      for (const name of ["brand", "keeper", "platform"]) bar(name, 0, 0);
      show("[data-short]", false);
      show("[data-floor-note]", false);
      return;
    }
    const keeper = portion(sale, rate);
    const platform = sale - supply - keeper;
    const wanted = portion(sale, BigInt(least));
    tell("brand", written(supply));
    tell("keeper", written(keeper));
    tell("platform", written(platform));
    tell("least", written(wanted));
    show("[data-short]", platform < wanted);
    const sums = [0n, supply, supply + keeper, sale];
    const ends = sums.map((part) => Number((part * 1000n) / sale) / 10);
    ["brand", "keeper", "platform"].forEach((name, place) => {
      const from = Math.min(100, ends[place]);
      bar(name, from, Math.max(0, Math.min(100, ends[place + 1]) - from));
    });
    const lowest = sale - (rate * sale) / BASIS;
    const button = element.querySelector("[data-floor]");
    const floor = read(inputs[3], places);
    if (button) button.textContent = written(lowest > 0n ? lowest : 1n);
    show("[data-floor-note]", floor === null || floor < lowest);
  };
  /** @param {string} name @param {number} from @param {number} width */
  const bar = (name, from, width) => {
    const path = `M${from} 0h${width}v8h-${width}z`;
    element.querySelector(`[data-bar="${name}"]`)?.setAttribute("d", path);
  };

  element.querySelector("[data-floor]")?.addEventListener("click", (event) => {
    const target = event.currentTarget;
    if (!inputs[3] || !(target instanceof HTMLElement)) return;
    inputs[3].value = (target.textContent ?? "").replace(sign, "");
    refresh();
  });
  for (const input of inputs) input?.addEventListener("input", refresh);
  refresh();
}
