// The project's wasm packages, on any of their devices.
import { host } from "../host.js";

host(async (settings) => {
  /** @type {typeof import("../../../../pkg/cpu/thimble.js")} */
  const glue = await import(`${settings.package}thimble.js`);
  await glue.default();
  const isEmbedded = glue.networks().some(({ name, embedded }) => name === settings.network && embedded);
  const weights = isEmbedded ? null : new Uint8Array(await (await fetch(settings.burnpack ?? "")).arrayBuffer());
  const classifier = await glue.Classifier.create(settings.backend ?? "", settings.network, weights);
  const { adapter, versions, simd } = classifier.info();
  return {
    facts: { adapter, simd, ...versions },
    async call() {
      /** @type {Uint8Array} */
      let given = new Uint8Array();
      return {
        fill(pictures) {
          given = pictures;
        },
        run: () => classifier.logits(given),
      };
    },
  };
});
