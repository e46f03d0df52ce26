// static/choices.js: the page shows what is recorded; static/embed.js and static/record.js: the same decision elsewhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Element, documentWith, run } from "./module.mjs";

// The page of switches; `fetch` gives the page anew as [state, ok].
function open({ shown = "ask", choice = "ask", agreed = "", fetch = async () => [shown, true], isWhole = true } = {}) {
  const root = new Element({}, { dataset: { choice, agreed } });
  const main = new Element({ ".notice-record": isWhole ? new Element() : null });
  const part = (state) => new Element({}, { dataset: { shown: state }, replaceWith: (other) => show(other) });
  const show = (other) => (main.parts["[data-shown]"] = other);
  show(part(shown));
  const document = documentWith(root, () => {});
  document.parts = { main };
  const page = { main, fetched: 0, decided: [], shown: () => main.querySelector("[data-shown]").dataset.shown };
  run("choices.js", {
    document,
    location: { pathname: "/en/privacy/choices/" },
    decide: (...all) => page.decided.push(all),
    fetch: async (address) => {
      assert.equal(address, "/en/privacy/choices/");
      page.fetched += 1;
      const [state, isOk] = await fetch();
      return { ok: isOk, status: isOk ? 200 : 503, text: async () => state };
    },
    DOMParser: class {
      parseFromString = (state) => new Element({ "[data-shown]": state ? part(state) : null });
    },
  });
  page.decideElsewhere = async (now, purposes) => {
    Object.assign(root.dataset, { choice: now, agreed: purposes });
    await document.fire("choice");
  };
  return page;
}

test("a page that shows what is recorded asks for nothing", async () => {
  const page = open({ shown: "made usage", choice: "made", agreed: "usage" });
  await page.decideElsewhere("made", "usage");
  assert.equal(page.fetched, 0);
});

test("a decision in another tab is shown", async () => {
  const page = open({ fetch: async () => ["made usage", true] });
  await page.decideElsewhere("made", "usage");
  assert.deepEqual([page.shown(), page.fetched], ["made usage", 1]);
});

test("a message of the notice is a decision made", async () => {
  const page = open({ fetch: async () => ["made", true] });
  await page.decideElsewhere("result", "");
  assert.equal(page.shown(), "made");
});

test("a page that was stale when it was restored is shown anew", async () => {
  const page = open({ shown: "made usage", fetch: async () => ["ask", true] });
  await new Promise(setImmediate);
  assert.equal(page.shown(), "ask");
});

test("where page and script differ for good it is asked once, not for ever", async () => {
  const page = open({ shown: "made usage sharing", choice: "made", agreed: "usage" });
  for (let time = 0; time < 3; time += 1) await page.decideElsewhere("made", "usage");
  assert.equal(page.fetched, 1);
});

test("without an answer the page stays, and is asked for again", async () => {
  const answers = [["made usage", false], ["", true], ["made usage", true]];
  const page = open({ fetch: async () => answers.shift() });
  for (const seen of ["ask", "ask", "made usage"]) {
    await page.decideElsewhere("made", "usage");
    assert.equal(page.shown(), seen);
  }
});

test("an answer that comes late shows nothing that was undone since", async () => {
  let answer;
  const page = open({ shown: "made", choice: "made", fetch: () => new Promise((resolve) => (answer = resolve)) });
  const first = page.decideElsewhere("made", "usage");
  await page.decideElsewhere("made", "");
  answer(["made usage", true]);
  await first;
  assert.equal(page.shown(), "made");
});

test("every button of the page decides in place; a browser that names no button sends the form itself", async () => {
  const page = open();
  const [form, submitter] = [new Element(), { name: "decision", value: "withdraw" }];
  const event = { target: form, submitter, preventDefault: () => (event.isPrevented = true) };
  await page.main.fire("submit", event);
  assert.deepEqual(page.decided, [[page.main, form, submitter]]);
  assert.ok(event.isPrevented);
  for (const other of [undefined, null, { name: "search" }]) {
    await page.main.fire("submit", { submitter: other, preventDefault: () => assert.fail("the form must be sent") });
  }
});

test("half a page, and one without choice.js, are left as they are", () => {
  for (const page of [open({ isWhole: false }), open({ choice: "" })]) assert.deepEqual(page.main.listeners, {});
  run("choices.js", { document: documentWith(new Element(), () => {}) });
});

function embed({ agreed = "", needs = "usage sharing", choice = "ask", isWhole = true } = {}) {
  const root = new Element({}, { dataset: { choice, agreed } });
  const [form, button] = [new Element(), new Element({}, { hidden: true })];
  const record = isWhole ? new Element() : null;
  const parts = { ".embed-form": form, ".embed-allow": button, ".notice-record": record };
  const place = new Element(parts, { dataset: { needs } });
  const document = documentWith(root, () => {});
  document.parts = { ".embed": [place] };
  const page = { place, form, button, decided: [] };
  run("embed.js", { document, decide: (...all) => page.decided.push(all) });
  return page;
}

test("allowing embedded content adds what it needs to what is agreed to", () => {
  for (const [agreed, sent] of [["", ["usage", "sharing"]], ["usability usage", ["usability", "usage", "sharing"]]]) {
    const page = embed({ agreed });
    const formData = { purposes: [], append: (name, value) => formData.purposes.push(name, value) };
    page.form.fire("formdata", { formData });
    assert.deepEqual(formData.purposes, sent.flatMap((purpose) => ["purpose", purpose]));
  }
});

test("the button is there only where it works", async () => {
  const page = embed();
  assert.equal(page.button.hidden, false);
  const submitter = { name: "decision", value: "choose" };
  await page.form.fire("submit", { submitter, preventDefault() {} });
  assert.deepEqual(page.decided, [[page.place, page.form, submitter]]);
  await page.form.fire("submit", { preventDefault: () => assert.fail("the form must be sent") });
  for (const broken of [embed({ isWhole: false }), embed({ choice: "" })]) {
    assert.equal(broken.button.hidden, true);
  }
});

function record(left, dataset) {
  const [text, rest] = [new Element({}, { textContent: "withdrawn" }), new Element({}, { textContent: "" })];
  const result = new Element({ ".result-text": text, ".result-left": rest }, { dataset });
  const document = documentWith(new Element(), () => {});
  document.parts = { "[data-remove]": dataset ? result : null };
  const forgotten = [];
  run("record.js", {
    document,
    forget: (stored) => forgotten.push(...stored) && left,
    leftInWords: (words, names) => (names.length ? words.replace("{names}", names) : ""),
  });
  return { text: text.textContent, left: rest.textContent, forgotten: JSON.stringify(forgotten) };
}

test("the record's page deletes what it is told to, and says what is left", () => {
  const remove = JSON.stringify([{ kind: "local", key: "display" }]);
  const words = { remove, gone: "withdrawn and deleted", left: "left: {names}" };
  assert.deepEqual(record([], words), {
    text: "withdrawn and deleted",
    left: "",
    forgotten: remove,
  });
  const other = record(["display"], words);
  assert.deepEqual([other.text, other.left], ["withdrawn", "left: display"]);
  assert.equal(record([], { ...words, gone: "" }).text, "withdrawn", "only a withdrawal claims that it deleted");
  assert.equal(record([], undefined).forgotten, "[]");
});
