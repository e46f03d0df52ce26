// static/inquiry.js gives each press of the button a number of its own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../static/inquiry.js", import.meta.url), "utf8");

function open() {
  const inputs = [];
  const form = {
    elements: { namedItem: (name) => inputs.find((input) => input.name === name) ?? null },
    appendChild: (input) => inputs[inputs.push(input) - 1],
    addEventListener: (_name, listener) => (form.submit = listener),
  };
  const document = { getElementById: () => form, createElement: () => ({}) };
  vm.runInNewContext(SCRIPT, { document, crypto, Uint32Array, Array });
  return { form, inputs };
}

test("each press has another number, in one hidden input", () => {
  const { form, inputs } = open();
  form.submit();
  const first = inputs[0].value;
  form.submit();
  assert.equal(inputs.length, 1);
  assert.deepEqual([inputs[0].type, inputs[0].name], ["hidden", "press"]);
  assert.match(first, /^[0-9a-z]+(-[0-9a-z]+){3}$/);
  assert.notEqual(inputs[0].value, first);
});
