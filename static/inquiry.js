/**
 * Gives each press of "Check what you entered" a random number of its own. Who goes back from the done page, lets the
 * browser send the form again and presses "Send" once more then holds the same token: one inquiry, not two. Without
 * this script everything works; only that way back makes a second inquiry.
 */
const form = document.getElementById("inquiry");

form.addEventListener("submit", () => {
  const input = form.elements.namedItem("press") ?? form.appendChild(document.createElement("input"));
  input.type = "hidden";
  input.name = "press";
  input.value = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
});
