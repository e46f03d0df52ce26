/* Whether this visitor has decided, and what was agreed to: known before the first paint, so that a notice never
   flashes. A page is the same for everybody; what differs is applied here. The rules of reading are those of
   consent/choice.py. */
(() => {
  const DAY = 864e5;
  const DAYS = 182;
  const IN_COOKIES = /(?:^|; ?)choice=([^;]*)/g;
  const VALUE =
    /^("?)((?:[-_a-zA-Z0-9]{1,32}=(?:-1|[0-9]{4}-[0-9]{2}-[0-9]{2})\|)+v=[0-9a-f]{12}\|d=[0-9]{4}-[0-9]{2}-[0-9]{2})\1$/;
  const root = document.documentElement;

  // Japan's date (it has no summer time), ten minutes ahead for a clock that is slow.
  const today = () => new Date(Date.now() + 9 * 36e5 + 6e5).toISOString().slice(0, 10);

  const isValid = (day) => {
    const time = Date.parse(day);
    const age = (Date.parse(today()) - time) / DAY;
    return age >= 0 && age <= DAYS && new Date(time).toISOString().startsWith(day);
  };

  // The purposes agreed to, or nothing where no decision answers what this page asks.
  const agreed = (cookies, register) => {
    const found = [...cookies.matchAll(IN_COOKIES)];
    const match = found.length === 1 && VALUE.exec(found[0][1]);
    if (!match) return;
    const pairs = match[2].split("|").map((pair) => pair.split("="));
    const { v, d, ...purposes } = Object.fromEntries(pairs);
    const isDecision =
      new Set(pairs.map(([name]) => name)).size === pairs.length &&
      v === register &&
      isValid(d) &&
      Object.values(purposes).every((answer) => answer === "-1" || answer === d);
    if (isDecision) return Object.keys(purposes).filter((name) => purposes[name] === d);
  };

  // "result": the notice tells what was just decided, and stays until it is closed.
  const look = () => {
    const found = agreed(document.cookie, root.dataset.register);
    root.dataset.agreed = (found ?? []).join(" ");
    if (root.dataset.choice !== "result") root.dataset.choice = found ? "made" : "ask";
  };

  look();
  if (navigator.globalPrivacyControl) root.dataset.signal = "gpc";
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("choice", look);
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

  // After the script above, which reads the choice at the same events.
  apply();
  document.addEventListener("choice", apply);
  document.addEventListener("visibilitychange", apply);
  addEventListener("pageshow", apply);
  const open = ({ target }) => target.className === "display" && import("./display.js").catch(() => {});
  document.addEventListener("toggle", open, true);
})();
