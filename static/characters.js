/* Counts the characters of the message as people do, so that an emoji is one, and says so without nagging: seen once
   something is typed; read out only near the limit, after a pause, and only when the words have changed. */

const NEAR = 0.9; // of the limit
const PAUSE = 1000; // milliseconds

const clusters = globalThis.Intl?.Segmenter && new Intl.Segmenter();
const count = (text) => [...(clusters ? clusters.segment(text) : text)].length;

function start(field, shown, said) {
  const { limit, ...sentences } = shown.dataset;
  let timer;

  const words = (number) => {
    const over = number - limit;
    if (over === 1) return sentences.overByOne;
    return (over > 0 ? sentences.over : sentences.count).replace("{count}", over > 0 ? over : number);
  };

  const say = (text) => {
    if (said.textContent !== text) said.textContent = text;
  };

  const update = () => {
    const number = count(field.value);
    shown.hidden = number === 0;
    shown.textContent = words(number);
    shown.classList.toggle("error-text", number > limit);
    clearTimeout(timer);
    timer = setTimeout(() => say(number > limit * NEAR ? shown.textContent : ""), PAUSE);
  };

  field.addEventListener("input", update);
  addEventListener("pageshow", update); // what "Back" brought back
  update();
}

start(...["id_message", "characters", "characters-said"].map((id) => document.getElementById(id)));
