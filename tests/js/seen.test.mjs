// static/seen.js: a page tells once that it was seen, and only where that was agreed to.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../static/seen.js", import.meta.url), "utf8");
const PHONE = { coarse: true, width: 390, height: 844 };
const TABLET = { coarse: true, width: 1180, height: 820 };
const DESKTOP = { coarse: false, width: 1920, height: 1080 };

// A page as far as the script sees it.
function open({ agreed = "usage", screen = DESKTOP, path = "/en/about/", fails = false, prerendering = false } = {}) {
  const page = { told: [], document: {}, window: {} };
  const listen = (kind) => (name, listener) => (page[kind][name] = listener);
  page.root = { dataset: { agreed } };
  page.doc = { documentElement: page.root, prerendering, addEventListener: listen("document") };
  vm.runInNewContext(SCRIPT, {
    document: page.doc,
    screen,
    location: { pathname: path },
    matchMedia: (query) => ({ matches: query === "(pointer: coarse)" && screen.coarse }),
    URLSearchParams,
    addEventListener: listen("window"),
    fetch: async (address, options) => {
      page.told.push({ address, ...options, body: String(options.body) });
      if (fails) throw new TypeError("Failed to fetch");
    },
  });
  return page;
}

test("tells the path and the kind of device, and nothing else", () => {
  const [told] = open().told;
  assert.equal(told.address, "/seen/");
  assert.equal(told.body, "page=%2Fen%2Fabout%2F&device=desktop");
  assert.deepEqual(
    [told.method, told.credentials, told.keepalive, told.redirect],
    ["POST", "same-origin", true, "error"],
  );
  assert.deepEqual(Object.keys(told.headers), ["Accept"]);
});

for (const [kind, screen] of [["phone", PHONE], ["tablet", TABLET], ["desktop", DESKTOP]]) {
  test(`a ${kind} says so`, () => assert.match(open({ screen }).told[0].body, new RegExp(`device=${kind}$`)));
}

for (const agreed of ["", "usability", "usability advertising sharing", "usages", "no-usage"]) {
  test(`without agreement nothing is sent: "${agreed}"`, () => assert.equal(open({ agreed }).told.length, 0));
}

test("once for a page, however often the choice is looked at", () => {
  const page = open({ agreed: "usability usage" });
  page.document.choice();
  page.window.pageshow({ persisted: false });
  assert.equal(page.told.length, 1);
});

test("a page whose visitor agrees while it is open counts then, and after a withdrawal never again", () => {
  const page = open({ agreed: "" });
  page.root.dataset.agreed = "usage";
  page.document.choice();
  assert.equal(page.told.length, 1);
  page.root.dataset.agreed = "";
  page.document.choice();
  page.window.pageshow({ persisted: true });
  assert.equal(page.told.length, 1);
});

test("a page that the back button brings up again is seen again", () => {
  const page = open();
  page.window.pageshow({ persisted: true });
  assert.equal(page.told.length, 2);
});

test("a page made ready in advance is counted when it is shown", () => {
  const page = open({ prerendering: true });
  page.window.pageshow({ persisted: false });
  assert.equal(page.told.length, 0);
  page.doc.prerendering = false;
  page.document.prerenderingchange();
  assert.equal(page.told.length, 1);
});

test("a server that does not answer troubles nobody", async () => {
  const page = open({ fails: true });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(page.told.length, 1);
});

test("reads nothing that could tell a visitor apart", () => {
  assert.doesNotMatch(SCRIPT, /cookie|Storage|userAgent|referrer|language|Date|random|navigator/);
});
