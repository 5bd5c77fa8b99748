// A benchmark's results as Markdown, to paste into an issue or a letter.
import { titleOf } from "../page/backend-choice.js";
import { accuracy, decimal } from "../page/format.js";
import { words } from "../language/language.js";
import { summary } from "./timings.js";

/**
 * @import { Backend } from "../../pkg/cpu/thimble.js"
 * @import { Timing } from "./timings.js"
 * @import { Evaluation } from "./test-set.js"
 */

/** @typedef {[name: string, value: string][]} Facts */

/** @typedef {{backend: Backend, network: string, evaluation: Evaluation}} NamedEvaluation */

/** @type {(facts: Facts, timings: Timing[], evaluations: NamedEvaluation[], link: string) => string} */
export function toMarkdown(facts, timings, evaluations, link) {
  const { markdown } = words.benchmark;
  const lines = [markdown.title, "", ...table(["", ""], facts)];
  if (timings.length > 0) {
    const rows = timings.map((timing) => {
      const { median, least, most, perSecond } = summary(timing);
      const times = [median, least, most].map((time) => decimal(time, 2));
      return [titleOf(timing.backend), String(timing.batch), ...times, perSecond.toFixed(0)];
    });
    const rounds = Math.max(...timings.map(({ times }) => times.length));
    lines.push(markdown.times(rounds), "", ...table(markdown.timesHeads, rows));
  }
  if (evaluations.length > 0) {
    const rows = evaluations.map(({ backend, network, evaluation }) => {
      const { correct, count, loss, seconds, workers } = evaluation;
      return [
        network,
        titleOf(backend),
        String(workers),
        accuracy(correct / count),
        decimal(loss, 4),
        decimal(seconds, 3),
        (count / seconds).toFixed(0),
      ];
    });
    lines.push(markdown.testSet, "", ...table(markdown.testHeads, rows));
  }
  lines.push(markdown.again(link), "");
  return lines.join("\n");
}

/** @type {(head: string[], rows: string[][]) => string[]} lines, with an empty one after them */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
