// The figures of model/photos.json: photos of people and by people whose photos the networks never saw.
import { json, percent, table } from "./table.mjs";

/** @type {Record<string, string>} what stands for each kind of picture in the tables */
const KINDS = {
  flat: "laid flat or hung up",
  worn: "worn, box given (the worse of the next two)",
  worn_boxed: "worn, a box on the whole photo",
  worn_cropped: "worn, the photo cropped to the box",
};

/** Photos, by cross-validation. */
export async function photoFigures() {
  const report = await json("model/photos.json");
  const kinds = Object.entries(KINDS).map(([key, name]) => {
    const kind = report.kinds[key];
    const { low, high } = kind.right_interval;
    return [
      name,
      String(kind.n),
      `${percent(kind.right)} (${percent(low)} to ${percent(high)})`,
      percent(kind.macro),
      percent(kind.confident_right),
      percent(kind.confident_share),
      percent(kind.none_confident),
      percent(kind.ece),
    ];
  });
  const head = [
    "photos, cross-validated",
    "n",
    "right (95 % interval)",
    "mean over classes",
    "right where confident",
    "confident",
    "none of the ten: confident",
    "ECE",
  ];
  const { whole, drawn, scenes } = report;
  const others = [
    ["whole photos of people: garments found", `${percent(whole.found)} of ${whole.targets}`],
    ["right where confident of a found garment", percent(whole.confident_right)],
    ["confident of a found garment", percent(whole.confident_share)],
    ["reported garments a photo that match none", whole.false_garments.toFixed(2)],
    ["confident of drawn gradients, screens and polygons", `${percent(drawn.confident)} of ${drawn.n}`],
    ["confident of scenes without clothes and people", `${percent(scenes.confident)} of ${scenes.n}`],
  ];
  return `${table(head, kinds)}\n\n${table(["other pictures", ""], others)}`;
}

/** The same by class. */
export async function photoTables() {
  const report = await json("model/photos.json");
  const tables = ["flat", "worn"].map((key) =>
    table(
      [`class, ${KINDS[key]}`, "photos", "precision", "recall"],
      report.kinds[key].per_class.map((/** @type {any} */ row) => [
        row.name,
        String(row.n),
        percent(row.precision),
        percent(row.recall),
      ]),
    ),
  );
  return tables.join("\n\n");
}
