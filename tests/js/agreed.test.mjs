// static/choice.js: what a page may do once it was agreed to, and what it forgets when it is not any more.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../static/choice.js", import.meta.url), "utf8");
const NOON_IN_JAPAN = Date.parse("2026-11-24T03:00:00Z");
const USABLE = "choice=usability=2026-11-24|usage=-1|v=0123456789ab|d=2026-11-24";
const REFUSED = "choice=usability=-1|usage=-1|v=0123456789ab|d=2026-11-24";

class Clock extends Date {
  static now = () => NOON_IN_JAPAN;
}

// A page as far as the script sees it; `keeps` says whether the browser has a storage at all.
function open({ cookie = "", stored = {}, keeps = true } = {}) {
  const listeners = {};
  const addEventListener = (name, listener) => (listeners[name] ??= []).push(listener);
  const dataset = { register: "0123456789ab" };
  const page = { dataset, stored };
  page.fire = (name) => listeners[name].forEach((listener) => listener({ target: {} }));
  page.document = {
    cookie,
    documentElement: { dataset },
    addEventListener,
    dispatchEvent: ({ name }) => page.fire(name),
  };
  const storage = { getItem: (key) => stored[key] ?? null, removeItem: (key) => delete stored[key] };
  const context = { document: page.document, navigator: {}, window: {}, addEventListener, Date: Clock };
  context.Event = class {
    constructor(name) {
      this.name = name;
    }
  };
  Object.defineProperty(context, "localStorage", {
    get() {
      if (!keeps) throw new DOMException("The operation is insecure", "SecurityError");
      return storage;
    },
  });
  vm.runInNewContext(SCRIPT, context);
  return page;
}

const applied = ({ dataset }) => [dataset.text, dataset.colours];

test("the purposes agreed to are known", () => {
  assert.equal(open({ cookie: USABLE }).dataset.agreed, "usability");
  assert.equal(open({ cookie: REFUSED }).dataset.agreed, "");
  assert.equal(open().dataset.agreed, "");
});

test("the text size and colours that this browser keeps apply where usability is agreed to", () => {
  assert.deepEqual(applied(open({ cookie: USABLE, stored: { display: "large dark" } })), ["large", "dark"]);
  assert.deepEqual(applied(open({ cookie: USABLE })), [undefined, undefined]);
});

const WITHOUT = { refused: REFUSED, "not decided": "", "out of date": USABLE.replace("0123", "9999") };
for (const [name, cookie] of Object.entries(WITHOUT)) {
  test(`without agreement they apply no more and are forgotten: ${name}`, () => {
    const page = open({ cookie, stored: { display: "large dark", other: "x" } });
    assert.deepEqual(applied(page), [undefined, undefined]);
    assert.deepEqual(page.stored, { other: "x" });
  });
}

for (const event of ["choice", "visibilitychange", "pageshow"]) {
  test(`they are forgotten as soon as the agreement is withdrawn: ${event}`, () => {
    const page = open({ cookie: USABLE, stored: { display: "large dark" } });
    page.document.cookie = REFUSED;
    page.fire(event);
    assert.deepEqual(page.stored, {});
  });
}

for (const display of ["", "huge dark", "large", "large dark ", "dark large", "<b> dark", "__proto__ dark"]) {
  test(`what was not written here applies to nothing: "${display}"`, () => {
    assert.deepEqual(applied(open({ cookie: USABLE, stored: { display } })), [undefined, undefined]);
  });
}

test("a browser without storage shows the page as it is", () => {
  const page = open({ cookie: USABLE, keeps: false });
  assert.equal(page.dataset.agreed, "usability");
  assert.deepEqual(applied(page), [undefined, undefined]);
});
