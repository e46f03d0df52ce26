/* A decision without leaving the page: the notice's buttons, and those of other scripts of this site. Nothing closes
   before the decision is recorded; without this script every form works as any other. */

const PATIENCE = 10_000; // milliseconds
const root = document.documentElement;

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

// choice.js reads the cookie anew: it alone knows whether the browser kept the decision.
function look() {
  root.dataset.choice = "";
  document.dispatchEvent(new Event("choice"));
  return root.dataset.choice === "made";
}

function forgetCookie({ name, path, domain }) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=; max-age=0; path=${path}${domain ? `; domain=${domain}` : ""}${secure}`;
  // A page sees the cookies of its own path only (RFC 6265, section 5.1.4): of others it can't say that they are gone.
  const isInSight = location.pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
  return isInSight && !document.cookie.split("; ").some((cookie) => cookie.split("=")[0] === name);
}

function forgetKey({ kind, key }) {
  try {
    const storage = kind === "local" ? localStorage : sessionStorage;
    storage.removeItem(key);
    return storage.getItem(key) === null;
  } catch {
    return true; // blocked: nothing is kept for this site, and nothing is given back
  }
}

/** Delete what the server says is registered under purposes not agreed to; return the names of what may remain. */
export function forget(stored) {
  const isGone = (item) => (item.kind === "cookie" ? forgetCookie : forgetKey)(item);
  return stored.filter((item) => !isGone(item)).map(({ name, key }) => name ?? key);
}

/** Return the sentence about what may remain, or nothing: `words` with the names in place of {names}. */
export function leftInWords(words, names) {
  return names.length ? words.replace("{names}", () => new Intl.ListFormat(root.lang).format(names)) : "";
}

// What was decided, whether the browser kept it, and what may remain in the browser.
function tell(part, { decision, remove = [], address }, isKept) {
  const left = forget(remove);
  const words = part("result").dataset;
  const text = (left.length && words[`${decision}Left`]) || words[decision];
  part("result-text").textContent = isKept ? text : words.unkept;
  part("result-left").textContent = leftInWords(words.left, left);
  part("record").href = address;
}

/** Send a form that decides, and show in `place` what was recorded, or that nothing was. Return whether it was. */
export async function decide(place, form, button) {
  if (place.hasAttribute("aria-busy")) return false;
  const part = (name) => place.querySelector(`.notice-${name}`);
  const before = document.cookie;
  place.setAttribute("aria-busy", "true");
  part("problem").hidden = part("result").hidden = true;
  try {
    tell(part, await send(form, button), look());
    part("result").hidden = false;
    part("result").focus();
    return true;
  } catch {
    // An answer that was cut off may have brought the cookie: then it was recorded, and the page shows it.
    look();
    part("problem").hidden = document.cookie !== before;
    part("problem").scrollIntoView({ block: "nearest" });
    return false;
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function start(notice) {
  const [form, result] = [".notice-form", ".notice-result"].map((part) => notice.querySelector(part));

  form.addEventListener("submit", async (event) => {
    if (!event.submitter) return; // an old browser: it sends the form itself
    event.preventDefault();
    if (!(await decide(notice, form, event.submitter))) return;
    root.dataset.choice = "result";
    form.hidden = true;
  });

  // What the message says no longer holds: another tab decided.
  document.addEventListener("choice", () => {
    if (root.dataset.choice === "result" || notice.hasAttribute("aria-busy")) return;
    result.hidden = true;
    form.hidden = false;
  });

  notice.querySelector(".notice-hide").addEventListener("click", () => {
    notice.hidden = !look();
    document.querySelector("main")?.focus({ preventScroll: true });
  });
}

// A browser may give its signal to scripts alone: then every decision carries it, from here and from any page's form.
document.addEventListener("formdata", ({ formData }) => {
  if (root.dataset.signal === "gpc" && formData.has("notice")) formData.set("signal", "gpc");
});

// Without choice.js nobody can say what the browser kept, and half a page has no place to say it.
const notice = document.querySelector(".notice");
if (notice?.querySelector(".notice-hide") && root.dataset.choice) start(notice);
