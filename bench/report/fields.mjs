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
