/* The button that allows embedded content: a decision like any other, for what is agreed to already and what it needs.
   gates.js then opens the frame, here and in every tab. */

import { decide } from "./notice.js";

const root = document.documentElement;

function start(embed, form, button) {
  form.addEventListener("formdata", ({ formData }) => {
    const chosen = new Set(`${root.dataset.agreed} ${embed.dataset.needs}`.match(/\S+/g));
    chosen.forEach((purpose) => formData.append("purpose", purpose));
  });

  form.addEventListener("submit", (event) => {
    if (!event.submitter) return; // an old browser: it sends the form itself
    event.preventDefault();
    decide(embed, form, event.submitter);
  });

  button.hidden = false;
}

for (const embed of document.querySelectorAll(".embed")) {
  const [form, button] = [".embed-form", ".embed-allow"].map((part) => embed.querySelector(part));
  if (form && button && embed.querySelector(".notice-record") && root.dataset.choice) start(embed, form, button);
}
