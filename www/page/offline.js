// Has the page work offline, and offers a new build when there is one.
/* global OFFLINE */
import { notice } from "./announce.js";
import { words } from "../language/language.js";

/**
 * @param {Promise<unknown>} loaded resolves when nothing more urgent is left to load
 * @param {() => string[]} files URLs of what the workers have loaded, which the page's own list does not have
 */
export async function startOffline(loaded, files) {
  if (!OFFLINE || !("serviceWorker" in navigator)) return;
  await loaded;
  try {
    const registration = await navigator.serviceWorker.register("sw.js");
    offerUpdates(registration);
    const { active } = await navigator.serviceWorker.ready;
    const own = performance.getEntriesByType("resource").map(({ name }) => name);
    active?.postMessage({ type: "keep", urls: [...own, ...files()] });
  } catch {
    // Where the browser allows none, as in some private windows, the page works as it does without one.
  }
}

/** @param {ServiceWorkerRegistration} registration */
function offerUpdates(registration) {
  const offer = () => {
    const { waiting } = registration;
    // Without a controller this is the first visit: nothing is replaced.
    if (!waiting || !navigator.serviceWorker.controller) return;
    notice(words.offline.ready, {
      text: words.offline.update,
      press: () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
        waiting.postMessage({ type: "update" });
      },
    });
  };
  const watch = () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") offer();
    });
  };
  registration.addEventListener("updatefound", watch);
  // It may be under way already, or done.
  watch();
  offer();
}
