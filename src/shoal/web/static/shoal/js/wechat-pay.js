// @ts-check
/**
 * Opens WeChat Pay's own sheet over the page, in the browser within WeChat. What it answers is only
 * a hint: whether she has paid is told by WeChat Pay to the server, and the next page waits for it.
 *
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791857
 */

/**
 * @typedef {(answer: {err_msg: string}) => void} Then
 * @typedef {{invoke: (name: string, words: object, then: Then) => void}} Bridge
 */

/** @param {HTMLElement} element */
export function mount(element) {
  const sheet = JSON.parse(element.dataset.wechatPay ?? "{}");
  const open = () => {
    show(element, "opening");
    whenReady((bridge) => {
      bridge.invoke("getBrandWCPayRequest", sheet, ({ err_msg: told }) => {
        if (told === "get_brand_wcpay_request:ok") location.assign(element.dataset.done ?? "/");
        else show(element, told === "get_brand_wcpay_request:cancel" ? "cancelled" : "failed");
      });
    });
  };
  element.querySelector("[data-open]")?.addEventListener("click", open);
  open();
}

/**
 * The bridge may come after the page.
 * @param {(bridge: Bridge) => void} act
 */
function whenReady(act) {
  const bridge = /** @type {{WeixinJSBridge?: Bridge}} */ (globalThis).WeixinJSBridge;
  if (bridge) act(bridge);
  else document.addEventListener("WeixinJSBridgeReady", () => whenReady(act), { once: true });
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 */
function show(element, name) {
  for (const said of element.querySelectorAll("[data-said]")) {
    if (said instanceof HTMLElement) said.hidden = said.dataset.said !== name;
  }
}
