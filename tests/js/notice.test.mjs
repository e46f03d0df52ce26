// static/notice.js: the notice closes only once the decision is recorded, and says so where it is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Element, documentWith, read, run } from "./module.mjs";

const RECORDED = {
  record: "019ab",
  address: "/en/privacy/choices/records/019ab/",
  decision: "agree",
  agreed: ["usability"],
  valid_until: "2027-05-25",
  remove: [],
};
const WORDS = {
  agree: "agreed",
  refuse: "refused",
  choose: "chosen",
  withdraw: "withdrawn and deleted",
  withdrawLeft: "withdrawn",
  unkept: "unkept",
  left: "left: {names}.",
};

// The browser's own store: `stuck` names can't be deleted.
function storage(items = {}, stuck = []) {
  return {
    items,
    getItem: (key) => items[key] ?? null,
    removeItem: (key) => {
      if (!stuck.includes(key)) delete items[key];
    },
  };
}

// What a page's script sees of a cookie jar; `stuck` names can't be deleted.
function jar(items = {}, stuck = []) {
  const written = [];
  return {
    items,
    written,
    get: () => Object.entries(items).map((pair) => pair.join("=")).join("; "),
    set: (text) => {
      written.push(text);
      const name = text.split("=")[0];
      if (text.includes("max-age=0") && !stuck.includes(name)) delete items[name];
    },
  };
}

// A page with the notice; `fetch` answers, and the browser keeps the cookie or not.
function open({ fetch, keeps = true, isWhole = true, choice = "ask", cookies = jar(), local, session, ...more }) {
  const form = new Element({}, { action: "/en/privacy/choices/" });
  const result = new Element({}, { hidden: true, dataset: { ...WORDS } });
  const parts = {
    ".notice-form": form,
    ".notice-problem": new Element({}, { hidden: true }),
    ".notice-result": result,
    ".notice-result-text": new Element(),
    ".notice-result-left": new Element(),
    ".notice-record": new Element(),
    ".notice-hide": isWhole ? new Element() : null,
  };
  const notice = new Element(parts);
  const main = new Element();
  const root = new Element({}, { lang: "en", dataset: { choice } });
  const page = { form, result, notice, main, root, parts, cookies, asked: [], timers: [] };
  page.document = documentWith(root, () => {
    if (root.dataset.choice !== "result") root.dataset.choice = "choice" in cookies.items ? "made" : "ask";
  });
  page.document.parts = { ".notice": notice, main };
  Object.defineProperty(page.document, "cookie", { get: cookies.get, set: cookies.set });
  page.exports = run("notice.js", {
    document: page.document,
    location: { protocol: "https:", pathname: "/en/about/" },
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
    localStorage: local ?? storage(),
    sessionStorage: session ?? storage(),
    fetch: async (address, options) => {
      page.asked.push({ address, options });
      const answer = await fetch(options);
      if (answer.status === 200 && keeps) cookies.items.choice = "kept";
      return answer;
    },
    ...more,
  });
  page.press = (value) => {
    const event = { submitter: { name: "decision", value }, preventDefault: () => (event.isPrevented = true) };
    return form.fire("submit", event);
  };
  page.text = () => parts[".notice-result-text"].textContent;
  page.left = () => parts[".notice-result-left"].textContent;
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
    assert.deepEqual([page.text(), page.left()], [words, ""]);
    assert.equal(page.parts[".notice-record"].href, RECORDED.address);
    assert.deepEqual([page.form.hidden, page.result.hidden, page.result.isFocused], [true, false, true]);
    assert.equal(page.root.dataset.choice, "result");
    assert.ok(page.timers[0].isCleared);
  });
}

test("says so where the browser keeps no cookie", async () => {
  const page = open({ fetch: ok(), keeps: false });
  await page.press("agree");
  assert.equal(page.text(), "unkept");
});

test("closing the message closes the notice and moves on to the page", async () => {
  const page = open({ fetch: ok() });
  await page.press("agree");
  await page.parts[".notice-hide"].fire("click");
  assert.equal(page.root.dataset.choice, "made");
  assert.ok(page.main.isFocused);
});

test("closing the message closes the notice for this page where no cookie is kept", async () => {
  const page = open({ fetch: ok(), keeps: false });
  await page.press("refuse");
  await page.parts[".notice-hide"].fire("click");
  assert.equal(page.root.dataset.choice, "ask");
  assert.ok(page.notice.hidden);
});

test("a message that no longer holds makes room for the question", async () => {
  const page = open({ fetch: ok() });
  await page.press("agree");
  page.root.dataset.choice = "ask"; // what choice.js does once the browser has lost the decision
  delete page.cookies.items.choice;
  await page.document.fire("choice");
  assert.deepEqual([page.result.hidden, page.form.hidden], [true, false]);
});

const FAILURES = {
  "no answer": async () => {
    throw new TypeError("Failed to fetch");
  },
  "a server error": async () => ({ status: 500, json: async () => RECORDED }),
  "a database that is down": async () => ({ status: 503, json: async () => RECORDED }),
  "a page instead of an answer": async () => ({ status: 202, json: async () => JSON.parse("<!doctype html>") }),
  "an answer without a record": async () => ({ status: 201, json: async () => ({}) }),
};
for (const [name, fetch] of Object.entries(FAILURES)) {
  test(`the notice stays and says so: ${name}`, async () => {
    const page = open({ fetch });
    await page.press("agree");
    assert.deepEqual([page.parts[".notice-problem"].hidden, page.form.hidden, page.result.hidden], [false, false, true]);
    assert.ok(page.parts[".notice-problem"].isInView);
    assert.equal(page.root.dataset.choice, "ask");
    await page.press("agree");
    assert.equal(page.asked.length, 2, "the buttons work again");
  });
}

for (const [name, json] of [
  ["that broke off", async () => JSON.parse('{"rec')],
  ["without a record", async () => ({})],
]) {
  test(`an answer ${name} after the browser kept the decision does not say that nothing was recorded`, async () => {
    const page = open({ fetch: async () => ({ status: 200, json }) });
    await page.press("agree");
    assert.ok(page.parts[".notice-problem"].hidden);
    assert.equal(page.root.dataset.choice, "made", "and the notice goes");
  });

  test(`an answer ${name} where the browser kept nothing says so`, async () => {
    const page = open({ fetch: async () => ({ status: 200, json }), keeps: false });
    await page.press("agree");
    assert.equal(page.parts[".notice-problem"].hidden, false);
    assert.equal(page.root.dataset.choice, "ask");
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
  assert.equal(page.notice.attributes["aria-busy"], "true");
  answer(await ok({ decision: "refuse" })());
  await first;
  assert.equal(page.asked.length, 1);
  assert.equal(page.notice.attributes["aria-busy"], undefined);
});

test("a browser that does not say which button it was sends the form itself", async () => {
  const page = open({ fetch: ok() });
  await page.form.fire("submit", { preventDefault: () => assert.fail("the form must be sent") });
  assert.equal(page.asked.length, 0);
});

test("half a page, a page without the notice, and one without choice.js are left as they are", () => {
  assert.equal(open({ fetch: ok(), isWhole: false }).form.listeners.submit, undefined);
  assert.equal(open({ fetch: ok(), choice: "" }).form.listeners.submit, undefined);
  const document = documentWith(new Element(), () => {});
  run("notice.js", { document });
});

test("writes no markup", () => {
  for (const name of ["notice.js", "gates.js", "embed.js", "choices.js", "record.js"]) {
    assert.doesNotMatch(read(name), /innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\b|\.style\b/);
  }
});

test("a decision carries the browser's signal, and no other form does", () => {
  const page = open({ fetch: ok() });
  const sent = (names, signal) => {
    page.root.dataset.signal = signal;
    const formData = new Map(names.map((name) => [name, "x"]));
    page.document.fire("formdata", { formData });
    return formData.get("signal");
  };
  assert.equal(sent(["notice"], "gpc"), "gpc");
  assert.equal(sent(["notice"], undefined), undefined);
  assert.equal(sent(["message"], "gpc"), undefined);
});

const cookie = (name, path = "/", domain = "") => ({ kind: "cookie", name, path, domain });

test("what was refused is deleted, and nothing else", async () => {
  const [local, session] = [storage({ display: "1", other: "2" }), storage({ seen: "3", display: "4" })];
  const cookies = jar({ seen: "1", seen2: "2" });
  const remove = [cookie("seen"), { kind: "local", key: "display" }, { kind: "session", key: "seen" }];
  const page = open({ fetch: ok({ decision: "refuse", remove }), cookies, local, session });
  await page.press("refuse");
  assert.deepEqual([page.text(), page.left()], ["refused", ""]);
  assert.deepEqual([local.items, session.items], [{ other: "2" }, { display: "4" }]);
  assert.deepEqual(cookies.items, { seen2: "2", choice: "kept" });
});

test("a cookie is deleted where it was set, over https only", async () => {
  const page = open({ fetch: ok({ remove: [cookie("a"), cookie("b", "/en/", ".example.jp")] }) });
  await page.press("agree");
  assert.deepEqual(page.cookies.written, [
    "a=; max-age=0; path=/; secure",
    "b=; max-age=0; path=/en/; domain=.example.jp; secure",
  ]);
  const local = open({ fetch: ok({ remove: [cookie("a")] }), location: { protocol: "http:", pathname: "/" } });
  await local.press("agree");
  assert.deepEqual(local.cookies.written, ["a=; max-age=0; path=/"]);
});

test("what could not be deleted is named, and nothing is claimed to be deleted", async () => {
  const cookies = jar({ seen: "1" }, ["seen"]);
  const local = storage({ display: "1", "$&": "2" }, ["display", "$&"]);
  const remove = [cookie("seen"), { kind: "local", key: "display" }, { kind: "local", key: "$&" }];
  const page = open({ fetch: ok({ decision: "withdraw", remove }), cookies, local });
  await page.press("withdraw");
  assert.deepEqual([page.text(), page.left()], ["withdrawn", "left: seen, display, and $&."]);
});

test("a withdrawal says that everything was deleted only where it was", async () => {
  const page = open({ fetch: ok({ decision: "withdraw", remove: [cookie("seen")] }), cookies: jar({ seen: "1" }) });
  await page.press("withdraw");
  assert.deepEqual([page.text(), page.left()], ["withdrawn and deleted", ""]);
});

test("a cookie of another path can't be seen, and so is not said to be gone", async () => {
  for (const [path, left] of [["/", ""], ["/en/", ""], ["/en", ""], ["/en/about/", ""], ["/en/ab", "x"], ["/privacy/", "x"]]) {
    const page = open({ fetch: ok({ remove: [cookie("x", path)] }) });
    await page.press("agree");
    assert.equal(page.left(), left && `left: ${left}.`, path);
  }
});

test("a browser that blocks its storage keeps nothing that could be left", async () => {
  const context = { document: documentWith(new Element(), () => {}) };
  Object.defineProperty(context, "localStorage", {
    get: () => {
      throw new Error("SecurityError");
    },
  });
  const { forget } = run("notice.js", context);
  assert.equal(forget([{ kind: "local", key: "display" }]).length, 0);
});

test("names are joined as the page's language joins them", () => {
  const page = open({ fetch: ok() });
  page.root.lang = "ja";
  assert.equal(page.exports.leftInWords("{names}が残っています。", ["a", "b"]), "a、bが残っています。");
  assert.equal(page.exports.leftInWords("{names}が残っています。", []), "");
});
