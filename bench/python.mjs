// The Python environment of the bench, in target/bench/python: made once, with the packages of requirements.txt.
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));

/** What the bench builds and downloads for itself: models, Rust peers, the Python environment. */
export const cache = process.env.THIMBLE_BENCH_CACHE ?? fileURLToPath(new URL("../target/bench", import.meta.url));

/**
 * @param {(text: string) => void} say
 * @returns {Promise<string>} the interpreter's path
 */
export async function python(say) {
  const folder = join(cache, "python");
  const interpreter = join(folder, "bin", "python");
  const stamp = join(folder, "requirements.txt");
  const wanted = await readFile(requirements, "utf8");
  if ((await readFile(stamp, "utf8").catch(() => "")) !== wanted) {
    say("Python environment: installing bench/requirements.txt");
    await mkdir(folder, { recursive: true });
    await run("python3", ["-m", "venv", folder]);
    await run(interpreter, ["-m", "pip", "install", "--quiet", "--requirement", requirements], { maxBuffer: 2 ** 26 });
    await writeFile(stamp, wanted);
  }
  return interpreter;
}
