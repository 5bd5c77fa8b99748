// Trunk's post_build hook: writes the service worker with the list of the page's files, and adds
// the manifest, its icons, and settings for common hosts.
import { createHash } from "node:crypto";
import { cp, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { TARGETS } from "./shared/browsers.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = process.env.TRUNK_STAGING_DIR;
if (!dist) throw new Error("Trunk runs this as a hook: TRUNK_STAGING_DIR is not set");

/** Small, and of one build with the page. All else is kept when it is first used. */
const PAGE =
  /^(index\.html|[^/]+\.(js|css|svg|png|webmanifest)|assets\/(begin|export|comparison|benchmark)-[^/]+\.(js|css)|assets\/packages\.json)$/;

for (const name of ["manifest.webmanifest", "icon-192.png", "icon-512.png"]) {
  await cp(join(root, "www", name), join(dist, name));
}
// For those who serve it.
await cp(join(root, "www/hosting"), dist, { recursive: true });
const files = (await readdir(dist, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(dist.length + 1)
      .replaceAll("\\", "/"),
  )
  .filter((path) => PAGE.test(path) && path !== "sw.js")
  .sort();
// With a sum, so that a host that is being updated never gives it files of two builds: it tries again later.
const precache = await Promise.all(
  files.map(async (url) => {
    const content = await readFile(join(dist, url));
    const integrity = `sha256-${createHash("sha256").update(content).digest("base64")}`;
    return { url, revision: hash(content), integrity };
  }),
);
await build({
  bundle: true,
  format: "iife",
  target: TARGETS,
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
  entryPoints: [join(root, "www/sw.js")],
  outfile: join(dist, "sw.js"),
  define: {
    "process.env.NODE_ENV": '"production"',
    PRECACHE: JSON.stringify(precache),
    BUILD: JSON.stringify(hash(Buffer.from(JSON.stringify(precache)))),
  },
});

/** @type {(content: Uint8Array) => string} 12 hexadecimal digits */
function hash(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}
