// When the page came how far, for `npm run measure` and for whoever looks at the browser's timeline.

/**
 * @param {"start" | "ready" | "verdict"} name start: the page's script runs; ready: there is a classifier; verdict: the first
 *   photo has its answer
 */
export function markOnce(name) {
  if (performance.getEntriesByName(name, "mark").length === 0) performance.mark(name);
}
