/* The visitor's switches without leaving the page, which always shows what is recorded: after a decision here, in the
   notice or in another tab, what it shows is fetched anew. Without this script every form works as any other. */

import { decide } from "./notice.js";

const root = document.documentElement;
const recorded = () => `${root.dataset.choice === "ask" ? "ask" : "made"} ${root.dataset.agreed}`.trim();

async function fetchShown() {
  const answer = await fetch(location.pathname, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = page.querySelector("[data-shown]");
  if (!answer.ok || !shown) throw new Error(`answered ${answer.status}`);
  return shown;
}

function start(main) {
  const shown = () => main.querySelector("[data-shown]");
  let asked;

  async function refresh() {
    const state = recorded();
    if (state === asked || state === shown().dataset.shown) return;
    asked = state; // once: the two may differ for good, as where the browser gives its signal to scripts alone
    try {
      const fresh = await fetchShown();
      if (state === recorded()) shown().replaceWith(fresh);
    } catch {
      asked = undefined; // tried again when the page is next looked at
    }
  }

  main.addEventListener("submit", (event) => {
    if (event.submitter?.name !== "decision") return;
    event.preventDefault();
    decide(main, event.target, event.submitter);
  });

  document.addEventListener("choice", refresh);
  refresh();
}

const main = document.querySelector("main");
if (main?.querySelector("[data-shown]") && main.querySelector(".notice-record") && root.dataset.choice) start(main);
