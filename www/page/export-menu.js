// The menu of what can be taken along.
import { notice } from "./announce.js";
import { byId } from "./dom.js";
import { words } from "../language/language.js";
import { describe } from "../shared/errors.js";

/** @import { Collection } from "./collection.js" */

/** @param {Collection} collection */
export function startExportMenu(collection) {
  const menu = byId("export", HTMLDetailsElement);
  const close = () => {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  };
  menu.addEventListener("click", ({ target }) => {
    const way = target instanceof HTMLElement ? target.dataset.way : undefined;
    if (!way) return;
    close();
    import("./export.js")
      .then(({ exportPhotos }) => exportPhotos(way, collection))
      .catch((error) => notice(`${words.exporting.notLoaded(describe(error))} ${words.retry}`));
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    close();
  });
  // A click elsewhere closes it, as any menu.
  addEventListener("click", ({ target }) => {
    if (menu.open && target instanceof Node && !menu.contains(target)) menu.open = false;
  });
}
