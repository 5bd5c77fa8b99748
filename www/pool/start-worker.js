// Starting a worker, perhaps before there is anybody to listen to it.

/**
 * @typedef {object} Started a worker that has been started
 * @property {Worker} worker
 * @property {number} since when it was started, on the page's clock
 * @property {Promise<ErrorEvent>} failure resolves with its first error; never settles otherwise
 */

/**
 * @param {string | URL} url of the worker's script, a module
 * @returns {Started}
 */
export function startWorker(url) {
  const since = performance.now();
  const worker = new Worker(url, { type: "module" });
  const failure = new Promise((/** @type {(event: ErrorEvent) => void} */ resolve) => {
    worker.addEventListener("error", (event) => {
      // What it means is told on the page, and not on the console.
      event.preventDefault();
      resolve(event);
    });
  });
  return { worker, since, failure };
}
