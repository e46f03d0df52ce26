// Runs one of the site's modules in a page made for a test, without node's own loader: imports come from the test.

import { readFileSync } from "node:fs";
import vm from "node:vm";

export const read = (name) => readFileSync(new URL(`../../static/${name}`, import.meta.url), "utf8");

// Returns what the module exports. `context` holds the page and whatever the module imports, by name.
export function run(name, context) {
  const names = [];
  const script = read(name)
    .replace(/^import \{[^}]*\} from "[^"]*";$/gm, "")
    .replace(/^export ((?:async )?function (\w+))/gm, (_all, rest, exported) => names.push(exported) && rest);
  return vm.runInNewContext(`${script}\n;({ ${names.join(", ")} })`, context);
}

// A part of a page as far as the scripts see it.
export class Element {
  constructor(parts = {}, properties = {}) {
    Object.assign(this, { parts, hidden: false, dataset: {}, attributes: {}, listeners: {} }, properties);
  }
  querySelector(selector) {
    return this.parts[selector] ?? null;
  }
  querySelectorAll(selector) {
    return this.parts[selector] ?? [];
  }
  addEventListener(name, listener) {
    (this.listeners[name] ??= []).push(listener);
  }
  fire(name, event = {}) {
    return Promise.all((this.listeners[name] ?? []).map((listener) => listener(event))).then(() => event);
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  hasAttribute(name) {
    return name in this.attributes;
  }
  removeAttribute(name) {
    delete this.attributes[name];
  }
  focus() {
    this.isFocused = true;
  }
  scrollIntoView() {
    this.isInView = !this.hidden;
  }
}

// A document whose event "choice" makes the page read the decision anew, as choice.js does.
export function documentWith(root, look, properties = {}) {
  const document = new Element({}, { documentElement: root, cookie: "", ...properties });
  document.addEventListener("choice", look);
  document.dispatchEvent = () => document.fire("choice");
  return document;
}
