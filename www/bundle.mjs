// Trunk's pre_build hook: bundles the page and the worker with esbuild and lays them, with what is built of the
// wasm packages, into pkg/site/:
//
//   main.js, main.css      Trunk puts the hash into these names, and the integrity attribute into the page
//   assets/worker-HASH.js
//   assets/cpu-HASH/…      one folder for a package, named by the content of all its files
//   assets/packages.json   which packages there are, where they lie, and which are still being built
//
// All URLs are relative, so that the site works in any folder of a server.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const pkg = process.env.THIMBLE_PKG ?? join(root, "pkg");
const site = join(root, "pkg", "site");
const assets = join(site, "assets");

// What the page's and the worker's bundle share.
/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  format: "esm",
  target: ["chrome91", "firefox89", "safari16.4"],
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
};

await rm(site, { recursive: true, force: true });
await mkdir(assets, { recursive: true });

const worker = await bundleWorker();
await build({
  ...common,
  entryPoints: { main: join(root, "www/main.js") },
  outdir: site,
  define: { WORKER_URL: JSON.stringify(`assets/${worker}`) },
});
await build({ ...common, entryPoints: { main: join(root, "www/css/main.css") }, outdir: site });

const packages = {
  cpu: await copyPackage("cpu"),
  webgpu: await copyPackage("webgpu"),
  pending: await pending(),
};
await writeFile(join(assets, "packages.json"), `${JSON.stringify(packages, null, 2)}\n`);

/** @returns {Promise<string>} the file's name */
async function bundleWorker() {
  const result = await build({ ...common, entryPoints: [join(root, "www/worker/worker.js")], write: false });
  const file = result.outputFiles?.[0];
  if (!file) throw new Error("esbuild gave no file for www/worker/worker.js, expected one");
  const name = `worker-${hash([file.contents])}.js`;
  await writeFile(join(assets, name), file.contents);
  return name;
}

/**
 * @param {string} name of a package below pkg/
 * @returns {Promise<{script: string, wasm: string} | null>} null where it is not built
 */
async function copyPackage(name) {
  const folder = join(pkg, name);
  if (!existsSync(join(folder, "thimble_bg.wasm")) || !existsSync(join(folder, "thimble.js"))) return null;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(js|wasm)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const target = `${name}-${hash(await Promise.all(files.map((file) => readFile(file))))}`;
  for (const file of files) await cp(file, join(assets, target, file.slice(folder.length + 1)));
  return { script: `${target}/thimble.js`, wasm: `${target}/thimble_bg.wasm` };
}

/** @returns {Promise<string[]>} packages that are still being built, as pkg/pending.json names them */
async function pending() {
  const file = join(pkg, "pending.json");
  return existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : [];
}

/**
 * @param {Uint8Array[]} contents
 * @returns {string} 12 hexadecimal digits
 */
function hash(contents) {
  const sum = createHash("sha256");
  for (const content of contents) sum.update(content);
  return sum.digest("hex").slice(0, 12);
}
