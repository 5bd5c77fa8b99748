// The files of what was dropped, with those in its folders.

/** Folders within folders are read so deep: a link may lead back. */
const DEEPEST = 16;

/**
 * Reads the files that were dropped. Called while the event is handled: later its items are gone.
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>} those in folders only where they may be photos, for other files lie there too
 */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files];
  const found = await Promise.all(entries.map((entry) => (entry ? filesOf(entry, 0) : [])));
  return found.flat();
}

/** @type {(entry: FileSystemEntry, depth: number) => Promise<File[]>} */
async function filesOf(entry, depth) {
  if (isFile(entry)) {
    const file = await new Promise((/** @type {(file: File | null) => void} */ resolve) => {
      entry.file(resolve, () => resolve(null));
    });
    return file && (depth === 0 || mayBePhoto(file)) ? [file] : [];
  }
  if (!isFolder(entry) || depth > DEEPEST) return [];
  const files = await Promise.all((await entriesOf(entry)).map((inside) => filesOf(inside, depth + 1)));
  return files.flat();
}

/** @type {(folder: FileSystemDirectoryEntry) => Promise<FileSystemEntry[]>} by name */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const next = () =>
    new Promise((/** @type {(entries: FileSystemEntry[]) => void} */ resolve) => {
      reader.readEntries(resolve, () => resolve([]));
    });
  /** @type {FileSystemEntry[]} */
  const all = [];
  // A browser hands out some hundred at a time, and none at the end.
  for (let some = await next(); some.length > 0; some = await next()) all.push(...some);
  return all.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

/** @type {(file: File) => boolean} */
function mayBePhoto({ name, type }) {
  return type.startsWith("image/") || /\.(heic|heif|avif)$/i.test(name);
}

/** @type {(entry: FileSystemEntry) => entry is FileSystemFileEntry} */
function isFile(entry) {
  return entry.isFile;
}

/** @type {(entry: FileSystemEntry) => entry is FileSystemDirectoryEntry} */
function isFolder(entry) {
  return entry.isDirectory;
}
