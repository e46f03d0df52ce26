/* Runs what was agreed to, each tag in a sealed frame of its own, and stops it the moment the agreement ends. choice.js
   says what is agreed to; where it says nothing, nothing runs. */

// Around embedded content stands a document in which no script runs; for the rest see consent/frames.py.
const SEALS = { script: "allow-scripts", image: "", embed: "allow-scripts allow-same-origin" };
const root = document.documentElement;

const words = (text) => text?.match(/\S+/g) ?? [];

function isAgreed({ dataset }) {
  const [needs, agreed] = [words(dataset.needs), words(root.dataset.agreed)];
  return needs.length > 0 && needs.every((purpose) => agreed.includes(purpose));
}

function frameOf({ dataset }) {
  const frame = document.createElement("iframe");
  frame.className = "gate-frame";
  frame.title = dataset.title ?? "";
  frame.setAttribute("sandbox", SEALS[dataset.kind] ?? "");
  frame.src = dataset.address;
  return frame;
}

function update(isOpen) {
  for (const gate of document.querySelectorAll("[data-gate]")) {
    const frame = gate.querySelector(".gate-frame");
    const offer = gate.querySelector(".gate-offer");
    const opens = isOpen(gate);
    if (frame && !opens) frame.remove();
    if (!frame && opens) gate.append(frameOf(gate));
    if (offer) offer.hidden = opens;
  }
}

// A page that is made ahead of a visit is not visited yet.
const look = () => update((gate) => !document.prerendering && isAgreed(gate));

look();
document.addEventListener("choice", look);
document.addEventListener("prerenderingchange", look);
// A page put aside for the way back keeps no frame, which might send something before the page can look again.
addEventListener("pagehide", () => update(() => false));
