// static/choice.js reads a decision by the same rules as consent/choice.py: tests/consent/choice_cases.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const SCRIPT = read("../../static/choice.js");
const CASES = JSON.parse(read("../consent/choice_cases.json"));
const NOON_IN_JAPAN = Date.parse("2026-11-24T03:00:00Z");

// A browser: its tabs share one cookie jar, and channels of one name.
function browser(cookie = "") {
  const open = new Set();
  class BroadcastChannel {
    constructor(name) {
      this.name = name;
      open.add(this);
    }
    postMessage() {
      assert.ok(open.has(this), "a closed channel throws");
      for (const other of open) if (other !== this && other.name === this.name) other.onmessage?.({});
    }
    close() {
      open.delete(this);
    }
  }
  return { cookie, open, BroadcastChannel };
}

// A page as far as the script sees it, shown unless it is still loading.
function open({ cookie, register = "0123456789ab", now = NOON_IN_JAPAN, signal, jar = browser(cookie), isLoading = false, ...more } = {}) {
  class Clock extends Date {
    static now = () => page.now;
  }
  const events = { document: {}, window: {}, cookies: {} };
  const listen = (kind) => (name, listener) => (events[kind][name] ??= []).push(listener);
  const dataset = { register };
  const document = {
    get cookie() {
      page.reads += 1;
      return jar.cookie;
    },
    documentElement: { dataset },
    addEventListener: listen("document"),
    dispatchEvent: ({ type }) => page.fire("document", type),
  };
  const navigator = { globalPrivacyControl: signal };
  const page = { now, dataset, document, navigator, jar, reads: 0 };
  page.fire = (kind, name) => events[kind][name]?.forEach((listener) => listener());
  const window = {
    BroadcastChannel: jar.BroadcastChannel,
    cookieStore: { addEventListener: listen("cookies") },
    ...more,
  };
  class Event {
    constructor(type) {
      this.type = type;
    }
  }
  vm.runInNewContext(SCRIPT, {
    ...window,
    window,
    document,
    navigator,
    Event,
    addEventListener: listen("window"),
    Date: Clock,
  });
  if (!isLoading) ["load", "pageshow"].forEach((name) => page.fire("window", name));
  return page;
}

for (const { case: name, header, signal, is_made: isMade, agreed = [] } of CASES) {
  test(`read strictly, before the first paint: ${name}`, () => {
    const { dataset } = open({ cookie: header, signal, isLoading: true });
    assert.equal(dataset.choice, isMade ? "made" : "ask");
    assert.equal(dataset.agreed, agreed.join(" "));
  });
}

const MADE = "choice=usage=-1|v=0123456789ab|d=2026-11-24";
const AGREED = "choice=usage=2026-11-24|advertising=-1|sharing=2026-11-24|v=0123456789ab|d=2026-11-24";

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

for (const [kind, name] of [
  ["window", "pageshow"],
  ["document", "visibilitychange"],
  ["document", "choice"],
  ["cookies", "change"],
]) {
  test(`reads again on ${name}, and then tells the page`, () => {
    const page = open();
    assert.deepEqual([page.dataset.choice, page.dataset.agreed], ["ask", ""]);
    page.document.addEventListener("choice", () => (page.seen = page.dataset.agreed));
    page.jar.cookie = AGREED;
    page.fire(kind, name);
    assert.deepEqual([page.dataset.choice, page.dataset.agreed, page.seen], ["made", "usage sharing", "usage sharing"]);
    page.jar.cookie = "";
    page.fire(kind, name);
    assert.deepEqual([page.dataset.choice, page.dataset.agreed, page.seen], ["ask", "", ""]);
  });
}

test("what was agreed to under another register is not agreed to here, whichever is newer", () => {
  for (const register of ["0123456789aa", "0123456789ac", "0123456789abc", "", undefined]) {
    const { dataset } = open({ cookie: AGREED, register: register ?? "x" });
    assert.deepEqual([dataset.choice, dataset.agreed], ["ask", ""]);
  }
});

test("a decision that runs out while the page is open no longer counts", () => {
  const page = open({ cookie: AGREED });
  page.now += 183 * 864e5;
  page.fire("document", "visibilitychange");
  assert.deepEqual([page.dataset.choice, page.dataset.agreed], ["ask", ""]);
});

test("a result that is being shown stays, until something else is agreed to", () => {
  const page = open({ cookie: AGREED });
  page.dataset.choice = "result";
  page.fire("document", "visibilitychange");
  assert.equal(page.dataset.choice, "result");
  page.jar.cookie = MADE;
  page.fire("document", "visibilitychange");
  assert.deepEqual([page.dataset.choice, page.dataset.agreed], ["made", ""]);
});

test("every open tab hears of a decision at once, and none goes on telling", () => {
  const jar = browser();
  const tabs = [open({ jar }), open({ jar }), open({ jar })];
  const before = tabs.map((tab) => tab.reads);
  jar.cookie = AGREED;
  tabs[0].fire("document", "choice");
  assert.deepEqual(tabs.map((tab) => tab.dataset.agreed), ["usage sharing", "usage sharing", "usage sharing"]);
  assert.ok(tabs.every((tab, number) => tab.reads - before[number] <= 3));
  jar.cookie = MADE;
  tabs[2].fire("document", "choice");
  assert.deepEqual(tabs.map((tab) => tab.dataset.agreed), ["", "", ""]);
});

test("a decision in another tab while the page loads is read when it is shown", () => {
  const jar = browser();
  const page = open({ jar, isLoading: true });
  assert.equal(jar.open.size, 0, "nothing but the cookie costs time before the first paint");
  jar.cookie = AGREED;
  page.fire("window", "pageshow");
  assert.equal(page.dataset.agreed, "usage sharing");
});

test("a page that is opened tells the others, for a decision may have been made by a form", () => {
  const jar = browser();
  const first = open({ jar });
  jar.cookie = MADE;
  open({ jar });
  assert.equal(first.dataset.choice, "made");
});

test("a page that is put aside listens no more, and reads when it is shown again", () => {
  const jar = browser(AGREED);
  const page = open({ jar });
  page.fire("window", "pagehide");
  assert.equal(jar.open.size, 0);
  jar.cookie = MADE;
  page.fire("window", "pageshow");
  page.fire("window", "pageshow");
  assert.equal(jar.open.size, 1);
  assert.equal(page.dataset.agreed, "");
});

test("an old browser reads as well, without channels and without events of cookies", () => {
  const page = open({ cookie: AGREED, BroadcastChannel: undefined, cookieStore: undefined });
  assert.equal(page.dataset.agreed, "usage sharing");
  page.fire("window", "pagehide");
  page.fire("window", "pageshow");
  assert.equal(page.dataset.choice, "made");
});

test("the browser's signal is shown only where it is sent", () => {
  assert.equal(open({ signal: true }).dataset.signal, "gpc");
  assert.equal(open({ signal: false }).dataset.signal, undefined);
  assert.equal(open().dataset.signal, undefined);
});

test("a signal that is switched on while the page is open counts at once", () => {
  const page = open({ cookie: AGREED });
  page.navigator.globalPrivacyControl = true;
  page.fire("document", "visibilitychange");
  assert.deepEqual([page.dataset.signal, page.dataset.agreed], ["gpc", "usage"]);
});

test("leaves no name behind", () => {
  const context = vm.createContext({
    document: { cookie: "", documentElement: { dataset: {} }, addEventListener() {} },
    navigator: {},
    window: {},
    addEventListener() {},
  });
  const before = Object.keys(context);
  vm.runInContext(SCRIPT, context);
  assert.deepEqual(Object.keys(context), before);
  assert.equal(vm.runInContext("typeof isMade + typeof look", context), "undefinedundefined");
});

test("whoever answered what was asked before is told what changed", () => {
  const page = open({ cookie: MADE, register: "ba9876543210" });
  assert.deepEqual([page.dataset.choice, page.dataset.again], ["ask", ""]);
  page.jar.cookie = "";
  page.fire("window", "pageshow");
  assert.equal(page.dataset.again, undefined);
  assert.equal(open({ cookie: MADE }).dataset.again, undefined);
  assert.equal(open({ cookie: "choice=usage=9999|v=0123456789ab|d=2026-11-24" }).dataset.again, undefined);
});
