// One engine in a worker, from navigation to its first result: what an application that uses it has to wait for.
// The driver hands in what to open as the address's fragment.
import * as Comlink from "comlink";
import { INPUT_VALUES } from "./host.js";

const { script, type, settings } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
/** @type {import("comlink").Remote<import("./host.js").Host>} */
const remote = Comlink.wrap(new Worker(script, { type }));
await remote.open(settings);
const logits = await remote.logits(new Uint8Array(INPUT_VALUES));
Object.assign(globalThis, { first: { milliseconds: performance.now(), logits: logits.length } });
