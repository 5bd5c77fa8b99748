// The one table of README.md, and the line with the study's figures beside ours.
import { fastestPeer } from "./engines.mjs";
import { facts } from "./fields.mjs";
import { json, kilobytes, percent, processorOf, result, table, together } from "./table.mjs";

/** The network of the study and the data set's best, of which a user gives inputs of 28x28. */
const INPUT_NETWORKS = ["thimble", "paper"];
/** The package that current browsers get. */
const PACKAGE = "cpu-relaxed";

/** What the study that Thimble starts from reports for the 10,000 test images. */
const STUDY = [
  { accuracy: 0.9155, seconds: 1.006, by: "PyTorch" },
  { accuracy: 0.9161, seconds: 0.914, by: "Intel's extension for it" },
];

/** @returns {Promise<string[]>} */
export async function readmeFigures() {
  const report = await json(result("browser.json"));
  const rows = [await photoRow(), ...(await Promise.all(INPUT_NETWORKS.map((name) => inputRow(report, name))))];
  const head = [
    "network",
    "parameters",
    "test accuracy",
    "photos right",
    "loaded before the first answer",
    "time, one thread",
    "beside the fastest peer",
  ];
  const conditions = `In Chromium ${report.versions.chromium} with the package \`${PACKAGE}\`, on ${processorOf(report)}; bytes with brotli. [docs/results.md](docs/results.md) has every table.`;
  return [table(head, rows), conditions, study(report)];
}

/** The networks that photos are classified by. */
async function photoRow() {
  const photos = await json("model/photos.json");
  const parameters = photos.segmentation.parameters + photos.garments.parameters + photos.crops.parameters;
  const { flat, worn } = photos.kinds;
  const { files, photo } = await json(result("page.json"));
  return [
    "photos (three networks)",
    parameters.toLocaleString("en"),
    "",
    `${percent(flat.right)} laid flat, ${percent(worn.right)} worn, cross-validated`,
    together(files, "brotli"),
    `${photo.ms.median.toFixed(1)} ms a photo of ${photo.width}x${photo.height}`,
    "",
  ];
}

/**
 * A network of inputs of 28x28.
 * @param {any} report
 * @param {string} name
 */
async function inputRow(report, name) {
  const card = await json(`model/${name}.json`);
  const timed = (/** @type {string} */ engine) =>
    report.rows.find(
      (/** @type {any} */ row) =>
        row.engine === engine &&
        row.network === name &&
        row.batch === 1 &&
        row.threads === 1 &&
        row.package === PACKAGE,
    );
  const start = report.cold_start.find(
    (/** @type {any} */ row) => row.engine === "thimble" && row.network === name && row.package === PACKAGE,
  );
  const [float, int8] = [timed("thimble"), facts(card).int8?.kept ? timed("thimble-int8") : undefined];
  const peer = fastestPeer(report.rows, float, ({ engine }) => !engine.endsWith("-int8"));
  const all = int8 && fastestPeer(report.rows, int8);
  const micros = (/** @type {any} */ row) => `${row.us_per_image.median.toFixed(0)} µs`;
  const beside = (/** @type {any} */ ours, /** @type {any} */ other) =>
    `${(other.us_per_image.median / ours.us_per_image.median).toFixed(1)} times as fast as ${other.engine}`;
  return [
    name,
    card.parameters.toLocaleString("en"),
    percent(card.test.accuracy),
    "",
    kilobytes(start.bytes_brotli),
    `${micros(float)} an input${int8 ? `; int8 ${micros(int8)}` : ""}`,
    [...(peer ? [beside(float, peer)] : []), ...(int8 && all ? [`int8: ${beside(int8, all)}`] : [])].join("; "),
  ];
}

/**
 * @param {any} report
 * @returns {string} the study's four figures beside ours
 */
function study(report) {
  const theirs = STUDY.map(
    ({ accuracy, seconds, by }) => `${percent(accuracy)} in ${seconds.toFixed(3)} s with ${by}`,
  ).join(" and ");
  const ours = ["paper", "thimble"].map((name) => {
    const row = report.test_set.find(
      (/** @type {any} */ one) =>
        one.engine === "thimble" && one.network === name && one.workers === 1 && one.package === PACKAGE,
    );
    return `${percent(row.accuracy)} in ${row.seconds.toFixed(2)} s with \`${name}\``;
  });
  return `The study that Thimble starts from reports, for the 10,000 test images, ${theirs}. Here, in the browser on one thread: ${ours.join(" and ")}.`;
}
