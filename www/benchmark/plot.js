// Images a second by batch, a line for each backend. The table beside it has the same numbers.
import UPlot from "uplot";
import { titleOf } from "../page/backend-choice.js";
import { words } from "../language/language.js";
import { summary } from "./timings.js";

/** @import { Timing } from "./timings.js" */

const HEIGHT = 260;

/** The dashes of the lines, which differ without their colours. */
const DASHES = [[], [8, 4], [2, 4], [12, 4, 2, 4]];

/** @type {UPlot | undefined} */
let shown;

/** @type {(container: HTMLElement, timings: Timing[]) => void} draws where there are at least two batches */
export function plot(container, timings) {
  shown?.destroy();
  shown = undefined;
  container.replaceChildren();
  if (container.clientWidth === 0) return;
  const batches = [...new Set(timings.map(({ batch }) => batch))].sort((a, b) => a - b);
  if (batches.length < 2) return;
  const backends = [...new Set(timings.map(({ backend }) => backend))];
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const colours = ["--pencil", "--thread", "--ink", "--ink-soft"].map(colour);
  const axis = {
    stroke: colour("--ink"),
    grid: { stroke: colour("--line"), width: 0.5 },
    ticks: { stroke: colour("--line") },
  };
  const series = backends.map((backend, index) => ({
    label: titleOf(backend),
    stroke: colours[index % colours.length] ?? "",
    dash: DASHES[index % DASHES.length] ?? [],
    width: 2,
  }));
  const values = backends.map((backend) =>
    batches.map((batch) => {
      const timing = timings.find((known) => known.backend === backend && known.batch === batch);
      return timing ? summary(timing).perSecond : null;
    }),
  );
  shown = new UPlot(
    {
      legend: { live: false },
      width: container.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false, distr: 3, log: 2 }, y: { range: (_, __, most) => [0, most * 1.05] } },
      axes: [
        {
          ...axis,
          label: words.benchmark.batch,
          values: (_, ticks) => ticks.map((tick) => (batches.includes(tick) ? String(tick) : "")),
        },
        { ...axis, label: words.benchmark.imagesPerSecond, size: 70 },
      ],
      series: [{ label: words.benchmark.batch }, ...series],
    },
    [batches, ...values],
    container,
  );
}
