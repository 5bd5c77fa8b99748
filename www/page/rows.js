// Which tiles of a long grid are near the screen.

/** Screens above and below that are filled too, so that scrolling shows no gaps. */
const AHEAD = 1;

/**
 * Finds the tiles to show, and keeps the place of the others free.
 * @param {HTMLElement} list a grid whose rows are all of the same height
 * @param {number} count tiles in all
 * @param {number} most to show
 * @returns {[first: number, last: number]} last: the first one after them
 */
export function rowsInView(list, count, most) {
  const grid = measure(list);
  // Before there is a tile its height is unknown.
  if (!grid) return [0, Math.min(count, most)];
  const { columns, pitch } = grid;
  const top = -list.getBoundingClientRect().top;
  const rows = Math.ceil(count / columns);
  const shown = Math.min(Math.floor(most / columns), Math.ceil((innerHeight * (1 + 2 * AHEAD)) / pitch) + 1);
  const first = Math.max(0, Math.min(Math.floor((top - AHEAD * innerHeight) / pitch), rows - shown));
  list.style.setProperty("padding-block", `${first * pitch}px ${Math.max(0, rows - first - shown) * pitch}px`);
  return [first * columns, Math.min(count, (first + shown) * columns)];
}

/** @type {(list: HTMLElement, index: number) => void} index: of a tile that may not be in the document */
export function scrollToTile(list, index) {
  const grid = measure(list);
  if (!grid || index < 0) return;
  const top = list.getBoundingClientRect().top + Math.floor(index / grid.columns) * grid.pitch;
  // The row in the middle of the screen.
  scrollBy({ top: top + grid.pitch / 2 - innerHeight / 2, behavior: "instant" });
}

/** @type {(list: HTMLElement) => {columns: number, pitch: number} | null} pitch: pixels from row to row */
function measure(list) {
  const tile = list.firstElementChild;
  if (!tile) return null;
  const style = getComputedStyle(list);
  const columns = Math.max(1, style.gridTemplateColumns.split(" ").length);
  return { columns, pitch: tile.getBoundingClientRect().height + (Number.parseFloat(style.rowGap) || 0) };
}
