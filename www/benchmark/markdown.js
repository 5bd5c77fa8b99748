// A benchmark's results as Markdown, to paste into an issue or a letter.
import { BACKENDS } from "../page/backend-choice.js";
import { summary } from "./timings.js";

/**
 * @import { Timing } from "./timings.js"
 * @import { Evaluation } from "./test-set.js"
 */

/** @typedef {[name: string, value: string][]} Facts */

/** @typedef {{backend: string, network: string, evaluation: Evaluation}} NamedEvaluation */

/** @type {(facts: Facts, timings: Timing[], evaluations: NamedEvaluation[], link: string) => string} */
export function toMarkdown(facts, timings, evaluations, link) {
  const lines = ["## Thimble in the browser", "", ...table(["", ""], facts)];
  if (timings.length > 0) {
    const rows = timings.map((timing) => {
      const { median, least, most, perSecond } = summary(timing);
      const times = [median, least, most].map((time) => time.toFixed(2));
      return [BACKENDS[timing.backend].title, String(timing.batch), ...times, perSecond.toFixed(0)];
    });
    const rounds = Math.max(...timings.map(({ times }) => times.length));
    lines.push(
      `Time of a batch, milliseconds, over ${rounds} rounds in turns:`,
      "",
      ...table(["Backend", "Images", "Median", "Least", "Most", "Images a second"], rows),
    );
  }
  if (evaluations.length > 0) {
    const rows = evaluations.map(({ backend, network, evaluation }) => {
      const { correct, count, loss, seconds, workers } = evaluation;
      const share = `${((100 * correct) / count).toFixed(2)} %`;
      return [
        network,
        backend,
        String(workers),
        share,
        loss.toFixed(4),
        seconds.toFixed(3),
        (count / seconds).toFixed(0),
      ];
    });
    lines.push(
      "Fashion-MNIST's test images:",
      "",
      ...table(["Network", "Backend", "Workers", "Accuracy", "Loss", "Seconds", "Images a second"], rows),
    );
  }
  lines.push(`Measure it again: ${link}`, "");
  return lines.join("\n");
}

/** @type {(head: string[], rows: string[][]) => string[]} lines, with an empty one after them */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
