// Keys of the model cards and reports whose names changed, in one place: the new name first, then the old one.

/**
 * @param {any} object
 * @param {string[]} keys
 * @returns {any} what the first key that is there holds
 */
function first(object, ...keys) {
  const key = keys.find((name) => name in object);
  return key === undefined ? undefined : object[key];
}

/**
 * @param {any} card of a network, model/NAME.json
 * @returns {{int8: {kept: boolean, test_accuracy: number} | undefined}}
 */
export function facts(card) {
  return { int8: first(card, "int8", "integers") };
}

/**
 * @param {any} report of photos, model/photos.json
 * @returns {{confidentTop1: number, confidentShare: number, noneConfidentShare: number, byTtaViews: any[]}}
 */
export function photoFacts(report) {
  return {
    confidentTop1: first(report, "confident_top1", "sure_top1"),
    confidentShare: first(report, "confident_share", "sure_share"),
    noneConfidentShare: first(report, "none_confident_share", "none_sure_share"),
    byTtaViews: first(report, "by_views", "by_tta_views", "by_looks"),
  };
}

/**
 * @param {any} row of `byTtaViews`
 * @returns {number} views that each photo was given in
 */
export function ttaViews(row) {
  return first(row, "views", "tta_views", "looks");
}

/**
 * @param {any} report of a fine-tuning
 * @returns {Record<string, any>} its settings
 */
export function finetuneSettings(report) {
  return first(report, "finetune", "finetuning", "tuning");
}
