// Draws docs/bench.svg from bench/results/browser.json. The bench does so when it has measured; by hand:
//
// Usage: node bench/report/plot.mjs
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as echarts from "echarts";
import { processorOf, result, root } from "./table.mjs";

const BATCHES = [1, 64];
const COLOURS = ["#2a78b5", "#9cc3e0"];
const SIZE = { width: 860, height: 470 };

/**
 * Inputs a second on one thread, the more the longer: a grid for each network, bars for each engine.
 * @param {{processor?: import("../processor.mjs").Processor, machine?: string, versions: {chromium: string}, rows: {engine: string, package?: string, network: string, threads: number, batch: number,
 *   us_per_image: {median: number}}[]}} report
 * @returns {string} SVG
 */
export function plot({ versions, rows: all, ...machine }) {
  const rows = all.map((row) => ({
    ...row,
    engine: row.package === "cpu" ? `${row.engine} (${row.package})` : row.engine,
  }));
  const single = rows.filter(({ threads, batch }) => threads === 1 && BATCHES.includes(batch));
  const networks = [...new Set(single.map(({ network }) => network))];
  const engines = [...new Set(single.map(({ engine }) => engine))].reverse();
  const rate = (/** @type {string} */ network, /** @type {string} */ engine, /** @type {number} */ batch) => {
    const row = single.find((one) => one.network === network && one.engine === engine && one.batch === batch);
    return row ? Math.round(1e6 / row.us_per_image.median) : null;
  };
  const share = 100 / networks.length;
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: COLOURS,
    title: [
      {
        text: "Inputs a second in the browser, one thread",
        subtext: `${processorOf(machine)}; Chromium ${versions.chromium}`,
        left: 12,
        top: 8,
      },
      ...networks.map((text, index) => ({
        text,
        left: `${index * share + share / 2 + 6}%`,
        top: 78,
        textAlign: "center",
        textStyle: { fontSize: 14 },
      })),
    ],
    legend: { right: 12, top: 14, data: BATCHES.map((batch) => `batch ${batch}`) },
    grid: networks.map((_, index) => ({
      left: `${index * share + 1}%`,
      width: `${share - 4}%`,
      top: 104,
      bottom: 24,
      containLabel: true,
    })),
    yAxis: networks.map((_, index) => ({
      gridIndex: index,
      type: "category",
      data: engines,
      axisTick: { show: false },
    })),
    xAxis: networks.map((_, index) => ({
      gridIndex: index,
      type: "value",
      splitNumber: 3,
      axisLabel: { hideOverlap: true },
    })),
    series: networks.flatMap((network, index) =>
      BATCHES.map((batch) => ({
        type: "bar",
        name: `batch ${batch}`,
        xAxisIndex: index,
        yAxisIndex: index,
        itemStyle: { color: COLOURS[BATCHES.indexOf(batch)] },
        label: {
          show: true,
          position: "right",
          formatter: (/** @type {{value: number | null}} */ { value }) => value?.toLocaleString("en") ?? "",
        },
        data: engines.map((engine) => rate(network, engine, batch)),
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Draws docs/bench.svg, with a hash in it of what it was drawn from. */
export async function drawPlot() {
  const report = await readFile(join(root, result("browser.json")), "utf8");
  const hash = createHash("sha256").update(report).digest("hex");
  await writeFile(
    join(root, "docs/bench.svg"),
    `${plot(JSON.parse(report))}\n<!-- drawn from the bench/results/browser.json of SHA-256 ${hash} -->\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await drawPlot();
