// The choice of the page's language.
import { notice } from "./announce.js";
import { byId, el } from "./dom.js";
import { keepLanguage, language, languages, useLanguage, wantedLanguage, words } from "../language/language.js";
import { describe } from "../shared/errors.js";

/** Uses the language that the visitor wants, and wires the choice. */
export function startLanguage() {
  const choice = byId("language", HTMLSelectElement);
  choice.append(...languages().map(([code, name]) => el("option", { value: code, lang: code }, name)));
  const choose = async (/** @type {string} */ code) => {
    try {
      await useLanguage(code);
    } catch (error) {
      notice(`${words.languageFailed(describe(error))} ${words.retry}`);
    }
    choice.value = language();
  };
  choice.addEventListener("change", () => {
    keepLanguage(choice.value);
    void choose(choice.value);
  });
  void choose(wantedLanguage());
}
