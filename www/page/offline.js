// Has the page work offline, and offers a new build when there is one.
/* global OFFLINE */
import { notice } from "./announce.js";

/** @param {Promise<unknown>} loaded resolves when nothing more urgent is left to load */
export async function startOffline(loaded) {
  if (!OFFLINE || !("serviceWorker" in navigator)) return;
  await loaded;
  try {
    const registration = await navigator.serviceWorker.register("sw.js");
    offerUpdates(registration);
    const { active } = await navigator.serviceWorker.ready;
    const urls = performance.getEntriesByType("resource").map(({ name }) => name);
    active?.postMessage({ type: "keep", urls });
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
    notice("A new version of Thimble is ready. Updating removes the photos from the page.", {
      text: "Update",
      press: () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
        waiting.postMessage({ type: "update" });
      },
    });
  };
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") offer();
    });
  });
  offer();
}
