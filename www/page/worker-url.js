// What a worker of the page is started from.

/**
 * A worker of an http address has only the policy that the server sends with its file, and a static server sends none.
 * One of a blob address has the policy of the page that made it, so that it too can reach no other origin. All its code is
 * in the blob: a worker that imports it begins to ask for it only when it runs.
 * @type {Map<string, string>} by the script that comes with it; never given back, for there are two
 */
const blobUrls = new Map();

/**
 * @param {string} script of the package that this worker will surely want, to come while it starts; or none
 * @returns {string}
 */
export function workerUrl(script) {
  const known = blobUrls.get(script);
  if (known) return known;
  // Where it does not come, the reason is told when it is started.
  const early = script ? `import(${JSON.stringify(script)}).catch(() => {});\n` : "";
  const url = URL.createObjectURL(new Blob([early, WORKER_CODE], { type: "text/javascript" }));
  blobUrls.set(script, url);
  return url;
}
