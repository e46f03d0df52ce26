// static/display.js: text size and colours last for the page, and are kept only where that was agreed to.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../static/display.js", import.meta.url), "utf8");
const OPTIONS = { text: ["standard", "large", "largest"], colours: ["device", "light", "dark"] };

// A page with the settings opened; `keeps` says whether the browser has a storage that works.
function open({ agreed = "", text, colours, kept = {}, keeps = true, chosen } = {}) {
  const page = { kept: { ...kept }, listeners: {}, document: {} };
  page.root = { dataset: { agreed, ...(text && { text }), ...(colours && { colours }) } };
  page.inputs = Object.entries(OPTIONS).flatMap(([name, values]) =>
    values.map((value, place) => ({ name, value, defaultChecked: !place, checked: chosen ? value === chosen : !place })),
  );
  page.status = { textContent: "", dataset: { kept: "kept", page: "page", unkept: "unkept" } };
  page.summary = { focus: () => (page.isFocused = true) };
  page.box = {
    open: true,
    querySelector: (selector) => ({ "[role=status]": page.status, summary: page.summary })[selector],
    querySelectorAll: () => page.inputs,
    addEventListener: (name, listener) => (page.listeners[name] = listener),
    contains: (other) => page.inputs.includes(other),
  };
  const refuse = () => {
    throw new DOMException("The operation is insecure", "SecurityError");
  };
  const storage = {
    setItem: (key, value) => (keeps ? (page.kept[key] = value) : refuse()),
    removeItem: (key) => (keeps ? delete page.kept[key] : refuse()),
  };
  vm.runInNewContext(SCRIPT, {
    document: {
      documentElement: page.root,
      querySelector: () => page.box,
      addEventListener: (name, listener) => (page.document[name] = listener),
    },
    localStorage: storage,
  });
  page.choose = (name, value) => page.listeners.change({ target: { name, value } });
  page.checked = () => page.inputs.filter((input) => input.checked).map((input) => input.value);
  return page;
}

test("shows what applies", () => {
  assert.deepEqual(open().checked(), ["standard", "device"]);
  assert.deepEqual(open({ text: "largest", colours: "dark" }).checked(), ["largest", "dark"]);
});

test("what was chosen before the script was there counts", () => {
  const page = open({ agreed: "usability", chosen: "largest" });
  assert.equal(page.root.dataset.text, "largest");
  assert.deepEqual(page.kept, { display: "largest device" });
  assert.deepEqual(page.checked(), ["largest", "device"]);
});

test("shows what another tab chose since, when it is opened again", () => {
  const page = open();
  page.root.dataset.colours = "light";
  page.listeners.toggle();
  assert.deepEqual(page.checked(), ["standard", "light"]);
});

test("without agreement a setting applies to the page, says so, and is kept nowhere", () => {
  const page = open({ agreed: "usage advertising" });
  page.choose("text", "large");
  page.choose("colours", "dark");
  assert.deepEqual([page.root.dataset.text, page.root.dataset.colours], ["large", "dark"]);
  assert.deepEqual(page.kept, {});
  assert.equal(page.status.textContent, "page");
});

test("with agreement it is kept in words that everybody shares", () => {
  const page = open({ agreed: "usability usage" });
  page.choose("text", "large");
  assert.deepEqual(page.kept, { display: "large device" });
  page.choose("colours", "light");
  assert.deepEqual(page.kept, { display: "large light" });
  assert.equal(page.status.textContent, "kept");
});

test("what is as everywhere else is not kept", () => {
  const page = open({ agreed: "usability", text: "large", kept: { display: "large device" } });
  page.choose("text", "standard");
  assert.deepEqual(page.kept, {});
});

test("a browser that keeps nothing is told apart", () => {
  const page = open({ agreed: "usability", keeps: false });
  page.choose("text", "large");
  assert.equal(page.root.dataset.text, "large");
  assert.equal(page.status.textContent, "unkept");
});

test("who agrees after choosing need not choose again", () => {
  const page = open();
  page.choose("colours", "dark");
  page.document.choice();
  assert.deepEqual(page.kept, {});
  page.root.dataset.agreed = "usability";
  page.document.choice();
  assert.deepEqual(page.kept, { display: "standard dark" });
});

test("who agrees without having chosen keeps nothing", () => {
  const page = open();
  page.root.dataset.agreed = "usability";
  page.document.choice();
  assert.deepEqual(page.kept, {});
});

test("Escape closes the settings and goes back to their button", () => {
  const page = open();
  page.listeners.keydown({ key: "a" });
  assert.equal(page.box.open, true);
  page.listeners.keydown({ key: "Escape" });
  assert.deepEqual([page.box.open, page.isFocused], [false, true]);
});

test("moving on closes the settings, so that they cover nothing that has the focus", () => {
  const page = open();
  page.listeners.focusout({ relatedTarget: page.inputs[1] });
  page.listeners.focusout({ relatedTarget: null });
  assert.equal(page.box.open, true);
  page.listeners.focusout({ relatedTarget: {} });
  assert.equal(page.box.open, false);
  page.box.open = true;
  page.document.pointerdown({ target: {} });
  assert.equal(page.box.open, false);
});

test("writes no markup and no style", () => {
  assert.doesNotMatch(SCRIPT, /innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\b|\.style\b|cookie/);
});
