// Light or dark: the system's, until the visitor presses the button.
import { byId } from "./dom.js";
import { onLanguage, words } from "../language/language.js";

const KEY = "thimble-theme";

/** @returns {"light" | "dark"} */
function current() {
  const set = document.documentElement.dataset.theme;
  if (set === "light" || set === "dark") return set;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Storage may be forbidden, which must not stop the page. */
function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Applies the stored theme and wires the button. */
export function startTheme() {
  const button = byId("theme", HTMLButtonElement);
  const saved = stored();
  if (saved === "light" || saved === "dark") document.documentElement.dataset.theme = saved;
  const label = () => {
    const { dark, light, toDark, toLight } = words.settings;
    const isDark = current() === "dark";
    button.textContent = isDark ? light : dark;
    button.setAttribute("aria-label", isDark ? toLight : toDark);
  };
  button.addEventListener("click", () => {
    const next = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Kept for this visit only.
    }
    label();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  onLanguage(label);
  label();
}
