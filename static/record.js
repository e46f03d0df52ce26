/* Deletes what the browser holds for purposes that are not agreed to, after a decision sent without a script, and says
   what may remain. */

import { forget, leftInWords } from "./notice.js";

const result = document.querySelector("[data-remove]");

if (result) {
  const { remove, gone, left } = result.dataset;
  const names = forget(JSON.parse(remove));
  if (!names.length && gone) result.querySelector(".result-text").textContent = gone;
  result.querySelector(".result-left").textContent = leftInWords(left, names);
}
