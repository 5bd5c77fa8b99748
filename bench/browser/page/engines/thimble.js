// The project's wasm packages, on any of their devices.
import { host } from "../host.js";

host(async (settings) => {
  /** @type {Promise<typeof import("../../../../pkg/cpu/thimble.js")>} */
  const importing = import(`${settings.package}thimble.js`);
  const [weights, glue] = await Promise.all([
    bytesOf(settings.burnpack ?? ""),
    importing.then(async (glue) => (await glue.default(), glue)),
  ]);
  const classifier = await glue.Classifier.create(settings.backend ?? "", settings.network, weights);
  const { adapter, versions, simd } = classifier.info();
  return {
    facts: { adapter, simd, ...versions },
    async call() {
      /** @type {Uint8Array} */
      let given = new Uint8Array();
      return {
        fill(inputs) {
          given = inputs;
        },
        run: () => classifier.logits(given),
      };
    },
  };
});

/** @param {string} url */
async function bytesOf(url) {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}
