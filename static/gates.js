/* Runs what was agreed to, each tag in a sealed frame of its own, and stops it the moment the agreement ends. choice.js
   says what is agreed to; where it says nothing, nothing runs. */

// A frame's own policy seals it too (consent/frames.py). Embedded content is sandboxed one frame further in: around it
// is a document in which no script runs, and a sandbox around that would take its own origin away.
const SEALS = { script: "allow-scripts", image: "" };
const root = document.documentElement;
let isAway = false;

const words = (text) => text?.match(/\S+/g) ?? [];

function isAgreed({ dataset }) {
  const [needs, agreed] = [words(dataset.needs), words(root.dataset.agreed)];
  return needs.length > 0 && needs.every((purpose) => agreed.includes(purpose));
}

function frameOf({ dataset }) {
  const frame = document.createElement("iframe");
  frame.className = "gate-frame";
  frame.title = dataset.title ?? "";
  if (dataset.kind !== "embed") frame.setAttribute("sandbox", SEALS[dataset.kind] ?? "");
  frame.src = dataset.address;
  return frame;
}

// A page that is made ahead of a visit is not visited yet.
const isOpen = (gate) => !isAway && !document.prerendering && isAgreed(gate);
const frameIn = (gate) => gate.querySelector(".gate-frame");

function open(gate) {
  if (isOpen(gate) && !frameIn(gate)) gate.append(frameOf(gate));
}

function update() {
  for (const gate of document.querySelectorAll("[data-gate]")) {
    const opens = isOpen(gate);
    const offer = gate.querySelector(".gate-offer");
    if (!opens) frameIn(gate)?.remove();
    else if (!frameIn(gate)) setTimeout(open, 0, gate); // a task each, so that a slow phone can answer in between
    if (offer) offer.hidden = opens;
  }
}

// A page put aside for the way back keeps no frame, which might send something before the page can look again.
function go(away) {
  isAway = away;
  update();
}

update();
document.addEventListener("choice", update);
document.addEventListener("prerenderingchange", update);
addEventListener("pagehide", () => go(true));
addEventListener("pageshow", () => go(false));
