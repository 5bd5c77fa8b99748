// Asks for the CPU's package that fits this browser, before any other script has arrived: bundle.mjs puts it into
// index.html.
import { hasRelaxedSimd } from "./page/support.js";

const link = document.createElement("link");
link.rel = "preload";
link.as = "fetch";
link.type = "application/wasm";
// As fetch() will ask for it, or it would be asked for twice.
link.crossOrigin = "anonymous";
link.href = hasRelaxedSimd() ? CPU_RELAXED_WASM : CPU_WASM;
document.head.append(link);
