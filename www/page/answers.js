// The ten classes of a garment with their probabilities, by which a visitor says what the photo shows.
import { shares } from "./advice.js";
import { el } from "./dom.js";
import { percent } from "./format.js";
import { className, words } from "../language/language.js";

/**
 * @import { Garment } from "../../pkg/cpu/thimble.js"
 * @import { Answer, Photo } from "./photo.js"
 */

/** Of the photo's first garment, the visitor's answer can be given; of others the probabilities are shown. */
export class Answers {
  /** @type {HTMLElement} the bars */
  table = el("table", { class: "bars" });
  /** What confirms the prediction, or takes the answer back. */
  actions = el("p", { class: "answers" });
  #photo;
  #labels;
  /** @type {Map<Answer, HTMLButtonElement>} */
  #buttons = new Map();
  #confirm;
  #none;
  #said = el("span", { class: "said" });

  /**
   * @param {Photo} photo
   * @param {string[]} labels
   */
  constructor(photo, labels) {
    this.#photo = photo;
    this.#labels = labels;
    const button = (/** @type {string} */ text, /** @type {string} */ key, /** @type {() => void} */ press) => {
      const made = el("button", { type: "button", class: "quiet", "aria-keyshortcuts": key }, text);
      made.addEventListener("click", press);
      return made;
    };
    this.#confirm = button(words.answers.confirm, "Enter", () => confirmPrediction(photo));
    this.#none = button(words.noneOfThese, "N", () => photo.say(photo.answer === "none" ? null : "none"));
    this.actions.append(this.#confirm, this.#none, this.#said);
    this.table.addEventListener("keydown", (event) => this.#move(event));
  }

  /** @param {Garment | null} garment null where nothing was found: the classes are listed without probabilities */
  show(garment) {
    const isFirst = garment === this.#photo.garment;
    this.actions.hidden = !isFirst;
    this.#buttons.clear();
    const found = garment && shares(garment);
    const ranked = this.#labels
      .map((label, index) => ({ label, index, share: found?.classes[index] ?? 0 }))
      .sort((a, b) => b.share - a.share);
    const rows = ranked.map(({ label, index, share }) =>
      el(
        "tr",
        index === garment?.index ? { class: "winner" } : {},
        el("th", { scope: "row" }, isFirst ? this.#classButton(index, className(label)) : className(label)),
        ...(garment ? [el("td", { class: "bar" }, tape(share)), el("td", { class: "share" }, percent(share))] : []),
      ),
    );
    if (found && found.none > 0) {
      const cells = [el("td", { class: "bar" }, tape(found.none)), el("td", { class: "share" }, percent(found.none))];
      rows.push(el("tr", { class: "none" }, el("th", { scope: "row" }, words.noneOfThese), ...cells));
    }
    const head = el("tr", {}, el("th", { scope: "col" }, words.answers.class));
    if (garment) head.append(el("td", {}), el("th", { scope: "col" }, words.answers.probability));
    const caption = garment ? words.answers.caption : words.answers.question;
    this.table.replaceChildren(
      el("caption", garment ? { class: "visually-hidden" } : {}, caption),
      el("thead", { class: "visually-hidden" }, head),
      el("tbody", {}, ...rows),
    );
    this.table.classList.toggle("unknown", !garment);
    this.showAnswer();
  }

  /** Shows what the visitor has said. */
  showAnswer() {
    const { answer, garment } = this.#photo;
    for (const [of, button] of this.#buttons) button.setAttribute("aria-pressed", String(of === answer));
    // The Tab key stops once.
    const stop = this.#buttons.get(answer ?? garment?.index ?? 0) ?? this.#buttons.values().next().value;
    for (const button of this.#buttons.values()) button.tabIndex = button === stop ? 0 : -1;
    const isConfirmed = garment !== null && answer === garment.index;
    this.#confirm.hidden = garment === null;
    this.#confirm.setAttribute("aria-pressed", String(isConfirmed));
    this.#none.setAttribute("aria-pressed", String(answer === "none"));
    this.#said.textContent =
      answer === null || answer === "none" || isConfirmed
        ? ""
        : words.answers.corrected(className(this.#labels[answer] ?? String(answer)));
  }

  /** @type {(index: number, label: string) => HTMLButtonElement} */
  #classButton(index, label) {
    const button = el(
      "button",
      { type: "button", class: "class", title: words.answers.key(index), "aria-keyshortcuts": String(index) },
      label,
    );
    button.addEventListener("click", () => this.#photo.say(this.#photo.answer === index ? null : index));
    this.#buttons.set(index, button);
    return button;
  }

  /** @param {KeyboardEvent} event the arrow keys lead from class to class */
  #move(event) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const buttons = [...this.#buttons.values()];
    const from = buttons.findIndex((button) => button === event.target);
    if (step === 0 || from < 0) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, from + step))]?.focus();
  }
}

/** @type {(share: number) => HTMLElement} */
function tape(share) {
  const element = el("span", { class: "tape", "aria-hidden": "true" });
  // Through the object model: the page's policy forbids style attributes.
  element.style.setProperty("--share", String(share));
  return element;
}

/**
 * Says that the predicted class is right, or takes that back.
 * @param {Photo} photo
 */
export function confirmPrediction(photo) {
  const { garment, answer } = photo;
  if (garment) photo.say(answer === garment.index ? null : garment.index);
}

/**
 * Takes a key as the visitor's answer: 0 to 9 for a class, N for none of them, Enter for the prediction.
 * @param {KeyboardEvent} event
 * @param {Photo} photo
 */
export function answerByKey(event, photo) {
  const { key, target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || photo.state !== "done") return;
  if (/^[0-9]$/.test(key)) photo.say(Number(key));
  else if (key === "n" || key === "N") photo.say("none");
  // Elsewhere the key presses what has the focus.
  else if (key === "Enter" && target instanceof HTMLElement && !target.closest("button, summary, a, [role=slider]")) {
    confirmPrediction(photo);
  } else return;
  event.preventDefault();
}
