// The pool's rules, with fake workers: what needs no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { maxWorkers, WorkerPool } from "../../www/pool/pool.js";

/** @import { WorkerClient } from "../../www/pool/worker-client.js" */

/** @typedef {{name: number} & Pick<WorkerClient, "dead" | "death" | "close">} FakeWorker */

/** Lets all that is settled be told. */
const settle = () => new Promise((resolve) => void setTimeout(resolve));

/**
 * Workers that start and die when the test says so.
 * @param {number} limit
 */
function makePool(limit) {
  /** @type {{worker: FakeWorker, ready: () => void, fail: (error: Error) => void, die: (code: string) => void}[]} */
  const started = [];
  const deaths = /** @type {string[]} */ ([]);
  const start = () =>
    new Promise((/** @type {(worker: FakeWorker) => void} */ resolve, fail) => {
      /** @type {(error: Error) => void} */
      let kill = () => {};
      const fake = {
        name: started.length,
        dead: /** @type {Error | null} */ (null),
        death: new Promise((_, reject) => {
          kill = reject;
        }),
        close: () => die("closed"),
      };
      fake.death.catch(() => {});
      const die = (/** @type {string} */ code) => {
        fake.dead ??= Object.assign(new Error(code), { code });
        kill(fake.dead);
      };
      const worker = /** @type {FakeWorker} */ (/** @type {unknown} */ (fake));
      started.push({ worker, ready: () => resolve(worker), fail, die });
    });
  const pool = new WorkerPool(start, limit, ({ message }) => deaths.push(message));
  return { pool, started, deaths };
}

/** Tasks that end when the test says so, and in which order which worker began which. */
function makeTasks() {
  /** @type {Map<string, (value: string) => void>} */
  const running = new Map();
  const begun = /** @type {string[]} */ ([]);
  const work = (/** @type {string} */ name) => (/** @type {FakeWorker} */ worker) => {
    begun.push(`${name}@${worker.name}`);
    return new Promise((/** @type {(value: string) => void} */ resolve) => void running.set(name, resolve));
  };
  return { begun, work, end: (/** @type {string} */ name) => running.get(name)?.(name) };
}

test("one request starts one worker, and more start only while requests wait, up to the limit", async () => {
  const { pool, started } = makePool(3);
  const { begun, work, end } = makeTasks();
  const a = pool.run(work("a"));
  assert.equal(started.length, 1);
  started[0]?.ready();
  await settle();
  assert.deepEqual(begun, ["a@0"]);
  assert.equal(started.length, 1);
  end("a");
  assert.equal(await a, "a");
  const rest = ["b", "c", "d", "e", "f"].map((name) => pool.run(work(name)));
  assert.equal(
    started.length,
    3,
    "b goes to the first worker, and of those that wait each asks for one more, up to three",
  );
  assert.deepEqual(begun, ["a@0", "b@0"]);
  started[2]?.ready();
  await settle();
  started[1]?.ready();
  await settle();
  assert.deepEqual(begun, ["a@0", "b@0", "c@2", "d@1"], "no task is bound to a worker that is not ready");
  assert.equal(pool.size, 3);
  for (const name of ["c", "b", "e", "d", "f"]) {
    end(name);
    await settle();
  }
  assert.deepEqual(await Promise.all(rest), ["b", "c", "d", "e", "f"]);
  assert.deepEqual(begun.map((text) => text[0]).join(""), "abcdef", "what was given first is begun first");
  assert.equal(started.length, 3);
  pool.close();
});

test("an aborted request that waits is not begun; one in progress is refused at once, and its worker goes on", async () => {
  const { pool, started } = makePool(1);
  const { begun, work, end } = makeTasks();
  const [inHand, waiting] = [new AbortController(), new AbortController()];
  const a = pool.run(work("a"), { signal: inHand.signal });
  const b = pool.run(work("b"), { signal: waiting.signal });
  const c = pool.run(work("c"));
  started[0]?.ready();
  await settle();
  waiting.abort(new Error("b is not wanted"));
  inHand.abort(new Error("a is not wanted"));
  await assert.rejects(b, /b is not wanted/);
  await assert.rejects(a, /a is not wanted/);
  assert.deepEqual(begun, ["a@0"], "the worker is not free before it has ended what nobody wants any more");
  end("a");
  await settle();
  end("c");
  assert.equal(await c, "c");
  assert.deepEqual(begun, ["a@0", "c@0"]);
  await assert.rejects(pool.run(work("d"), { signal: AbortSignal.abort(new Error("never")) }), /never/);
  pool.close();
});

test("a worker that dies is replaced when a request waits, and a first request goes before all others", async () => {
  const { pool, started, deaths } = makePool(2);
  const { begun, work, end } = makeTasks();
  const a = pool.run(async (worker) => {
    begun.push(`a@${worker.name}`);
    await worker.death;
  });
  started[0]?.ready();
  await settle();
  const b = pool.run(work("b"));
  const c = pool.run(work("c"));
  started[0]?.die("panic");
  await assert.rejects(a, /panic/);
  assert.deepEqual(deaths, ["panic"]);
  const again = pool.run(work("a"), { first: true });
  for (const { ready } of started.slice(1)) ready();
  await settle();
  assert.equal(begun[1], "a@1");
  for (const name of ["a", "b", "c"]) {
    end(name);
    await settle();
  }
  assert.deepEqual(await Promise.all([again, b, c]), ["a", "b", "c"]);
  assert.ok(
    begun.slice(1).every((text) => !text.endsWith("@0")),
    `a dead worker got work: ${begun}`,
  );
  pool.close();
});

test("all waiting requests are refused where no worker can be started, and the next one tries again", async () => {
  const { pool, started } = makePool(2);
  const { work, end } = makeTasks();
  const [a, b] = [pool.run(work("a")), pool.run(work("b"))];
  for (const { fail } of started) fail(new Error("no memory"));
  await assert.rejects(a, /no memory/);
  await assert.rejects(b, /no memory/);
  const later = [pool.run(work("c")), pool.run(work("d"))];
  assert.equal(started.length, 4);
  for (const { ready } of started.slice(2)) ready();
  await settle();
  end("c");
  end("d");
  assert.deepEqual(await Promise.all(later), ["c", "d"]);
  pool.close();
});

test("the other workers take over where one more cannot be started", async () => {
  const { pool, started } = makePool(4);
  const { work, end } = makeTasks();
  const tasks = ["a", "b", "c"].map((name) => pool.run(work(name)));
  started[0]?.ready();
  await settle();
  started[1]?.fail(new Error("no memory"));
  started[2]?.fail(new Error("no memory"));
  await settle();
  const count = started.length;
  for (const name of ["a", "b", "c"]) {
    end(name);
    await settle();
  }
  assert.deepEqual(await Promise.all(tasks), ["a", "b", "c"]);
  assert.equal(started.length, count, "a worker that cannot be started is tried again and again");
  pool.close();
});

test("a closed pool refuses all requests, and ends workers that start late", async () => {
  const { pool, started } = makePool(2);
  const { work } = makeTasks();
  const a = pool.run(work("a"));
  pool.close();
  await assert.rejects(a, { code: "closed" });
  await assert.rejects(pool.run(work("b")), { code: "closed" });
  await assert.rejects(pool.firstWorker(), { code: "closed" });
  started[0]?.ready();
  await settle();
  assert.ok(started[0]?.worker.dead, "a worker that nobody wants lives on");
});

test("the first worker stays the same until it dies", async () => {
  const { pool, started } = makePool(2);
  const [a, b] = [pool.firstWorker(), pool.firstWorker()];
  started[0]?.ready();
  assert.equal(await a, await b);
  assert.equal(started.length, 1);
  started[0]?.die("panic");
  await settle();
  const c = pool.firstWorker();
  started[1]?.ready();
  assert.equal((await c).name, 1);
  pool.close();
});

test("idle workers beyond the first end after a while", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const turn = async () => {
    for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
  };
  const { pool, started } = makePool(2);
  const tasks = [pool.run(async () => "a"), pool.run(async () => "b")];
  for (const { ready } of started) ready();
  assert.deepEqual(await Promise.all(tasks), ["a", "b"]);
  await turn();
  context.mock.timers.tick(19_000);
  assert.equal(pool.size, 2);
  context.mock.timers.tick(2000);
  await turn();
  assert.equal(pool.size, 1);
  assert.equal(started[0]?.worker.dead, null);
  assert.ok(started[1]?.worker.dead);
  pool.close();
});

test("the limit is one worker per core and GiB, from one to eight", () => {
  assert.equal(maxWorkers({ hardwareConcurrency: 4 }), 4);
  assert.equal(maxWorkers({ hardwareConcurrency: 64 }), 8);
  assert.equal(maxWorkers({ hardwareConcurrency: 8, deviceMemory: 2 }), 2);
  assert.equal(maxWorkers({ hardwareConcurrency: 8, deviceMemory: 0.25 }), 1);
  assert.equal(maxWorkers({}), 1);
});
