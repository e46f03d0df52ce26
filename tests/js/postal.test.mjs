// static/postal.js enters the address of a postal code in place, and leaves the form to the browser where it can't.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../static/postal.js", import.meta.url), "utf8");
const ADDRESS = "http://localhost/inquiry/address/";

class Element {
  constructor(properties = {}) {
    Object.assign(this, { attributes: {}, classes: {}, children: [], dataset: {} }, properties);
    this.classList = { toggle: (name, isOn) => (this.classes[name] = isOn) };
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  removeAttribute(name) {
    delete this[name];
  }
  cloneNode() {
    return new Element({ ...this });
  }
  replaceChildren(...children) {
    this.children = children;
  }
  closest() {
    return this;
  }
  setSelectionRange(start) {
    this.caret = start;
  }
}

function open(answer, { timeout = () => "signal" } = {}) {
  const page = { asked: [], focus: null };
  const part = (id, properties) => new Element({ id, focus: () => (page.focus = id), ...properties });
  page.parts = {
    "look-up": part("look-up", { formAction: ADDRESS, value: "", dataset: { failed: "failed" } }),
    "postal-answer": part("postal-answer"),
    towns: part("towns", { hidden: true }),
    inquiry: { addEventListener: (_name, listener) => (page.click = listener) },
    id_postal_code: part("id_postal_code", { value: "135-0061" }),
    id_address: part("id_address", { value: "6-2-15" }),
  };
  vm.runInNewContext(SCRIPT, {
    URLSearchParams,
    AbortSignal: { timeout },
    document: { getElementById: (id) => page.parts[id] },
    fetch: async (address, options) => {
      page.asked.push({ address, ...options, body: Object.fromEntries(options.body) });
      page.wasReadOnly = page.parts.id_address.readOnly;
      return answer();
    },
  });
  page.press = async (target = page.parts["look-up"]) => {
    let isPrevented = false;
    page.click({ target, preventDefault: () => (isPrevented = true) });
    await setImmediate();
    return isPrevented;
  };
  return page;
}

const answering = (body, status = 200) => () => ({ status, json: async () => body });
const FOUND = { address: "東京都江東区豊洲6-2-15", message: "entered", towns: [] };

test("the address is entered, told and given the focus, and the caret stands at its end", async () => {
  const page = open(answering(FOUND));
  assert.equal(await page.press(), true);
  const { id_address: address, "postal-answer": told } = page.parts;
  assert.equal(address.value, FOUND.address);
  assert.equal(address.caret, FOUND.address.length);
  assert.equal(address.attributes["aria-describedby"], "postal-answer id_address_helptext");
  assert.equal(told.textContent, "entered");
  assert.equal(page.focus, "id_address");
  assert.equal(page.parts.towns.hidden, true);
});

test("it asks this site alone, by POST, without cookies, and for no more than it needs", async () => {
  const page = open(answering(FOUND));
  await page.press();
  const [{ address, method, credentials, redirect, headers, body }] = page.asked;
  assert.deepEqual([address, method, credentials, redirect], [ADDRESS, "POST", "omit", "error"]);
  assert.equal(headers.Accept, "application/json");
  assert.deepEqual(body, { postal_code: "135-0061", address: "6-2-15", town: "" });
});

test("several towns are offered, and the one that is pressed is asked for", async () => {
  const page = open(answering({ address: "6-2-15", message: "several", towns: ["弥富市", "木曽岬町"] }));
  await page.press();
  const { towns, id_address: address } = page.parts;
  assert.deepEqual([towns.hidden, page.focus, address.value], [false, "towns", "6-2-15"]);
  assert.deepEqual(
    towns.children.map(({ name, value, textContent, id }) => [name, value, textContent, id]),
    [
      ["town", "弥富市", "弥富市", undefined],
      ["town", "木曽岬町", "木曽岬町", undefined],
    ],
  );
  await page.press(towns.children[1]);
  assert.equal(page.asked[1].body.town, "木曽岬町");
});

test("where there is no such code the address is asked for and nothing typed is lost", async () => {
  const page = open(answering({ address: "6-2-15", message: "not found", towns: [] }));
  await page.press();
  assert.deepEqual([page.parts.id_address.value, page.focus], ["6-2-15", "id_address"]);
});

test("what is no postal code is told at its field", async () => {
  const page = open(answering({ problem: "7 digits" }, 422));
  await page.press();
  const told = page.parts["postal-answer"];
  assert.deepEqual([told.textContent, told.attributes.role, told.classes["error-text"]], ["7 digits", "alert", true]);
  assert.equal(page.focus, "id_postal_code");
  assert.equal(page.parts.id_address.value, "6-2-15");
});

for (const [name, answer] of [
  ["the network is down", () => Promise.reject(new TypeError("network"))],
  ["the site is busy", answering({}, 503)],
  ["the answer is no JSON", () => ({ status: 200, json: () => Promise.reject(new SyntaxError("<html>")) })],
]) {
  test(`it says so where ${name}, and can be asked again`, async () => {
    const page = open(answer);
    await page.press();
    const told = page.parts["postal-answer"];
    assert.deepEqual([told.textContent, told.attributes.role], ["failed", "alert"]);
    assert.equal(page.parts.id_address.readOnly, false);
    await page.press();
    assert.equal(page.asked.length, 2);
  });
}

test("nothing typed meanwhile is written over, and a second press meanwhile asks nothing", async () => {
  let release;
  const page = open(() => new Promise((resolve) => (release = () => resolve(answering(FOUND)()))));
  await page.press();
  await page.press();
  assert.equal(page.asked.length, 1);
  assert.equal(page.wasReadOnly, true);
  release();
  await setImmediate();
  assert.equal(page.parts.id_address.readOnly, false);
});

test("other buttons, and browsers that are too old, are left alone", async () => {
  const other = open(answering(FOUND));
  assert.equal(await other.press(new Element({ formAction: "http://localhost/inquiry/check/" })), false);
  const old = open(answering(FOUND), { timeout: null });
  assert.equal(await old.press(), false);
  assert.deepEqual([...other.asked, ...old.asked], []);
});
