// What a worker of the page is started from.

/**
 * A worker of an http address has only the policy that the server sends with its file, and a static server sends none.
 * One of a blob address has the policy of the page that made it, so that it too can reach no other origin.
 * @type {Map<string, string>} by the script that comes with it; never given back, for there are two
 */
const blobUrls = new Map();

/**
 * @param {string} script of the package that this worker will surely want, to come beside its own and not after it; or none
 * @returns {string}
 */
export function workerUrl(script) {
  const known = blobUrls.get(script);
  if (known) return known;
  const own = new URL(WORKER_URL, document.baseURI).href;
  const lines = [`import ${JSON.stringify(own)};`];
  // Where it does not come, the reason is told when it is started.
  if (script) lines.push(`import(${JSON.stringify(script)}).catch(() => {});`);
  const url = URL.createObjectURL(new Blob(lines, { type: "text/javascript" }));
  blobUrls.set(script, url);
  return url;
}
