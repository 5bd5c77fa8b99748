// Trunk's pre_build hook: bundles the page and the worker with esbuild and lays them, with what is built of the
// wasm packages, into pkg/site/:
//
//   main.js, main.css      Trunk puts the hash into these names, and the integrity attribute into the page
//   head.html              for Trunk to put into index.html: the policy, the list of packages, preload.js and begin.js
//   assets/begin-HASH.js   runs before the page is parsed, with the worker's code in it
//   assets/language-HASH.js  the page's words in English
//   assets/de-HASH.js      the words in another language, one file for each, fetched when it is chosen
//   assets/export-HASH.js, assets/comparison-HASH.js, assets/why-HASH.js, assets/why-HASH.css
//                          parts of the page that are fetched when they are first used
//   assets/samples-HASH/…  the samples to click
//   assets/cpu-HASH/…      one folder for a package, named by the content of all its files
//   assets/NAME-HASH.bpk   the weights of each network that are not in the packages
//   assets/test-set-HASH/…  the test images, where they are installed
//   assets/benchmark-HASH.js, assets/benchmark-HASH.css  the benchmark, fetched when it is first shown
//   assets/packages.json   the packages and networks, their paths, and what is still being built
//
// All URLs are relative, so that the site works in any folder of a server.
//
// For other pages it writes pkg/pool/ (pool.js, its types and its worker) and pkg/weights/ (the same weights).
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { TARGETS } from "./shared/browsers.js";

/**
 * @import { BuildOptions } from "esbuild"
 * @import { NetworkInfo } from "../pkg/cpu/thimble.js"
 * @import { NetworkFiles, PackageFiles, Packages, TestSetFiles } from "./shared/types.js"
 */

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const pkg = process.env.THIMBLE_PKG ?? join(root, "pkg");
const site = join(root, "pkg", "site");
const assets = join(site, "assets");

/** @type {BuildOptions} for all bundles */
const common = {
  bundle: true,
  format: "esm",
  target: TARGETS,
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
};

await rm(site, { recursive: true, force: true });
await mkdir(assets, { recursive: true });

const workerCode = await bundled("www/worker/worker.js");
await bundlePool();
const samples = await copySamples();
const benchmarkStyle = await bundleLate("css/benchmark.css", common);
const whyStyle = await bundleLate("css/why.css", common);
/** @type {BuildOptions} */
const ofPage = {
  ...common,
  // Older than what runs Thimble, so that the page can still say what such a browser lacks.
  target: "es2020",
  define: {
    SAMPLES_URL: JSON.stringify(`assets/${samples}`),
    BENCHMARK_STYLE: JSON.stringify(`assets/${benchmarkStyle}`),
    WHY_STYLE: JSON.stringify(`assets/${whyStyle}`),
    OFFLINE: String(!process.env.THIMBLE_SERVE),
  },
};
const beginCode = await bundled("www/begin.js", {
  ...ofPage,
  define: { WORKER_CODE: JSON.stringify(Buffer.from(workerCode).toString()) },
});
const begin = `begin-${hash([beginCode])}.js`;
await writeFile(join(assets, begin), beginCode);
const language = await bundleLate("language/language.js", {
  ...ofPage,
  define: { ...ofPage.define, LANGUAGES: JSON.stringify(await bundleLanguages()) },
});
// All of the page's scripts share the words.
/** @type {BuildOptions} */
const ofPart = { ...ofPage, plugins: [separate({ language }, "./")] };
const exporter = await bundleLate("page/export.js", ofPart);
const comparison = await bundleLate("page/comparison.js", ofPart);
const why = await bundleLate("page/why.js", ofPart);
const benchmark = await bundleLate("benchmark/benchmark.js", ofPart);
await build({
  ...ofPage,
  entryPoints: { main: join(root, "www/main.js") },
  outdir: site,
  plugins: [separate({ begin, language, export: exporter, comparison, why, benchmark }, "./assets/")],
});
await build({ ...common, entryPoints: { main: join(root, "www/css/main.css") }, outdir: site });

const packages = {
  cpu: await copyPackage("cpu"),
  "cpu-relaxed": await copyPackage("cpu-relaxed"),
  webgpu: await copyPackage("webgpu"),
  pending: await pending(),
  networks: await copyNetworks(),
  testSet: await copyTestSet(),
};
await writeFile(join(assets, "packages.json"), `${JSON.stringify(packages, null, 2)}\n`);
await writeFile(join(site, "head.html"), await headOf(packages));

/**
 * What may run on the page, and what it may ask for.
 * @param {string[]} inline scripts in the page itself
 * @returns {string} a Content Security Policy
 */
function policyOf(inline) {
  const hashes = inline.map((script) => ` 'sha256-${sha256(script).digest("base64")}'`).join("");
  return (
    `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'${hashes}; worker-src 'self' blob:; connect-src 'self'; ` +
    "img-src 'self' blob:; style-src 'self'; media-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'"
  );
}

/**
 * With it, the CPU's wasm is requested before any script arrives, no list has to be fetched before the first package,
 * and begin.js waits for neither the style sheet nor the rest of the page.
 * @param {Packages} list
 * @returns {Promise<string>} HTML
 */
async function headOf(list) {
  const inline = list.cpu ? [await preloadOf(list.cpu, list["cpu-relaxed"] ?? list.cpu)] : [];
  const json = JSON.stringify(list).replaceAll("<", "\\u003c");
  return [
    `<meta http-equiv="Content-Security-Policy" content="${policyOf(inline)}" />`,
    ...inline.map((script) => `<script>${script}</script>`),
    `<script type="application/json" id="packages">${json}</script>`,
    // Two processors lay out the page and start the worker at once, if the worker's turn comes first.
    `<script type="module" async blocking="render" src="assets/${begin}"></script>`,
    `<link rel="modulepreload" href="assets/${language}" />`,
  ].join("\n");
}

/** @type {(cpu: PackageFiles, relaxed: PackageFiles) => Promise<string>} a script without a file of its own */
async function preloadOf(cpu, relaxed) {
  const define = {
    CPU_WASM: JSON.stringify(`assets/${cpu.wasm}`),
    CPU_RELAXED_WASM: JSON.stringify(`assets/${relaxed.wasm}`),
  };
  const code = await bundled("www/preload.js", { ...ofPage, define, format: "iife" });
  return Buffer.from(code).toString().trim();
}

/**
 * @param {string} entry a module's path below the project
 * @param {BuildOptions} options
 * @returns {Promise<Uint8Array>} with all that it imports
 */
async function bundled(entry, options = common) {
  const result = await build({ ...options, entryPoints: [join(root, entry)], write: false });
  const file = result.outputFiles?.[0];
  if (!file) throw new Error(`esbuild gave no file for ${entry}, expected one`);
  return file.contents;
}

/**
 * Bundles a module of the page that is fetched when it is first used.
 * @param {string} entry a module's or style sheet's path below www/
 * @param {BuildOptions} options
 * @returns {Promise<string>} the file's name
 */
async function bundleLate(entry, options = ofPage) {
  const code = await bundled(`www/${entry}`, options);
  const { name, ext } = parse(entry);
  const file = `${name}-${hash([code])}${ext}`;
  await writeFile(join(assets, file), code);
  return file;
}

/**
 * @param {Record<string, string>} files in assets/, of the modules that are bundled by themselves, by the module's name
 * @param {string} folder assets/, from the module that imports them
 * @returns {import("esbuild").Plugin}
 */
function separate(files, folder) {
  return {
    name: "separate",
    setup: ({ onResolve }) =>
      onResolve({ filter: /\/[a-z]+\.js$/ }, ({ path }) => {
        const file = files[path.slice(path.lastIndexOf("/") + 1, -".js".length)];
        return file ? { path: `${folder}${file}`, external: true } : undefined;
      }),
  };
}

/**
 * Bundles the words of each language but English, which `language.js` has.
 * @returns {Promise<Record<string, {name: string, file: string}>>} by the language's code
 */
async function bundleLanguages() {
  const codes = (await readdir(join(root, "www/language")))
    .map((file) => parse(file).name)
    .filter((name) => !["en", "language"].includes(name))
    .sort();
  const found = codes.map(async (code) => {
    /** @type {{words: import("./language/en.js").Words}} */
    const { words } = await import(`./language/${code}.js`);
    return /** @type {const} */ ([
      code,
      { name: words.language, file: `./${await bundleLate(`language/${code}.js`)}` },
    ]);
  });
  return Object.fromEntries(await Promise.all(found));
}

/** For other pages, with names that they can write: without a hash. */
async function bundlePool() {
  const folder = join(pkg, "pool");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "pool.js"), await bundled("www/pool/index.js"));
  await writeFile(join(folder, "worker.js"), workerCode);
  const types = await readFile(join(root, "www/pool/public.d.ts"), "utf8");
  await writeFile(join(folder, "pool.d.ts"), types.replaceAll("../../pkg/", "../"));
}

/** @returns {Promise<string>} the folder's name */
async function copySamples() {
  const folder = join(root, "www/samples");
  const files = (await readdir(folder)).filter((name) => /\.(png|jpg|webp)$/.test(name)).sort();
  const target = `samples-${hash(await Promise.all(files.map((name) => readFile(join(folder, name)))))}`;
  for (const name of files) await cp(join(folder, name), join(assets, target, name));
  return target;
}

/**
 * @param {string} name of a package below pkg/
 * @returns {Promise<PackageFiles | null>} null where it is not built
 */
async function copyPackage(name) {
  const folder = join(pkg, name);
  if (!existsSync(join(folder, "thimble_bg.wasm")) || !existsSync(join(folder, "thimble.js"))) return null;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(js|wasm)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const contents = await Promise.all(
    files.map(async (file) => (file.endsWith(".js") ? minified(file) : readFile(file))),
  );
  const target = `${name}-${hash(contents)}`;
  for (const [index, file] of files.entries()) {
    const copy = join(assets, target, file.slice(folder.length + 1));
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(copy, /** @type {Uint8Array} */ (contents[index]));
  }
  const wasm = await readFile(join(folder, "thimble_bg.wasm"));
  const [bytes, size] = [gzipSync(wasm).length, wasm.length];
  return { script: `${target}/thimble.js`, wasm: `${target}/thimble_bg.wasm`, bytes, size };
}

/**
 * Shortens wasm-bindgen's glue. Its names stay, so that it can be read.
 * @param {string} file
 * @returns {Promise<Uint8Array>}
 */
async function minified(file) {
  const { target } = common;
  const { code } = await transform(await readFile(file, "utf8"), {
    minifyWhitespace: true,
    minifySyntax: true,
    target,
    format: "esm",
  });
  return Buffer.from(code);
}

/**
 * Asks the CPU package for its networks, so that the site offers none that it does not know.
 * @returns {Promise<NetworkFiles[]>} the default one first; none without the package
 */
async function copyNetworks() {
  const folder = join(pkg, "cpu");
  await rm(join(pkg, "weights"), { recursive: true, force: true });
  const wasm = join(folder, "thimble_bg.wasm");
  const script = join(folder, "thimble.js");
  if (!existsSync(wasm) || !existsSync(script)) return [];
  /** @type {typeof import("../pkg/cpu/thimble.js")} */
  const { initSync, networks } = await import(pathToFileURL(script).href);
  initSync({ module: await readFile(wasm) });
  const { kinds } = JSON.parse(await readFile(join(root, "model/photos.json"), "utf8"));
  const photoAccuracy = { flat: kinds.flat.right, worn: kinds.worn.right };
  return Promise.all(
    networks().map(async (network) => ({
      ...network,
      ...(await copyWeights(network)),
      photoAccuracy: network.classifiesPhotos ? photoAccuracy : null,
    })),
  );
}

/**
 * @param {NetworkInfo} network
 * @returns {Promise<{weights: string | null, weightsSize: number}>} the file's name and bytes; null where the weights are in
 *   the packages
 */
async function copyWeights({ name, embedded }) {
  if (embedded) return { weights: null, weightsSize: 0 };
  const file = join(root, `model/${name}.bpk`);
  const content = await readFile(file);
  const target = `${name}-${hash([content])}.bpk`;
  await cp(file, join(assets, target));
  await cp(file, join(pkg, "weights", `${name}.bpk`));
  return { weights: target, weightsSize: content.length };
}

/**
 * Copies Fashion-MNIST's test images, for the benchmark.
 * @returns {Promise<TestSetFiles | null>} null where they are not installed
 */
async function copyTestSet() {
  const folder = process.env.THIMBLE_DATA ?? "/usr/share/datasets/fashion-mnist";
  const names = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
  const files = names.map((name) => [`${name}.gz`, name].find((file) => existsSync(join(folder, file))));
  if (!files.every((file) => file !== undefined)) return null;
  const contents = await Promise.all(files.map((file) => readFile(join(folder, file))));
  const target = `test-set-${hash(contents)}`;
  const [images = "", labels = ""] = files.map((file) => `${target}/${file}`);
  for (const file of files) await cp(join(folder, file), join(assets, target, file));
  return { images, labels, bytes: contents.reduce((sum, { length }) => sum + length, 0) };
}

/** @returns {Promise<string[]>} packages that are still being built, as pkg/pending.json names them */
async function pending() {
  const file = join(pkg, "pending.json");
  return existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : [];
}

/** @type {(contents: Uint8Array[]) => string} 12 hexadecimal digits */
function hash(contents) {
  return sha256(...contents)
    .digest("hex")
    .slice(0, 12);
}

/** @param {(Uint8Array | string)[]} contents */
function sha256(...contents) {
  const sum = createHash("sha256");
  for (const content of contents) sum.update(content);
  return sum;
}
