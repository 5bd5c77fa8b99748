// The choice of a network: what it shows and fetches, and what stays in use where it fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracy } from "../../www/page/format.js";
import {
  changePackages,
  chooseNetwork,
  chosen,
  classifierIs,
  networkIs,
  patchPackage,
  pick,
  readJson,
  sample,
  settled,
  siteNetworks,
  useBrowser,
} from "./harness.mjs";

const browser = useBrowser();

const networks = await siteNetworks();
const [standard = "", other = ""] = networks.map(({ name }) => name);
/** The files of their weights: the default's is fetched after the first prediction, whatever is chosen. */
const [standards, others] = networks.map(({ weights }) => weights);
const skip = networks.length < 2 && "this site has one network";
if (skip)
  console.error(`SKIPPED: ${skip}. What takes two did not run; model/ has to hold the weights and cards of two.`);

/**
 * Opens the page and waits until its default network is in use.
 * @param {(page: import("playwright-core").Page) => Promise<unknown>} [prepare]
 */
async function open(prepare) {
  /** @type {string[]} files of weights that were requested */
  const fetched = [];
  const page = await browser.open({}, async (opened) => {
    opened.context().on("request", (request) => {
      if (request.url().endsWith(".bpk")) fetched.push(new URL(request.url()).pathname.split("/").at(-1) ?? "");
    });
    await prepare?.(opened);
  });
  await classifierIs(page);
  await chosen(page);
  return { page, fetched };
}

/**
 * Classifies a sample of the test set.
 * @param {import("playwright-core").Page} page
 * @param {string} name of its file
 */
async function classify(page, name) {
  await pick(page, [sample(name)]);
  const card = await settled(page, name);
  return { label: await card.getAttribute("data-label"), network: await card.getAttribute("data-network") };
}

test("each network is offered with its card's accuracy, and the default is chosen", { skip }, async () => {
  const { page, fetched } = await open();
  const group = page.getByRole("group", { name: "Network and test accuracy" });
  for (const { name, classifiesPhotos } of networks) {
    const card = await readJson(`model/${name}.json`);
    const share = `${accuracy(card.test.accuracy)}${classifiesPhotos ? "" : ", not for photos"}`;
    const radio = group.getByRole("radio", { name: `${name} ${share}`, exact: true });
    assert.equal(await radio.isChecked(), name === standard, name);
  }
  assert.equal(await group.getByRole("radio").count(), networks.length);
  assert.equal((await classify(page, "test-1-trouser.png")).network, standard);
  assert.deepEqual(fetched, [standards], "weights were fetched that nobody chose");
  await page.close();
});

test("a chosen network's weights are fetched, it classifies, and the page shows its facts", { skip }, async () => {
  const { page, fetched } = await open();
  await pick(page, [sample("test-1-trouser.png")]);
  await settled(page, "test-1-trouser.png");
  assert.deepEqual(fetched, [standards]);
  await chooseNetwork(page, other);
  assert.deepEqual(fetched, [standards, others]);
  const card = await readJson(`model/${other}.json`);
  assert.equal(
    await page.locator("#fact-accuracy").innerText(),
    `${accuracy(card.test.accuracy)} of 10,000 Fashion-MNIST test images`,
  );
  const facts = await page.locator("#fact-network").innerText();
  assert.ok(
    facts.startsWith(
      `“${other}”: ${card.parameters.toLocaleString("en")} parameters, ${(card.macs / 1e6).toFixed(1)} million`,
    ),
    facts,
  );
  assert.deepEqual(await classify(page, "test-9-ankle-boot.png"), { label: "Ankle boot", network: other });
  // The photo from before is still there, with the prediction of the network before.
  const before = await settled(page, "test-1-trouser.png");
  assert.equal(await before.getAttribute("data-network"), standard);
  await page.getByRole("button", { name: "Classify test-1-trouser.png again" }).click();
  await page.locator(`#cards > li[data-network="${other}"]`).nth(1).waitFor();
  assert.match(await before.locator(".source").innerText(), new RegExp(`^Classified by CPU with “${other}”$`));
  // Each network has times of its own.
  const heads = await page.locator("#session-head th").allInnerTexts();
  assert.deepEqual(heads, [`CPU, “${standard}”`, `CPU, “${other}”`]);
  await chooseNetwork(page, standard);
  assert.equal((await classify(page, "test-8-bag.png")).network, standard);
  assert.equal(fetched.length, 2, "the default network's weights are there already");
  assert.equal(page.workers().length, 1, "the other network's worker was not ended");
  await page.close();
});

test("a network can be chosen with the keyboard alone", { skip }, async () => {
  const { page } = await open();
  await page.locator('#backend input[value="automatic"]').focus();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("value")), standard);
  const outline = await page
    .locator("#network label:has(:focus-visible)")
    .evaluate((label) => getComputedStyle(label).outlineStyle);
  assert.equal(outline, "solid");
  await page.keyboard.press("ArrowDown");
  await networkIs(page, other);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("value")), other, "the focus was lost");
  await page.close();
});

test("a photo in progress and those behind it are classified when the network changes", { skip }, async () => {
  // The first network's worker never finishes a photo.
  const stuck = `
    const classify = Classifier.prototype.classifyDownscaled;
    Classifier.prototype.classifyDownscaled = async function (...given) {
      if (this.info().network.name === "${standard}") await new Promise(() => {});
      return classify.apply(this, given);
    };`;
  const { page } = await open((opened) => patchPackage(opened, "cpu", stuck));
  const names = ["test-9-ankle-boot.png", "test-1-trouser.png", "test-8-bag.png"];
  await pick(page, names.map(sample));
  await page.locator("#cards > li[data-state=working]").waitFor();
  await chooseNetwork(page, other);
  for (const name of names) assert.equal(await (await settled(page, name)).getAttribute("data-network"), other);
  await page.close();
});

/** @type {{what: string, respond: (route: import("playwright-core").Route) => Promise<void>, message: RegExp}[]} */
const FAILURES = [
  {
    what: "cannot be fetched",
    respond: (route) => route.abort(),
    message: /The network's weights could not be downloaded \(.+\)\. Check the connection/,
  },
  {
    what: "are not on the server",
    respond: (route) => route.fulfill({ status: 404 }),
    message:
      /The network's weights could not be downloaded \(the server answered 404, not 200\)\. Check the connection/,
  },
  {
    what: "are other bytes",
    respond: (route) => route.fulfill({ body: "no weights at all" }),
    message: new RegExp(`These 17 bytes are not the weights of "${other}"`),
  },
];
for (const { what, respond, message } of FAILURES) {
  test(`weights that ${what} leave the previous network in use, and can be requested again`, { skip }, async () => {
    const { page } = await open((opened) => opened.context().route(`**/${others}`, respond));
    await pick(page, [sample("test-1-trouser.png")]);
    await settled(page, "test-1-trouser.png");
    // Not check(): a failure that comes at once has set the choice back before it looks.
    await page.locator(`#network input[value="${other}"]`).click();
    const state = page.locator("#network-state", {
      hasText: `“${other}” could not be loaded, so “${standard}” stays in use.`,
    });
    await state.waitFor();
    assert.match(await state.innerText(), message);
    assert.equal(await page.locator(`#network input[value="${standard}"]`).isChecked(), true);
    await networkIs(page, standard);
    assert.equal(await page.locator("#cards > li[data-state=done]").count(), 1);
    assert.equal((await classify(page, "test-8-bag.png")).network, standard);
    assert.equal(page.workers().length, 1, "the worker that failed was not ended");
    await page.context().unroute(`**/${others}`);
    await chooseNetwork(page, other);
    assert.equal(await page.locator("#network-state").innerText(), "");
    assert.equal((await classify(page, "test-9-ankle-boot.png")).network, other);
    await page.close();
  });
}

test(
  "while a network is loading the page says so, the previous one is used, and the last choice holds",
  { skip },
  async () => {
    /** @type {() => void} */
    let arrive = () => {};
    const arrival = new Promise((resolve) => {
      arrive = () => resolve(undefined);
    });
    const { page } = await open((opened) =>
      opened.context().route(`**/${others}`, async (route) => {
        await arrival;
        await route.continue();
      }),
    );
    await page.locator(`#network input[value="${other}"]`).check();
    await page.locator("#network-state", { hasText: `Loading “${other}”…` }).waitFor();
    assert.equal((await classify(page, "test-8-bag.png")).network, standard);
    await page.locator(`#network input[value="${standard}"]`).check();
    await page.locator("#network-state", { hasText: /^$/ }).waitFor({ state: "attached" });
    assert.equal(page.workers().length, 2);
    arrive();
    for (let tries = 0; page.workers().length > 1 && tries < 50; tries += 1) await page.waitForTimeout(100);
    assert.equal(page.workers().length, 1, "a worker that nobody wants any more was not ended");
    assert.equal((await classify(page, "test-1-trouser.png")).network, standard);
    await page.close();
  },
);

test("a network chosen while the first one is still loading is used in the end", { skip }, async () => {
  let packages = 0;
  const page = await browser.open({}, (opened) =>
    opened.context().route("**/cpu-*/thimble.js", async (route) => {
      // The first worker's package comes late, so that the other network is there before it.
      packages += 1;
      if (packages === 1) await new Promise((resolve) => void setTimeout(resolve, 3000));
      await route.continue();
    }),
  );
  await chooseNetwork(page, other);
  await classifierIs(page);
  await page.waitForTimeout(3500);
  await networkIs(page, other);
  assert.equal((await classify(page, "test-9-ankle-boot.png")).network, other);
  assert.equal(page.workers().length, 1);
  await page.close();
});

const untrained = networks.find(({ classifiesPhotos }) => !classifiesPhotos);

test(
  "a network not trained on photos has no confidence in any, and the card says why",
  { skip: !untrained && "all networks know photos" },
  async () => {
    const { page } = await open();
    await chooseNetwork(page, untrained?.name ?? "");
    await pick(page, [sample("photo-trousers.jpg")]);
    const card = await settled(page, "photo-trousers.jpg");
    assert.match(
      await card.locator(".prediction").innerText(),
      /^Not sure\s.+often wrong on photos\. Choose another network, then press Again/s,
    );
    assert.match(await card.locator(".source").innerText(), new RegExp(`with “${untrained?.name}”$`));
    await chooseNetwork(page, standard);
    // An edit is classified by the network in use now.
    await card.getByRole("button", { name: /^Adjust/ }).click();
    await card.getByRole("button", { name: /^Rotate 90°/ }).click();
    await card.locator(".source", { hasText: "with the photo network" }).waitFor();
    await page.close();
  },
);

test("after a panic the new worker runs the chosen network", { skip }, async () => {
  const { page, fetched } = await open((opened) =>
    patchPackage(
      opened,
      "cpu",
      `
        const classify = Classifier.prototype.classifyDownscaled;
        Classifier.prototype.classifyDownscaled = async function (...given) {
          if (self.trap) throw new WebAssembly.RuntimeError("unreachable");
          return classify.apply(this, given);
        };`,
    ),
  );
  await chooseNetwork(page, other);
  const [worker] = page.workers();
  await worker?.evaluate("self.trap = true");
  assert.deepEqual(await classify(page, "test-9-ankle-boot.png"), { label: "Ankle boot", network: other });
  await page.locator("#notice-text", { hasText: "was restarted. No photo was lost" }).waitFor();
  assert.equal(await page.locator(`#network input[value="${other}"]`).isChecked(), true);
  assert.deepEqual(
    fetched,
    [standards, others],
    "the new worker has the same weights, which need not be fetched again",
  );
  await page.close();
});

test("a site with one network shows no choice of networks", async () => {
  const { page } = await open((opened) =>
    changePackages(opened, (packages) => ({ ...packages, networks: packages.networks.slice(0, 1) })),
  );
  assert.equal(await page.locator("#network").isVisible(), false);
  assert.match(await page.locator("#fact-network").innerText(), new RegExp(`^“${standard}”:`));
  assert.equal((await classify(page, "test-8-bag.png")).network, standard);
  await page.close();
});
