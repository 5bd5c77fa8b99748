// Photos that another app shares with the installed page: the service worker lays them down, the page takes them up.

/** Of this folder of the host: all sites of an origin have their caches together. */
const cacheName = () => `thimble-shared ${new URL("./", location.href).href}`;

/** In the page's address where photos wait. */
const PARAMETER = "shared";

/**
 * Answers the request with which a system shares files.
 * @param {{request: Request}} event
 * @returns {Promise<Response>} leads to the page
 */
export async function sharedResponse({ request }) {
  const form = await request.formData();
  // What was shared before and never taken up is not added to it.
  await caches.delete(cacheName());
  const cache = await caches.open(cacheName());
  const files = form.getAll("photos").filter((value) => value instanceof File);
  for (const [index, file] of files.entries()) {
    const headers = { "content-type": file.type, "x-name": encodeURIComponent(file.name) };
    await cache.put(`shared/${index}`, new Response(file, { headers }));
  }
  const page = new URL("./", request.url);
  page.searchParams.set(PARAMETER, String(files.length));
  return Response.redirect(page.href, 303);
}

/**
 * Takes up what was shared.
 * @returns {Promise<{files: File[]} | null>} null where nothing was shared
 */
export async function takeShared() {
  const address = new URL(location.href);
  if (!address.searchParams.has(PARAMETER)) return null;
  address.searchParams.delete(PARAMETER);
  // Reloading does not add them again.
  history.replaceState(null, "", address);
  const cache = await caches.open(cacheName());
  const files = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    if (!response) continue;
    const type = response.headers.get("content-type") ?? "";
    files.push(new File([await response.blob()], decodeURIComponent(response.headers.get("x-name") ?? ""), { type }));
  }
  await caches.delete(cacheName());
  return { files };
}
