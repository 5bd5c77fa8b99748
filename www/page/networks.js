// The choice of a network, with the test accuracy of each. A site with one network shows no choice.
import { byId, el } from "./dom.js";
import { accuracy } from "./format.js";

/** @typedef {import("../shared/types.js").NetworkInfo} NetworkInfo */

/**
 * @param {import("./engine.js").Engine} engine
 */
export function startNetworks(engine) {
  const form = byId("network", HTMLFieldSetElement);
  const state = byId("network-state", HTMLElement);
  let shown = "";
  form.addEventListener("change", (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    void engine.chooseNetwork(value);
  });
  const update = () => {
    // Options that stay keep the focus.
    const offered = JSON.stringify(engine.networks);
    if (shown !== offered) {
      shown = offered;
      for (const label of form.querySelectorAll("label")) label.remove();
      form.append(...engine.networks.map(option));
      form.hidden = engine.networks.length < 2;
    }
    form.dataset.active = engine.member?.loaded.info.network.name ?? "";
    for (const radio of form.querySelectorAll("input")) radio.checked = radio.value === engine.network;
    // A live region that is given the text it has already may be read twice.
    if (state.textContent !== engine.networkState) state.textContent = engine.networkState;
  };
  engine.addEventListener("change", update);
  update();
}

/** @param {NetworkInfo} network */
function option({ name, testAccuracy, photos }) {
  const radio = el("input", { type: "radio", name: "network", value: name });
  const share = el("span", { class: "small" }, `${accuracy(testAccuracy)}${photos ? "" : ", not for photos"}`);
  return el("label", {}, radio, el("span", { class: "option" }, el("span", {}, name), " ", share));
}
