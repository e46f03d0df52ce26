/* Whether this visitor has decided, and what was agreed to: known before the first paint, so that a notice never flashes
   and remembered colours don't either. A page is the same for everybody; what differs is applied here. The rules of
   reading are those of consent/choice.py. */
(() => {
  const DAY = 864e5;
  const DAYS = 182;
  const IN_COOKIES = /(?:^|; ?)choice=([^;]*)/g;
  const VALUE =
    /^("?)((?:[-_a-zA-Z0-9]{1,32}=(?:-1|[0-9]{4}-[0-9]{2}-[0-9]{2})\|)+v=[0-9a-f]{12}\|d=[0-9]{4}-[0-9]{2}-[0-9]{2})\1$/;
  const DISPLAY = /^(standard|large|largest) (device|light|dark)$/;
  const root = document.documentElement;

  // Japan's date (it has no summer time), ten minutes ahead for a clock that is slow.
  const today = () => new Date(Date.now() + 9 * 36e5 + 6e5).toISOString().slice(0, 10);

  const isValid = (day) => {
    const time = Date.parse(day);
    const age = (Date.parse(today()) - time) / DAY;
    return age >= 0 && age <= DAYS && new Date(time).toISOString().startsWith(day);
  };

  // The purposes agreed to, or null where no decision answers what is asked now.
  const agreedTo = (cookies, register) => {
    const found = [...cookies.matchAll(IN_COOKIES)];
    const match = found.length === 1 && VALUE.exec(found[0][1]);
    if (!match) return null;
    const pairs = match[2].split("|").map((pair) => pair.split("="));
    const { v, d } = Object.fromEntries(pairs);
    const purposes = pairs.slice(0, -2);
    const isMade =
      new Set(pairs.map(([name]) => name)).size === pairs.length &&
      v === register &&
      isValid(d) &&
      purposes.every(([, answer]) => answer === "-1" || answer === d);
    return isMade ? purposes.filter(([, answer]) => answer === d).map(([name]) => name) : null;
  };

  // Text size and colours: kept only where usability is agreed to, and forgotten where it is not any more.
  const applyDisplay = (isAgreed) => {
    try {
      if (!isAgreed) return localStorage.removeItem("display");
      const [, text, colours] = DISPLAY.exec(localStorage.getItem("display")) ?? [];
      if (text) Object.assign(root.dataset, { text, colours });
    } catch {} // a browser that keeps nothing
  };

  // "result": the notice tells what was just decided, and stays until it is closed.
  const look = () => {
    const agreed = agreedTo(document.cookie, root.dataset.register);
    root.dataset.agreed = (agreed ?? []).join(" ");
    if (root.dataset.choice !== "result") root.dataset.choice = agreed ? "made" : "ask";
    applyDisplay(agreed?.includes("usability"));
    if (agreed?.includes("usage") && "counted" in root.dataset) import("./seen.js").catch(() => {});
  };

  look();
  if (navigator.globalPrivacyControl) root.dataset.signal = "gpc";
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("choice", look);
  const open = ({ target }) => target.className === "display" && import("./display.js").catch(() => {});
  document.addEventListener("toggle", open, true);
})();
