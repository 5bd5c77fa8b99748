// Strict and small: the recommended rules, JSDoc on what a module exports, and what this page's policy forbids.
import js from "@eslint/js";
import jsdoc from "eslint-plugin-jsdoc";
import globals from "globals";

export default [
  { ignores: ["pkg/", "dist/", "target/", "node_modules/", "artefacts/"] },
  js.configs.recommended,
  jsdoc.configs["flat/recommended-typescript-flavor-error"],
  {
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "module",
      globals: { ...globals.browser, WORKER_CODE: "readonly", CPU_WASM: "readonly", CPU_RELAXED_WASM: "readonly" },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      "no-undef": "error",
      "no-promise-executor-return": ["error", { allowVoid: true }],
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "File names come from strangers: build elements, see www/page/dom.js." },
        { property: "outerHTML", message: "File names come from strangers: build elements, see www/page/dom.js." },
      ],
      // Types are tsc's concern; a description is asked for only where the name and type do not say it.
      "jsdoc/require-jsdoc": [
        "error",
        { publicOnly: true, require: { ClassDeclaration: true, FunctionDeclaration: true } },
      ],
      "jsdoc/require-param-description": "off",
      "jsdoc/require-property-description": "off",
      "jsdoc/require-returns-description": "off",
      "jsdoc/require-returns": "off",
      "jsdoc/require-template-description": "off",
      "jsdoc/require-throws-type": "off",
      "jsdoc/require-throws": "off",
      "jsdoc/require-yields": "off",
      "jsdoc/no-undefined-types": "off",
      "jsdoc/reject-any-type": "off",
      "jsdoc/reject-function-type": "off",
      "jsdoc/valid-types": "off",
      "jsdoc/check-tag-names": ["error", { typed: false }],
      "jsdoc/require-param": ["error", { enableFixer: false }],
      "jsdoc/tag-lines": "off",
    },
  },
  {
    files: ["www/*.mjs", "www/make/**", "tests/browser/**", "bench/**", "eslint.config.js"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
];
