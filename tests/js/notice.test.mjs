// static/notice.js: the notice closes only once the decision is recorded, and says so where it is not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../static/notice.js", import.meta.url), "utf8");
const RECORDED = {
  record: "019ab",
  address: "/en/privacy/choices/records/019ab/",
  decision: "agree",
  agreed: ["usability"],
  valid_until: "2027-05-25",
};

class Element {
  constructor(parts = {}, properties = {}) {
    Object.assign(this, { parts, hidden: false, dataset: {}, attributes: {}, listeners: {} }, properties);
  }
  querySelector(selector) {
    return this.parts[selector] ?? null;
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  removeAttribute(name) {
    delete this.attributes[name];
  }
  focus() {
    this.isFocused = true;
  }
}

// A page with the notice; `fetch` answers, and the browser keeps the cookie or not.
function open({ fetch, keeps = true, hasSwitches = false }) {
  const form = new Element({}, { action: "/en/privacy/choices/" });
  const result = new Element({}, { hidden: true, dataset: { agree: "agreed", refuse: "refused", unkept: "unkept" } });
  const parts = {
    ".notice-form": form,
    ".notice-problem": new Element({}, { hidden: true }),
    ".notice-result": result,
    ".notice-result-text": new Element(),
    ".notice-record": new Element(),
    ".notice-hide": new Element(),
  };
  const notice = new Element(parts);
  const main = new Element();
  const root = new Element({}, { dataset: { choice: "ask" } });
  const page = { form, result, notice, main, root, parts, asked: [], timers: [] };
  const document = {
    documentElement: root,
    addEventListener: (name, listener) => (page[name] = listener),
    querySelector: (selector) =>
      ({ ".notice": notice, main, "main [name=decision]": hasSwitches ? new Element() : null })[selector],
    // What choice.js does: it reads the cookie anew.
    dispatchEvent: () => (root.dataset.choice = page.isCookieSet && keeps ? "made" : "ask"),
  };
  vm.runInNewContext(SCRIPT, {
    document,
    Event: class {},
    AbortController,
    URLSearchParams,
    FormData: class {
      *[Symbol.iterator]() {
        yield ["notice", "f".repeat(64)];
        yield ["page", "/en/about/"];
      }
    },
    setTimeout: (call, milliseconds) => page.timers.push({ call, milliseconds }) - 1,
    clearTimeout: (timer) => (page.timers[timer].isCleared = true),
    fetch: async (address, options) => {
      page.asked.push({ address, options });
      const answer = await fetch(options);
      page.isCookieSet = answer.status === 200;
      return answer;
    },
  });
  page.press = (value) => {
    const event = { submitter: { name: "decision", value }, preventDefault: () => (event.isPrevented = true) };
    return form.listeners.submit(event).then(() => event);
  };
  return page;
}

const ok = (changes = {}) => async () => ({ status: 200, json: async () => ({ ...RECORDED, ...changes }) });

test("sends the form with the button that was pressed, and asks for JSON", async () => {
  const page = open({ fetch: ok() });
  await page.press("agree");
  const [{ address, options }] = page.asked;
  assert.equal(address, "/en/privacy/choices/");
  assert.equal(String(options.body), `notice=${"f".repeat(64)}&page=%2Fen%2Fabout%2F&decision=agree`);
  assert.deepEqual(
    [options.method, options.headers.Accept, options.credentials, options.keepalive],
    ["POST", "application/json", "same-origin", true],
  );
});

for (const [decision, words] of [["agree", "agreed"], ["refuse", "refused"]]) {
  test(`says what was decided: ${decision}`, async () => {
    const page = open({ fetch: ok({ decision }) });
    const event = await page.press(decision);
    assert.ok(event.isPrevented);
    assert.equal(page.parts[".notice-result-text"].textContent, words);
    assert.equal(page.parts[".notice-record"].href, RECORDED.address);
    assert.deepEqual([page.form.hidden, page.result.hidden, page.result.isFocused], [true, false, true]);
    assert.equal(page.root.dataset.choice, "result");
    assert.ok(page.timers[0].isCleared);
  });
}

test("says so where the browser keeps no cookie", async () => {
  const page = open({ fetch: ok(), keeps: false });
  await page.press("agree");
  assert.equal(page.parts[".notice-result-text"].textContent, "unkept");
});

test("closing the message closes the notice and moves on to the page", async () => {
  const page = open({ fetch: ok() });
  await page.press("agree");
  page.parts[".notice-hide"].listeners.click();
  assert.equal(page.root.dataset.choice, "made");
  assert.ok(page.main.isFocused);
});

test("closing the message closes the notice for this page where no cookie is kept", async () => {
  const page = open({ fetch: ok(), keeps: false });
  await page.press("refuse");
  page.parts[".notice-hide"].listeners.click();
  assert.equal(page.root.dataset.choice, "ask");
  assert.ok(page.notice.hidden);
});

const FAILURES = {
  "no answer": async () => {
    throw new TypeError("Failed to fetch");
  },
  "a server error": async () => ({ status: 500, json: async () => RECORDED }),
  "an answer of another kind": async () => ({ status: 200, json: async () => JSON.parse("<!doctype html>") }),
  "an answer without a record": async () => ({ status: 200, json: async () => ({}) }),
};
for (const [name, fetch] of Object.entries(FAILURES)) {
  test(`the notice stays and says so: ${name}`, async () => {
    const page = open({ fetch });
    await page.press("agree");
    assert.deepEqual([page.parts[".notice-problem"].hidden, page.form.hidden, page.result.hidden], [false, false, true]);
    assert.equal(page.root.dataset.choice, "ask");
    await page.press("agree");
    assert.equal(page.asked.length, 2, "the buttons work again");
  });
}

test("an answer that does not come within ten seconds is given up", async () => {
  const never = ({ signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const page = open({ fetch: never });
  const pressed = page.press("agree");
  await setImmediate();
  assert.ok(page.asked[0].options.signal instanceof AbortSignal);
  assert.equal(page.timers[0].milliseconds, 10_000);
  page.timers[0].call();
  await pressed;
  assert.equal(page.parts[".notice-problem"].hidden, false);
});

test("a double click is one decision", async () => {
  let answer;
  const page = open({ fetch: () => new Promise((resolve) => (answer = resolve)) });
  const [first, second] = [page.press("refuse"), page.press("refuse")];
  assert.ok((await second).isPrevented);
  assert.equal(page.form.attributes["aria-busy"], "true");
  answer(await ok({ decision: "refuse" })());
  await first;
  assert.equal(page.asked.length, 1);
  assert.equal(page.form.attributes["aria-busy"], undefined);
});

test("a browser that does not say which button it was sends the form itself", async () => {
  const page = open({ fetch: ok() });
  await page.form.listeners.submit({ preventDefault: () => assert.fail("the form must be sent") });
  assert.equal(page.asked.length, 0);
});

test("beside the page's own switches the form is sent as any other", () => {
  assert.equal(open({ fetch: ok(), hasSwitches: true }).form.listeners.submit, undefined);
});

test("writes no markup", () => {
  assert.doesNotMatch(SCRIPT, /innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\b|\.style\b/);
});

test("a decision carries the browser's signal, and no other form does", () => {
  const page = open({ fetch: async () => ({ status: 200, json: async () => RECORDED }) });
  const sent = (names, signal) => {
    page.root.dataset.signal = signal;
    const formData = new Map(names.map((name) => [name, "x"]));
    page.formdata({ formData });
    return formData.get("signal");
  };
  assert.equal(sent(["notice"], "gpc"), "gpc");
  assert.equal(sent(["notice"], undefined), undefined);
  assert.equal(sent(["message"], "gpc"), undefined);
});
