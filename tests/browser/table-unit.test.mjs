// What can be exported of photos, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Photo } from "../../www/page/photo.js";
import { pathsOf, toCsv, toMarkdown } from "../../www/page/table.js";

test("fields with commas, quotes and line breaks are quoted, and none is run as a formula", () => {
  const names = ['a "red", one.jpg', "two\nlines.jpg", "=1+1.jpg", "-plain.jpg"];
  const [, ...lines] = toCsv(names.map((name) => new Photo(new File([], name)))).split("\r\n");
  assert.match(lines[0] ?? "", /^"a ""red"", one\.jpg",queued,/);
  assert.match(lines[1] ?? "", /^"two\nlines\.jpg",queued,/);
  assert.match(lines[2] ?? "", /^'=1\+1\.jpg,/);
  assert.match(lines[3] ?? "", /^'-plain\.jpg,/);
});

test("a name cannot break a Markdown table", () => {
  const [, , line] = toMarkdown([new Photo(new File([], "a|b\nc.jpg"))]).split("\n");
  assert.equal(line, "| a\\|b c.jpg |  |  |  |");
});

test("each file of an archive has a path of its own that every system allows", () => {
  const photos = ["a.jpg", "A.jpg", "../a.jpg", "con?.jpg", "..."].map((name) => new Photo(new File([], name)));
  photos[0]?.say("none");
  assert.deepEqual(
    pathsOf(photos, true).map(({ path }) => path),
    ["None of these/a.jpg", "Not sure/A.jpg", "Not sure/..-a.jpg", "Not sure/con-.jpg", "Not sure/photo"],
  );
  assert.deepEqual(
    pathsOf(
      [photos[1], photos[1]].map((photo) => /** @type {Photo} */ (photo)),
      false,
    ).map(({ path }) => path),
    ["Not sure - A.jpg", "Not sure - A (2).jpg"],
  );
});
