/* Enters the address of a postal code without leaving the page. Without this script, and in a browser that is too old
   for it, the button sends the form, and the page comes back with the address in it. */

const PATIENCE = 10_000; // milliseconds

const button = document.getElementById("look-up");
const answer = document.getElementById("postal-answer");
const towns = document.getElementById("towns");
const form = document.getElementById("inquiry");
const code = document.getElementById("id_postal_code");
const address = document.getElementById("id_address");
let isBusy = false;

// The address goes along, because nothing that was typed in it may be lost.
async function ask(town) {
  const body = new URLSearchParams({ postal_code: code.value, address: address.value, town });
  const headers = { Accept: "application/json" };
  const signal = AbortSignal.timeout(PATIENCE);
  const options = { method: "POST", body, headers, credentials: "omit", redirect: "error", signal };
  const response = await fetch(button.formAction, options);
  if (response.status !== 200 && response.status !== 422) throw new Error(`answered ${response.status}`);
  return response.json();
}

function tell(message, isProblem) {
  answer.setAttribute("role", isProblem ? "alert" : "none");
  answer.classList.toggle("error-text", isProblem);
  answer.textContent = message;
}

// A field whose words say what happened: they are read out with it.
function lead(field) {
  field.setAttribute("aria-describedby", `postal-answer ${field.id}_helptext`);
  field.focus();
}

function offer(names) {
  const choices = names.map((name) => {
    const choice = button.cloneNode();
    choice.removeAttribute("id");
    Object.assign(choice, { name: "town", value: name, textContent: name });
    return choice;
  });
  towns.replaceChildren(...choices);
  towns.hidden = choices.length === 0;
}

function show(found) {
  offer(found.towns ?? []);
  tell(found.problem ?? found.message, "problem" in found);
  if ("problem" in found) return lead(code);
  if (found.towns.length) return towns.focus();
  address.value = found.address;
  lead(address);
  address.setSelectionRange(address.value.length, address.value.length);
}

async function lookUp(town) {
  if (isBusy) return;
  isBusy = true;
  address.readOnly = true; // so that nothing typed meanwhile is written over
  try {
    show(await ask(town));
  } catch {
    offer([]);
    tell(button.dataset.failed, true);
  } finally {
    address.readOnly = false;
    isBusy = false;
  }
}

form.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (pressed?.formAction !== button.formAction || !AbortSignal.timeout) return;
  event.preventDefault();
  lookUp(pressed.value);
});
