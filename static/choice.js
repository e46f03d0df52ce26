/* Whether this visitor has decided, and what was agreed to: known before the first paint, so that a notice never
   flashes. A page is the same for everybody; what differs is applied here. The rules of reading are those of
   consent/choice.py. The event "choice" says that the decision may have changed; whoever sends it, this script reads
   the cookie before anybody else hears of it. */
(() => {
  const DAY = 864e5;
  const DAYS = 182;
  const IN_COOKIES = /(?:^|; ?)choice=([^;]*)/g;
  const VALUE =
    /^("?)((?:[-_a-zA-Z0-9]{1,32}=(?:-1|[0-9]{4}-[0-9]{2}-[0-9]{2})\|)+v=[0-9a-f]{12}\|d=[0-9]{4}-[0-9]{2}-[0-9]{2})(\|s=gpc)?\1$/;
  const SIGNAL_REFUSES = ["advertising", "sharing"];
  const root = document.documentElement;
  let channel;
  let read;

  // Japan's date (it has no summer time), ten minutes ahead for a clock that is slow.
  const today = () => new Date(Date.now() + 9 * 36e5 + 6e5).toISOString().slice(0, 10);

  const isValid = (day) => {
    const time = Date.parse(day);
    const age = (Date.parse(today()) - time) / DAY;
    return age >= 0 && age <= DAYS && new Date(time).toISOString().startsWith(day);
  };

  // The purposes agreed to, or nothing where no decision answers what this page asks. Where one answered what was asked
  // before, the notice says what changed.
  const agreed = (cookies, register) => {
    delete root.dataset.again;
    const found = [...cookies.matchAll(IN_COOKIES)];
    const match = found.length === 1 && VALUE.exec(found[0][1]);
    if (!match) return;
    const pairs = match[2].split("|").map((pair) => pair.split("="));
    const { v, d, ...purposes } = Object.fromEntries(pairs);
    const answers = Object.values(purposes);
    const isDecision =
      new Set(pairs.map(([name]) => name)).size === pairs.length &&
      isValid(d) &&
      answers.every((answer) => answer === "-1" || answer === d);
    if (isDecision && v !== register) root.dataset.again = "";
    if (!isDecision || v !== register) return;
    const refused = root.dataset.signal && !match[3] ? SIGNAL_REFUSES : [];
    return Object.keys(purposes).filter((name) => purposes[name] === d && !refused.includes(name));
  };

  // "result": the notice tells what was just decided, and stays until it is closed or that no longer holds.
  const look = () => {
    if (navigator.globalPrivacyControl) root.dataset.signal = "gpc";
    const { cookie } = document;
    const found = agreed(cookie, root.dataset.register);
    const names = (found ?? []).join(" ");
    if (root.dataset.choice !== "result" || root.dataset.agreed !== names) root.dataset.choice = found ? "made" : "ask";
    root.dataset.agreed = names;
    if (cookie === read) return;
    read = cookie;
    channel?.postMessage(null);
  };

  const tell = () => document.dispatchEvent(new Event("choice"));

  // Every open tab hears of a decision at once, and of one that a form made when the next page is shown. Not before the
  // first paint; and not while the page is put aside, for an open channel can keep it from being kept.
  const listen = () => {
    if (!window.BroadcastChannel || channel) return;
    channel = new BroadcastChannel("choice");
    channel.onmessage = tell;
    channel.postMessage(null);
  };

  look();
  document.addEventListener("choice", look);
  document.addEventListener("visibilitychange", tell);
  addEventListener("load", () => window.cookieStore?.addEventListener("change", tell));
  addEventListener("pageshow", () => {
    listen();
    tell();
  });
  addEventListener("pagehide", () => {
    channel?.close();
    channel = undefined;
  });
})();

/* What agreement allows this site itself: text size and colours that this browser keeps, applied before the first paint
   and forgotten without it; and telling that the page was seen. What is seldom needed is loaded only then. */
(() => {
  const DISPLAY = /^(standard|large|largest) (device|light|dark)$/;
  const root = document.documentElement;

  const display = (isAgreed) => {
    try {
      if (!isAgreed) return localStorage.removeItem("display");
      const [, text, colours] = DISPLAY.exec(localStorage.getItem("display")) ?? [];
      if (text) Object.assign(root.dataset, { text, colours });
    } catch {} // a browser that keeps nothing
  };

  const apply = () => {
    const agreed = root.dataset.agreed.split(" ");
    display(agreed.includes("usability"));
    if (agreed.includes("usage") && "counted" in root.dataset) import("./seen.js").catch(() => {});
  };

  // After the script above, which reads the choice first.
  apply();
  document.addEventListener("choice", apply);
  const open = ({ target }) => target.className === "display" && import("./display.js").catch(() => {});
  document.addEventListener("toggle", open, true);
})();
