// static/characters.js counts as people do and doesn't nag: read out only near the limit, after a pause.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../static/characters.js", import.meta.url), "utf8");

// A page with the message's field; `Intl` is the browser's, or that of one too old to know what a character is.
function open({ typed = "", limit = "10", intl = Intl } = {}) {
  const field = { value: typed, addEventListener: (_name, listener) => (page.input = listener) };
  const shown = {
    hidden: true,
    textContent: "",
    isOver: false,
    classList: { toggle: (name, isOn) => name === "error-text" && (shown.isOver = isOn) },
    dataset: {
      limit,
      count: "{count} of 10 characters",
      over: "{count} characters too many",
      overByOne: "1 character too many",
    },
  };
  const said = { textContent: "" };
  const page = { field, shown, said, timers: [] };
  vm.runInNewContext(SCRIPT, {
    Intl: intl,
    document: { getElementById: (id) => ({ id_message: field, characters: shown, "characters-said": said })[id] },
    addEventListener: (name, listener) => (page[name] = listener),
    setTimeout: (call, wait) => page.timers.push({ call, wait }),
    clearTimeout: (timer) => timer && (page.timers[timer - 1] = null),
  });
  page.type = (text) => {
    field.value = text;
    page.input();
  };
  page.pause = () => page.timers.splice(0).forEach((timer) => timer?.call());
  return page;
}

for (const [text, number] of [
  ["髙橋", 2],
  ["𠮷野家", 3],
  ["👩‍👩‍👧‍👦", 1],
  ["か\u3099", 1],
  ["葛󠄀城", 2],
  ["a\nb", 3],
]) {
  test(`${JSON.stringify(text)} is ${number} as people count`, () => {
    assert.equal(open({ typed: text }).shown.textContent, `${number} of 10 characters`);
  });
}

test("a browser that knows no characters counts at least no halves of them", () => {
  assert.equal(open({ typed: "𠮷野家", intl: undefined }).shown.textContent, "3 of 10 characters");
});

test("nothing is seen before something is typed, and nothing once it is gone", () => {
  const page = open();
  assert.equal(page.shown.hidden, true);
  page.type("a");
  assert.equal(page.shown.hidden, false);
  page.type("");
  assert.equal(page.shown.hidden, true);
});

test("far from the limit nothing is read out", () => {
  const page = open();
  page.type("123456789");
  page.pause();
  assert.equal(page.said.textContent, "");
});

test("near the limit the words are read out after a pause, once for all the typing before it", () => {
  const page = open();
  page.type("123456789a");
  page.type("123456789ab");
  assert.equal(page.said.textContent, "");
  assert.equal(page.timers.filter(Boolean).length, 1);
  assert.equal(page.timers.at(-1).wait, 1000);
  page.pause();
  assert.equal(page.said.textContent, "1 character too many");
});

test("past the limit it says by how many, and looks like an error", () => {
  const page = open();
  page.type("123456789abc");
  assert.equal(page.shown.textContent, "2 characters too many");
  assert.equal(page.shown.isOver, true);
  page.type("1");
  assert.equal(page.shown.isOver, false);
  page.pause();
  assert.equal(page.said.textContent, "");
});

test("what the browser brings back is counted", () => {
  const page = open();
  page.field.value = "12";
  page.pageshow();
  assert.equal(page.shown.textContent, "2 of 10 characters");
});
