// Three garments on three backgrounds, as SVG. Cut and seams are paths; filters make cloth, folds and shadow from noise.

/** @typedef {(width: number, height: number) => string} Scene */

/**
 * Makes cloth: a fine weave and broad folds, both as light on a bumpy surface.
 * @param {number} seed
 * @param {number} relief how deep the folds are
 * @returns {string}
 */
function cloth(seed, relief) {
  return `
  <filter id="cloth" x="-10%" y="-10%" width="120%" height="120%" color-interpolation-filters="sRGB">
    <feTurbulence type="fractalNoise" baseFrequency="0.007 0.004" numOctaves="3" seed="${seed}" result="folds"/>
    <feDiffuseLighting in="folds" surfaceScale="${relief}" diffuseConstant="1.2" lighting-color="#fff" result="light">
      <feDistantLight azimuth="235" elevation="58"/>
    </feDiffuseLighting>
    <feTurbulence type="fractalNoise" baseFrequency="0.5 0.6" numOctaves="2" seed="${seed + 7}" result="weave"/>
    <feDiffuseLighting in="weave" surfaceScale="0.6" diffuseConstant="1.1" lighting-color="#fff" result="threads">
      <feDistantLight azimuth="225" elevation="64"/>
    </feDiffuseLighting>
    <feDisplacementMap in="SourceGraphic" in2="folds" scale="18" xChannelSelector="R" yChannelSelector="G" result="shape"/>
    <feComposite in="shape" in2="light" operator="arithmetic" k1="1.12" result="lit"/>
    <feComposite in="lit" in2="threads" operator="arithmetic" k1="1.02" result="woven"/>
    <feComposite in="woven" in2="shape" operator="in" result="piece"/>
    <feDropShadow in="piece" dx="7" dy="10" stdDeviation="8" flood-color="#000" flood-opacity="0.45"/>
  </filter>`;
}

/**
 * Makes a background of stretched noise: boards, bed linen, a table top.
 * @param {string} frequency across and along
 * @param {[string, string, string]} tables values of red, green and blue over the noise
 * @param {number} seed
 * @returns {string}
 */
function ground(frequency, [red, green, blue], seed) {
  return `
  <filter id="ground" x="0" y="0" width="100%" height="100%" color-interpolation-filters="sRGB">
    <feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="4" seed="${seed}"/>
    <feColorMatrix values="1 0 0 0 0  1 0 0 0 0  1 0 0 0 0  0 0 0 0 1"/>
    <feComponentTransfer>
      <feFuncR type="table" tableValues="${red}"/>
      <feFuncG type="table" tableValues="${green}"/>
      <feFuncB type="table" tableValues="${blue}"/>
    </feComponentTransfer>
  </filter>`;
}

/** @type {(filters: string, over: string, garment: string) => Scene} over: drawn on the background, below the garment */
function scene(filters, over, garment) {
  return (width, height) => `
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 720 900" style="display:block">
  <defs>
    ${filters}
    <radialGradient id="lamp" cx="0.35" cy="0.3" r="0.95">
      <stop offset="0.35" stop-color="#fff" stop-opacity="0.08"/>
      <stop offset="1" stop-color="#000" stop-opacity="0.12"/>
    </radialGradient>
  </defs>
  <rect width="720" height="900" filter="url(#ground)"/>
  ${over}
  <g filter="url(#cloth)">${garment}</g>
  <rect width="720" height="900" fill="url(#lamp)"/>
</svg>`;
}

const BOARDS = [0, 1, 2, 3, 4]
  .map((index) => {
    const y = index * 190 - 20;
    return `<rect x="0" y="${y}" width="720" height="4" fill="#2a190d" opacity="0.1"/>
      <rect x="${(index * 277) % 640}" y="${y}" width="4" height="190" fill="#2a190d" opacity="0.1"/>`;
  })
  .join("");

const T_SHIRT = `
  <path fill="#a8b4b8" d="M274 180c26 40 146 40 172 0l72 24c24 10 40 28 50 54l48 120-96 44-18-38c-4 110-2 220 4 326H214
    c6-106 8-216 4-326l-18 38-96-44 48-120c10-26 26-44 50-54z"/>
  <path fill="#8f9ca1" d="M274 180c26 40 146 40 172 0l14 5c-32 58-168 58-200 0z"/>
  <path fill="none" stroke="#74828a" stroke-width="3" stroke-dasharray="7 5" d="M220 692h280M112 362l84 38M608 362l-84 38"/>
  <path fill="none" stroke="#7d8a91" stroke-width="3" d="M204 204c20 50 26 116 14 182M516 204c-20 50-26 116-14 182"/>`;

const TROUSERS = `
  <path fill="#222c46" d="M264 62h192c8 84 22 160 28 244l20 526H382L364 350h-8l-18 482H216l20-526c6-84 20-160 28-244z"/>
  <path fill="#1b2439" d="M264 62h192l4 38H260z"/>
  <path fill="none" stroke="#10182a" stroke-width="4" d="M360 100v146c0 30-4 58-8 88M278 102c-2 48-12 70-30 84M442 102c2 48 12 70 30 84"/>
  <path fill="none" stroke="#c99b52" stroke-width="2.5" stroke-dasharray="6 4" d="M371 104v108c0 24-8 36-14 42M218 812h120M382 812h120"/>
  <g fill="#161e31"><rect x="292" y="54" width="14" height="52"/><rect x="414" y="54" width="14" height="52"/></g>
  <circle cx="360" cy="82" r="8" fill="#c9a45c"/>`;

const HANDBAG = `
  <path fill="none" stroke="#6d2230" stroke-width="26" stroke-linecap="round" d="M232 400c0-230 256-230 256 0"/>
  <path fill="#8c2f3f" d="M150 384c0-22 14-34 34-34h352c20 0 34 12 34 34l34 316c4 40-14 60-50 60H166c-36 0-54-20-50-60z"/>
  <path fill="#7a2636" d="M148 390c2-26 14-40 36-40h352c22 0 34 14 36 40l10 92c-140 70-304 70-444 0z"/>
  <path fill="none" stroke="#d9a1a8" stroke-width="3" stroke-dasharray="9 6" d="M152 476c132 64 284 64 416 0M136 706c0 24 10 34 34 34h380c24 0 34-10 34-34"/>
  <rect x="330" y="496" width="60" height="48" rx="8" fill="#cfae62"/>
  <rect x="346" y="510" width="28" height="20" rx="4" fill="#7d6227"/>`;

/**
 * Each scene by the name of its file.
 * @type {Record<string, Scene>}
 */
export const SCENES = {
  "t-shirt": scene(
    cloth(11, 16) + ground("0.004 0.09", [".36 .42 .47 .52", ".21 .26 .30 .34", ".11 .15 .18 .21"], 3),
    BOARDS,
    T_SHIRT,
  ),
  trousers: scene(
    cloth(23, 40) + ground("0.006 0.004", [".80 .86 .91 .95", ".78 .84 .89 .93", ".75 .81 .86 .90"], 8),
    "",
    TROUSERS,
  ),
  handbag: scene(
    cloth(5, 26) + ground("0.02 0.014", [".80 .84 .87 .90", ".79 .83 .86 .88", ".77 .80 .83 .85"], 15),
    "",
    HANDBAG,
  ),
};
