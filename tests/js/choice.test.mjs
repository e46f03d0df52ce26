// static/choice.js reads a decision by the same rules as consent/choice.py: tests/consent/choice_cases.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const SCRIPT = read("../../static/choice.js");
const CASES = JSON.parse(read("../consent/choice_cases.json"));
const NOON_IN_JAPAN = Date.parse("2026-11-24T03:00:00Z");

// A page as far as the script sees it.
function open({ cookie = "", register = "0123456789ab", now = NOON_IN_JAPAN, signal } = {}) {
  class Clock extends Date {
    static now = () => page.now;
  }
  const events = { document: {}, window: {} };
  const listen = (kind) => (name, listener) => (events[kind][name] ??= []).push(listener);
  const dataset = { register };
  const document = { cookie, documentElement: { dataset }, addEventListener: listen("document") };
  const page = { now, dataset, document, events };
  const context = { document, navigator: { globalPrivacyControl: signal }, addEventListener: listen("window") };
  vm.runInNewContext(SCRIPT, { ...context, Date: Clock });
  return page;
}

for (const { case: name, header, is_made: isMade, agreed = [] } of CASES) {
  test(`read strictly: ${name}`, () => {
    const { dataset } = open({ cookie: header });
    assert.equal(dataset.choice, isMade ? "made" : "ask");
    assert.equal(dataset.agreed, isMade ? agreed.join(" ") : "");
  });
}

const MADE = "choice=usage=-1|v=0123456789ab|d=2026-11-24";

test("the day is Japan's, whatever the visitor's time zone", () => {
  assert.equal(open({ cookie: MADE, now: Date.parse("2026-11-23T15:00:00Z") }).dataset.choice, "made");
  assert.equal(open({ cookie: MADE, now: Date.parse("2026-11-23T12:00:00Z") }).dataset.choice, "ask");
});

test("a clock ten minutes slow does not undo a decision made just after midnight", () => {
  assert.equal(open({ cookie: MADE, now: Date.parse("2026-11-23T14:51:00Z") }).dataset.choice, "made");
});

test("without a register nothing is decided", () => {
  assert.equal(open({ cookie: MADE, register: "" }).dataset.choice, "ask");
});

for (const [kind, name] of [["window", "pageshow"], ["document", "visibilitychange"], ["document", "choice"]]) {
  test(`reads again on ${name}`, () => {
    const page = open();
    assert.equal(page.dataset.choice, "ask");
    page.document.cookie = MADE;
    page.events[kind][name].forEach((listener) => listener());
    assert.equal(page.dataset.choice, "made");
    page.document.cookie = "";
    page.events[kind][name].forEach((listener) => listener());
    assert.equal(page.dataset.choice, "ask");
  });
}

test("a result that is being shown stays", () => {
  const page = open();
  page.dataset.choice = "result";
  page.document.cookie = MADE;
  page.events.document.visibilitychange.forEach((listener) => listener());
  assert.equal(page.dataset.choice, "result");
});

test("the browser's signal is shown only where it is sent", () => {
  assert.equal(open({ signal: true }).dataset.signal, "gpc");
  assert.equal(open({ signal: false }).dataset.signal, undefined);
  assert.equal(open().dataset.signal, undefined);
});

test("leaves no name behind", () => {
  const context = vm.createContext({
    document: { cookie: "", documentElement: { dataset: {} }, addEventListener() {} },
    navigator: {},
    addEventListener() {},
  });
  const before = Object.keys(context);
  vm.runInContext(SCRIPT, context);
  assert.deepEqual(Object.keys(context), before);
  assert.equal(vm.runInContext("typeof isMade + typeof look", context), "undefinedundefined");
});
