/* The notice's buttons without leaving the page. The notice closes only once the decision is recorded; without this
   script the form works as any other. */

const PATIENCE = 10_000; // milliseconds

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  body.append(button.name, button.value);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      keepalive: true,
      redirect: "error",
      signal: abort.signal,
    });
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    const recorded = await answer.json();
    if (!recorded.record) throw new Error("no record");
    return recorded;
  } finally {
    clearTimeout(timer);
  }
}

function start(notice, form) {
  const root = document.documentElement;
  const part = (name) => notice.querySelector(`.notice-${name}`);
  const [problem, result] = [part("problem"), part("result")];
  let isBusy = false;

  // choice.js reads the cookie anew: it alone knows whether the browser kept the decision.
  const look = () => {
    root.dataset.choice = "";
    document.dispatchEvent(new Event("choice"));
    return root.dataset.choice === "made";
  };

  const show = (recorded) => {
    const isKept = look();
    root.dataset.choice = "result";
    form.hidden = true;
    result.hidden = false;
    part("record").href = recorded.address;
    part("result-text").textContent = result.dataset[isKept ? recorded.decision : "unkept"];
    result.focus();
  };

  form.addEventListener("submit", async (event) => {
    if (!event.submitter) return; // an old browser: it sends the form itself
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    problem.hidden = true;
    form.setAttribute("aria-busy", "true");
    try {
      show(await send(form, event.submitter));
    } catch {
      problem.hidden = false;
    } finally {
      isBusy = false;
      form.removeAttribute("aria-busy");
    }
  });

  part("hide").addEventListener("click", () => {
    notice.hidden = !look();
    result.hidden = true;
    form.hidden = false;
    document.querySelector("main").focus({ preventScroll: true });
  });
}

// A browser may give its signal to scripts alone: then every decision carries it, from here and from any page's form.
document.addEventListener("formdata", ({ formData }) => {
  if (document.documentElement.dataset.signal === "gpc" && formData.has("notice")) formData.set("signal", "gpc");
});

const notice = document.querySelector(".notice");
// Beside the page's own switches the answer is a page, so that they show what was decided.
if (notice && !document.querySelector("main [name=decision]")) start(notice, notice.querySelector(".notice-form"));
