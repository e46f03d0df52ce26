/* Whether this visitor has decided: known before the first paint, so that a notice never flashes. A page is the same
   for everybody; what differs is applied here. The rules of reading are those of consent/choice.py. */
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

  const isMade = (cookies, register) => {
    const found = [...cookies.matchAll(IN_COOKIES)];
    const match = found.length === 1 && VALUE.exec(found[0][1]);
    if (!match) return false;
    const pairs = match[2].split("|").map((pair) => pair.split("="));
    const { v, d, ...purposes } = Object.fromEntries(pairs);
    return (
      new Set(pairs.map(([name]) => name)).size === pairs.length &&
      v === register &&
      isValid(d) &&
      Object.values(purposes).every((answer) => answer === "-1" || answer === d)
    );
  };

  // "result": the notice tells what was just decided, and stays until it is closed.
  const look = () => {
    if (root.dataset.choice !== "result") {
      root.dataset.choice = isMade(document.cookie, root.dataset.register) ? "made" : "ask";
    }
  };

  look();
  if (navigator.globalPrivacyControl) root.dataset.signal = "gpc";
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("choice", look);
})();
