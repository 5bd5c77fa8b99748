// Chromium, the site in a sub-path, and how the tests find cards. One browser and one server for a test file.
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} BrowserContext */
/** @typedef {import("playwright-core").Locator} Locator */

/** The repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));
/** The built site. */
export const site = process.env.THIMBLE_SITE ?? join(root, "dist");
/** The built wasm packages. */
export const pkg = process.env.THIMBLE_PKG ?? join(root, "pkg");
const artefacts = process.env.THIMBLE_ARTEFACTS ?? join(root, "artefacts");

/** Without a GPU: WebGPU on Chromium's software adapter. Slow: for correctness only. */
export const SOFTWARE_GPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** What every Chromium here is started with. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long a card or the classifier may take on a busy machine of two cores, milliseconds. */
export const PATIENCE = 45_000;

/**
 * Starts browser and server before a file's tests, and ends both after them.
 * @param {{flags?: string[], folders?: Record<string, string>}} [options] folders: served besides, by path prefix
 * @returns {{
 *   url: () => string,
 *   origin: () => string,
 *   context: (options?: import("playwright-core").BrowserContextOptions) => Promise<BrowserContext>,
 *   open: (options?: import("playwright-core").BrowserContextOptions, prepare?: (page: Page) => Promise<unknown>) =>
 * Promise<Page>,
 * }}
 */
export function useBrowser({ flags = [], folders = {} } = {}) {
  /** @type {import("playwright-core").Browser | undefined} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>> | undefined} */
  let server;

  before(async () => {
    if (!existsSync(join(site, "index.html"))) {
      throw new Error(`no built site at ${site}: run "cargo xtask build", or set THIMBLE_SITE to the site's folder`);
    }
    server = await serve({
      "/sub/path/": site,
      "/pkg/": pkg,
      "/examples/": join(root, "examples"),
      "/samples/": join(root, "www/samples"),
      ...folders,
    });
    browser = await chromium.launch({
      executablePath: process.env.THIMBLE_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--headless=new", ...FLAGS, ...flags],
      headless: true,
      timeout: 60_000,
    });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const origin = () => server?.origin ?? "";
  const url = () => `${origin()}/sub/path/`;
  /** @param {import("playwright-core").BrowserContextOptions} [options] */
  const context = async (options) => {
    if (!browser) throw new Error("the browser has not been started");
    // A service worker's requests pass by the routes of a test: only the tests of it have one.
    const made = await browser.newContext({ serviceWorkers: "block", ...options });
    made.setDefaultTimeout(PATIENCE);
    return made;
  };
  return {
    url,
    origin,
    context,
    async open(options, prepare) {
      const page = await (await context(options)).newPage();
      await prepare?.(page);
      await page.goto(url());
      return page;
    },
  };
}

/**
 * @param {string} path below the repository
 * @returns {Promise<any>}
 */
export async function readJson(path) {
  return JSON.parse(await readFile(join(root, path), "utf8"));
}

/**
 * What networks the site offers, by its own list.
 * @returns {Promise<import("../../www/shared/types.js").NetworkFiles[]>} the default one first
 */
export async function siteNetworks() {
  return JSON.parse(await readFile(join(site, "assets/packages.json"), "utf8")).networks;
}

/**
 * Has the page see another list of packages than the site's, in index.html and in each response for packages.json.
 * @param {Page} page before it is opened
 * @param {(packages: import("../../www/shared/types.js").Packages, time: number) => object} change time: 0 for
 *   index.html, then one more for each response
 */
export async function changePackages(page, change) {
  let responses = 0;
  const json = (/** @type {object} */ list) => JSON.stringify(list).replaceAll("<", "\\u003c");
  await page.context().route(
    (url) => url.pathname.endsWith("/sub/path/"),
    async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(
        /(<script type="application\/json" id="packages">)(.*?)(<\/script>)/,
        (_, open, list, close) => open + json(change(JSON.parse(list), 0)) + close,
      );
      await route.fulfill({ response, body });
    },
  );
  await page.context().route("**/packages.json", async (route) => {
    responses += 1;
    await route.fulfill({ json: change(await (await route.fetch()).json(), responses) });
  });
}

/**
 * Chooses a network on the page and waits until it is in use.
 * @param {Page} page
 * @param {string} name
 */
export async function chooseNetwork(page, name) {
  await page.locator(`#network input[value="${name}"]`).check();
  await networkIs(page, name);
}

/**
 * Waits until the network is in use.
 * @param {Page} page
 * @param {string} name
 */
export async function networkIs(page, name) {
  await page.locator(`#network[data-active="${name}"]`).waitFor();
}

/**
 * Goes to an empty page of the site's origin, where the packages are tested without the page.
 * @param {Page} page
 * @param {string} base the site's URL
 */
export async function openEmpty(page, base) {
  await page.route("**/empty.html", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>empty</title>" }),
  );
  await page.goto(`${base}empty.html`);
}

/**
 * Loads a package into an empty page and leaves a classifier there, as the global `classifier`, with the package's
 * glue as the global `glue` and the weights that the package does not hold as `weights`.
 * @param {Page} page
 * @param {"cpu" | "cpu-relaxed" | "webgpu"} name of the package
 * @param {string} backend
 * @param {{network?: string, forPhotos?: boolean}} [options] network: the default one where left out; forPhotos: the
 *   weights are not handed in
 * @returns {Promise<import("../../pkg/cpu/thimble.js").Info>}
 */
export function createClassifier(page, name, backend, { network, forPhotos = false } = {}) {
  return page.evaluate(async ([which, device, wanted, forPhotos]) => {
    const assets = new URL("assets/", location.href);
    const packages = await (await fetch(new URL("packages.json", assets))).json();
    const found = packages[which];
    if (!found) throw new Error(`the site has no package ${which}: ${JSON.stringify(packages)}`);
    /** @type {typeof import("../../pkg/cpu/thimble.js")} */
    const glue = await import(new URL(found.script, assets).href);
    await glue.default({ module_or_path: fetch(new URL(found.wasm, assets)) });
    /** @type {import("../../www/shared/types.js").NetworkFiles[]} */
    const networks = packages.networks;
    const file = networks.find((known) => known.name === (wanted ?? networks[0]?.name))?.weights;
    const weights = file ? new Uint8Array(await (await fetch(new URL(file, assets))).arrayBuffer()) : null;
    const classifier = await glue.Classifier.create(device, wanted, forPhotos ? null : weights);
    Object.assign(globalThis, { glue, classifier, weights });
    return classifier.info();
  }, /** @type {const} */ ([name, backend, network, forPhotos]));
}

/**
 * @param {Page} page
 * @param {"ready" | "broken"} [state]
 */
export async function classifierIs(page, state = "ready") {
  await page.locator(`html[data-classifier="${state}"]`).waitFor({ state: "attached" });
}

/**
 * Has a script run behind a package's glue, where it may replace the classifier's methods.
 * @param {Page} page
 * @param {string} name of the package
 * @param {string} script
 */
export async function patchPackage(page, name, script) {
  await page.context().route(`**/${name}-*/thimble.js`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${script}` });
  });
}

/**
 * Has a script run in each worker before its own, which the page makes of its code.
 * @param {Page} page before it is opened
 * @param {string} script
 */
export async function preludeWorkers(page, script) {
  await page.addInitScript((prelude) => {
    globalThis.Blob = new Proxy(Blob, {
      construct: (target, [parts, options]) =>
        new target(options?.type === "text/javascript" ? [prelude, "\n", ...parts] : parts, options),
    });
  }, script);
}

/** Notes in the worker, as `self.calls`, which of a classifier's long methods began (c, r) and ended (.). */
export const NOTE_CALLS = `
  self.calls = "";
  for (const name of ["classifyDownscaled", "repeat", "repeatPhoto"]) {
    const method = Classifier.prototype[name];
    Classifier.prototype[name] = async function (...given) {
      self.calls += name[0];
      let end = ".";
      try {
        return await method.apply(this, given);
      } catch (error) {
        // Tried again once the weights are there.
        if (error.code === "weights-missing") [self.calls, end] = [self.calls.slice(0, -1), ""];
        throw error;
      } finally {
        self.calls += end;
      }
    };
  }`;

/**
 * The automatic choice has been made: its sentence no longer says that it is looking.
 * @param {Page} page
 */
export async function chosen(page) {
  await page.waitForFunction(() =>
    /^Using (the CPU|WebGPU): /.test(document.getElementById("reason")?.textContent ?? ""),
  );
}

/**
 * Finds the card of one photo, when it has a prediction or an error.
 * @param {Page} page
 * @param {string} name the file's
 * @returns {Promise<Locator>}
 */
export async function settled(page, name) {
  const card = page.locator("#cards > li", { has: page.getByRole("heading", { name, exact: true }) });
  await card.and(page.locator("[data-state=done], [data-state=failed]")).waitFor();
  return card;
}

/**
 * Waits until every edit has its prediction.
 * @param {Locator} of a card
 */
export async function predicted(of) {
  await of.and(of.page().locator("li:not([data-editing])")).waitFor();
}

/**
 * Adds files through the picker's input.
 * @param {Page} page
 * @param {(string | {name: string, mimeType: string, buffer: Buffer})[]} files
 */
export async function pick(page, files) {
  // Playwright takes paths or buffers, not both at once.
  const input = page.locator("#file");
  await input.setInputFiles(/** @type {string[]} */ (files));
}

/**
 * @param {string} name of a file in www/samples
 * @returns {string} its path
 */
export function sample(name) {
  return join(root, "www/samples", name);
}

/**
 * Gives the path of a screenshot for people to look at.
 * @param {string} name
 * @returns {Promise<string>}
 */
export async function artefact(name) {
  await mkdir(artefacts, { recursive: true });
  return join(artefacts, name);
}

/** axe's script, read once. */
const axeScript = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Has axe look at a page as it is now.
 * @param {Page} page opened with `bypassCSP`: axe comes as a script of the test, which the page's own policy would keep out
 * @returns {Promise<{id: string, nodes: string[]}[]>} what it finds fault with
 */
export async function violationsOf(page) {
  if (!(await page.evaluate("Boolean(globalThis.axe)"))) await page.addScriptTag({ content: await axeScript });
  return page.evaluate(async () => {
    const { axe } = /** @type {{axe: {run: () => Promise<import("axe-core").AxeResults>}}} */ (
      /** @type {unknown} */ (globalThis)
    );
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
    }));
  });
}
