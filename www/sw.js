// The service worker: the page works offline after one visit, and is updated as a whole, when the visitor says so.
/* global PRECACHE, BUILD */
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";
import { sharedResponse } from "./page/shared-files.js";

/**
 * @typedef {object} Scope what of a service worker's global scope is used, whose types exclude those of the page
 * @property {ServiceWorkerRegistration} registration
 * @property {() => Promise<void>} skipWaiting
 * @property {(type: string, listener: (event: {data?: any, waitUntil: (work: Promise<unknown>) => void}) => void) => void}
 *   addEventListener
 */
const worker = /** @type {Scope} */ (/** @type {unknown} */ (self));

/** Of this folder of the host: another may have a site of its own, and all have their caches together. */
const PREFIX = `thimble-assets ${worker.registration.scope} `;

/** What is fetched on first use, of this build alone: the packages, weights and samples. */
const ASSETS = PREFIX + BUILD;

// The page and its scripts, always those of one build.
precacheAndRoute(PRECACHE, { ignoreURLParametersMatching: [/.*/] });
cleanupOutdatedCaches();

// Their names have their content's hash, so that they never change.
const assets = new URL("assets/", worker.registration.scope).href;
registerRoute(({ url }) => url.href.startsWith(assets), new CacheFirst({ cacheName: ASSETS }));

// Photos that another app shares with the installed page.
registerRoute(({ url }) => url.href === new URL("share", worker.registration.scope).href, sharedResponse, "POST");

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOtherBuilds());
});

worker.addEventListener("message", (event) => {
  const { type, urls } = event.data ?? {};
  if (type === "update") void worker.skipWaiting();
  if (type === "keep") event.waitUntil(keep(urls));
});

async function dropOtherBuilds() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== ASSETS);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/**
 * Keeps what the page had loaded before this worker was there.
 * @param {string[]} urls
 */
async function keep(urls) {
  const cache = await caches.open(ASSETS);
  const missing = [];
  for (const url of urls.filter((wanted) => wanted.startsWith(assets))) {
    if (!(await caches.match(url))) missing.push(url);
  }
  // One that does not come is fetched when it is needed.
  await Promise.allSettled(missing.map((url) => cache.add(url)));
}
