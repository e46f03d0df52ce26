// static/gates.js: a tag runs while all that it needs is agreed to, and never otherwise.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Element, documentWith, run } from "./module.mjs";

class Gate extends Element {
  constructor(dataset, offer) {
    super({ ".gate-offer": offer }, { dataset, frames: [] });
  }
  querySelector(selector) {
    return selector === ".gate-frame" ? (this.frames[0] ?? null) : super.querySelector(selector);
  }
  append(frame) {
    this.frames.push(frame);
    frame.remove = () => (this.frames = this.frames.filter((other) => other !== frame));
  }
}

const gate = (needs, dataset = {}, offer = null) =>
  new Gate({ gate: "3", needs, address: "/privacy/tags/3/abc/", kind: "script", ...dataset }, offer);

function open(gates, { agreed, prerendering, waits = false } = {}) {
  const root = new Element({}, { dataset: { agreed } });
  const document = documentWith(root, () => {}, { prerendering, createElement: (name) => new Element({}, { name }) });
  const window = new Element();
  document.parts = { "[data-gate]": gates };
  const tasks = [];
  run("gates.js", {
    document,
    addEventListener: (name, listener) => window.addEventListener(name, listener),
    setTimeout: (task, _after, gate) => tasks.push(() => task(gate)),
  });
  const page = {
    document,
    tasks,
    runTasks: () => tasks.splice(0).forEach((task) => task()),
    fire: (name) => window.fire(name).then(page.runTasks),
    change: () => document.fire("choice"),
    decide: (purposes) => {
      root.dataset.agreed = purposes;
      return page.change().then(page.runTasks);
    },
  };
  if (!waits) page.runTasks();
  return page;
}

const opened = (gates) => gates.map(({ frames }) => frames.length);

test("a tag runs only if everything it needs is agreed to", () => {
  const gates = ["usage", "usage sharing", "sharing", "usability"].map((needs) => gate(needs));
  open(gates, { agreed: "usage usability" });
  assert.deepEqual(opened(gates), [1, 0, 0, 1]);
});

for (const agreed of [undefined, "", " ", "usag", "usages", "USAGE", "usage,sharing", "sharing"]) {
  test(`nothing runs where this is agreed to: ${JSON.stringify(agreed)}`, () => {
    const gates = [gate("usage"), gate(""), gate(undefined), gate(" ")];
    open(gates, { agreed });
    assert.deepEqual(opened(gates), [0, 0, 0, 0]);
  });
}

test("a gate that needs nothing never opens, whatever is agreed to", () => {
  const gates = [gate(""), gate(undefined)];
  open(gates, { agreed: "usability usage advertising sharing" });
  assert.deepEqual(opened(gates), [0, 0]);
});

test("a frame is sealed, that of embedded content one frame further in, and loads this site's own document", () => {
  const gates = ["script", "image", "embed", "other"].map((kind) => gate("usage", { kind, title: "Map" }));
  open(gates, { agreed: "usage" });
  const frames = gates.map(({ frames: [frame] }) => frame);
  assert.deepEqual(
    frames.map((frame) => frame.attributes.sandbox),
    ["allow-scripts", "", undefined, ""],
  );
  assert.deepEqual([...new Set(frames.map((frame) => frame.src))], ["/privacy/tags/3/abc/"]);
  assert.deepEqual([frames[0].name, frames[0].title], ["iframe", "Map"]);
});

test("agreement opens a gate, withdrawal closes it at once, and neither twice", async () => {
  const gates = [gate("usage"), gate("usage sharing")];
  const page = open(gates, { agreed: "" });
  assert.deepEqual(opened(gates), [0, 0]);
  await page.decide("usage");
  const [frame] = gates[0].frames;
  await page.decide("usage sharing");
  await page.decide("usage sharing");
  assert.deepEqual(opened(gates), [1, 1]);
  assert.equal(gates[0].frames[0], frame, "what runs is left to run");
  await page.decide("usage");
  assert.deepEqual(opened(gates), [1, 0]);
  await page.decide("");
  assert.deepEqual(opened(gates), [0, 0]);
});

test("a page that is put aside keeps no frame, and gets it back with the decision of then", async () => {
  const gates = [gate("usage"), gate("sharing")];
  const page = open(gates, { agreed: "usage" });
  await page.fire("pagehide");
  await page.change(); // the page is hidden after it was put aside
  page.runTasks();
  assert.deepEqual(opened(gates), [0, 0]);
  await page.decide("sharing");
  assert.deepEqual(opened(gates), [0, 0]);
  await page.fire("pageshow");
  assert.deepEqual(opened(gates), [0, 1]);
});

test("a page made ahead of a visit runs nothing before the visit", async () => {
  const gates = [gate("usage")];
  const page = open(gates, { agreed: "usage", prerendering: true });
  assert.deepEqual(opened(gates), [0]);
  page.document.prerendering = false;
  await page.document.fire("prerenderingchange");
  page.runTasks();
  assert.deepEqual(opened(gates), [1]);
});

test("each frame opens in a task of its own, unless the agreement has ended by then", async () => {
  const gates = [gate("usage"), gate("usage"), gate("sharing")];
  const page = open(gates, { agreed: "usage sharing", waits: true });
  assert.deepEqual(opened(gates), [0, 0, 0]);
  page.tasks.shift()();
  assert.deepEqual(opened(gates), [1, 0, 0]);
  await page.change();
  page.tasks.push(...page.tasks); // told twice
  await page.decide("sharing");
  assert.deepEqual(opened(gates), [0, 0, 1]);
});

test("the offer stands while the frame doesn't", async () => {
  const offer = new Element();
  const gates = [gate("usage", { kind: "embed" }, offer)];
  const page = open(gates, { agreed: "" });
  assert.equal(offer.hidden, false);
  await page.decide("usage");
  assert.equal(offer.hidden, true);
  await page.decide("");
  assert.equal(offer.hidden, false);
});

test("a page without gates is left alone", () => {
  open([], { agreed: "usage" });
});
