/* Deletes what the browser holds for purposes that are not agreed to, after a decision sent without a script, and says
   what may remain. */

import { forget, leftInWords } from "./notice.js";

const result = document.querySelector("[data-remove]");
const [text, rest] = [".result-text", ".result-left"].map((part) => result?.querySelector(part));

if (text && rest) {
  const { remove, gone, left } = result.dataset;
  const names = forget(JSON.parse(remove));
  if (!names.length && gone) text.textContent = gone;
  rest.textContent = leftInWords(left, names);
}
