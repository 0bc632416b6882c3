// @ts-check
/**
 * Starts the parts that a page holds, and again those that htmx brings in. Every page works
 * without: a part only makes a form, a list or a link more comfortable.
 */
import { listen as confirmOnce } from "./confirm-once.js";
import { listen as copyAndShare, mount as share } from "./copy-share.js";
import { mount as countdown } from "./countdown.js";
import { mount as gallery } from "./gallery.js";
import { mount as line } from "./line.js";
import { listen as offline } from "./offline.js";
import { mount as priceRange } from "./price-range.js";
import { mount as priceShares } from "./price-shares.js";
import { mount as rail } from "./rail.js";
import { mount as resend } from "./resend.js";
import { listen as sheets } from "./sheet.js";
import { mount as skuPicker } from "./sku-picker.js";
import { mount as stepper } from "./stepper.js";
import { mount as theme } from "./theme.js";
import { mount as wechatPay } from "./wechat-pay.js";

/** @type {[string, (element: HTMLElement) => void][]} */
const parts = [
  ["[data-countdown]", countdown],
  ["[data-gallery]", gallery],
  ["[data-sku-picker]", skuPicker],
  ["[data-stepper]", stepper],
  ["[data-share]", share],
  ["[data-price-range]", priceRange],
  ["[data-price-shares]", priceShares],
  [".left-rail-list", rail],
  ["[data-line]", line],
  ["[data-resend]", resend],
  ["[data-theme-switch]", theme],
  ["[data-wechat-pay]", wechatPay],
];
/** @type {WeakSet<Element>} */
const mounted = new WeakSet();

/** @param {ParentNode} root */
function mountAll(root) {
  for (const [selector, mount] of parts) {
    for (const element of root.querySelectorAll(selector)) {
      if (element instanceof HTMLElement && !mounted.has(element)) {
        mounted.add(element);
        mount(element);
      }
    }
  }
}

confirmOnce();
copyAndShare();
offline();
sheets();
mountAll(document);
document.addEventListener("htmx:load", () => mountAll(document));
