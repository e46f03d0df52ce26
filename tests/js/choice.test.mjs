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
function open({ cookie = "", register = "0123456789ab", now = NOON_IN_JAPAN, signal, stored = {} } = {}) {
  class Clock extends Date {
    static now = () => page.now;
  }
  const events = { document: {}, window: {} };
  const listen = (kind) => (name, listener) => (events[kind][name] = listener);
  const dataset = { register };
  const document = { cookie, documentElement: { dataset }, addEventListener: listen("document") };
  const localStorage = { getItem: (key) => stored[key] ?? null, removeItem: (key) => delete stored[key] };
  const page = { now, dataset, document, events, stored };
  const navigator = { globalPrivacyControl: signal };
  const context = { document, navigator, localStorage, addEventListener: listen("window") };
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
    page.events[kind][name]();
    assert.equal(page.dataset.choice, "made");
    page.document.cookie = "";
    page.events[kind][name]();
    assert.equal(page.dataset.choice, "ask");
  });
}

test("a result that is being shown stays", () => {
  const page = open();
  page.dataset.choice = "result";
  page.document.cookie = MADE;
  page.events.document.visibilitychange();
  assert.equal(page.dataset.choice, "result");
});

const USABLE = "choice=usability=2026-11-24|usage=-1|v=0123456789ab|d=2026-11-24";

test("the text size and colours that this browser keeps apply where usability is agreed to", () => {
  const { dataset } = open({ cookie: USABLE, stored: { display: "large dark" } });
  assert.deepEqual([dataset.text, dataset.colours], ["large", "dark"]);
  assert.deepEqual(Object.keys(open({ cookie: USABLE }).dataset), ["register", "agreed", "choice"]);
});

for (const [name, cookie] of [["refused", MADE], ["not decided", ""], ["out of date", USABLE.replace("0123", "9999")]]) {
  test(`without agreement they apply no more and are forgotten: ${name}`, () => {
    const page = open({ cookie, stored: { display: "large dark", other: "x" } });
    assert.deepEqual([page.dataset.text, page.dataset.colours], [undefined, undefined]);
    assert.deepEqual(page.stored, { other: "x" });
  });
}

test("they are forgotten as soon as the agreement is withdrawn", () => {
  const page = open({ cookie: USABLE, stored: { display: "large dark" } });
  page.document.cookie = MADE;
  page.events.document.choice();
  assert.deepEqual(page.stored, {});
});

for (const display of ["", "huge dark", "large", "large dark ", "dark large", "<b> dark", "__proto__ dark"]) {
  test(`what was not written here applies to nothing: "${display}"`, () => {
    const { dataset } = open({ cookie: USABLE, stored: { display } });
    assert.deepEqual([dataset.text, dataset.colours], [undefined, undefined]);
  });
}

test("a browser without storage shows the page as it is", () => {
  const context = {
    document: { cookie: USABLE, documentElement: { dataset: { register: "0123456789ab" } }, addEventListener() {} },
    navigator: {},
    addEventListener() {},
    get localStorage() {
      throw new DOMException("The operation is insecure", "SecurityError");
    },
  };
  class Clock extends Date {
    static now = () => NOON_IN_JAPAN;
  }
  vm.runInNewContext(SCRIPT, Object.defineProperties({ Date: Clock }, Object.getOwnPropertyDescriptors(context)));
  assert.equal(context.document.documentElement.dataset.agreed, "usability");
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
