/* The visitor's text size and colours. They last for the page; with agreement to usability this browser keeps them, and
   choice.js applies them before the first paint, and forgets them without. Loaded when the settings are first opened. */

const root = document.documentElement;
const box = document.querySelector(".display");
const status = box.querySelector("[role=status]");
const inputs = [...box.querySelectorAll("input")];
const KEY = "display";
const PLAIN = "standard device";

const setting = (name, plain) => root.dataset[name] ?? plain;
const settings = () => `${setting("text", "standard")} ${setting("colours", "device")}`;

function show() {
  const chosen = settings().split(" ");
  for (const input of inputs) input.checked = chosen.includes(input.value);
}

// Returns what came of it: the name of the sentence to say.
function keep() {
  if (!root.dataset.agreed.split(" ").includes("usability")) return "page";
  try {
    if (settings() === PLAIN) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, settings());
    return "kept";
  } catch {
    return "unkept";
  }
}

function choose({ name, value }) {
  root.dataset[name] = value;
  status.textContent = status.dataset[keep()];
}

box.addEventListener("change", ({ target }) => choose(target));

// Who agrees after choosing need not choose again.
document.addEventListener("choice", () => {
  if (settings() !== PLAIN) keep();
});

const close = () => (box.open = false);
box.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !box.open) return;
  close();
  box.querySelector("summary").focus();
});
box.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && !box.contains(relatedTarget)) close();
});
document.addEventListener("pointerdown", ({ target }) => {
  if (!box.contains(target)) close();
});

box.addEventListener("toggle", show);
inputs.filter((input) => input.checked && !input.defaultChecked).forEach(choose); // chosen before this was loaded
show();
