// A field that shows, while words are typed, what could be meant: chosen by arrow keys, Enter or the pointer.
const WAIT = 120; // milliseconds after the last letter
const SHORTEST = 2;

// `ask` gives the address for the words typed, `draw` fills an option, `take` does what choosing one is for.
export function combobox(input, list, { ask, draw, take }) {
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let timer = 0;
  let asked = 0;
  let chosen = -1;

  const mark = (index) => {
    chosen = index;
    [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === index)));
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[index].id);
  };

  const open = (is) => {
    list.hidden = !is;
    input.setAttribute("aria-expanded", String(is));
    mark(-1);
  };

  const show = (results) => {
    list.replaceChildren(...results.map((result, n) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${n}`;
      option.setAttribute("role", "option");
      draw(option, result);
      return option;
    }));
    open(results.length > 0);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words.length < SHORTEST) return open(false);
    timer = setTimeout(async () => {
      const mine = ++asked;
      const response = await fetch(ask(words));
      if (response.ok && mine === asked && document.activeElement === input) show((await response.json()).results);
    }, WAIT);
  });

  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") mark(chosen < last ? chosen + 1 : 0);
    else if (event.key === "ArrowUp") mark(chosen > 0 ? chosen - 1 : last);
    else if (event.key === "Escape") open(false);
    else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen]);
    else return;
    event.preventDefault();
  });

  // Leaving the field for something else than the list: late enough for a click on an option to count.
  input.addEventListener("blur", (event) => {
    if (!list.contains(event.relatedTarget)) setTimeout(() => open(false), 150);
  });

  return { close: () => open(false) };
}

// A piece of text with a class and, where it is given, a language.
export function span(words, className = "", lang = "") {
  const made = document.createElement("span");
  made.textContent = words;
  if (className) made.className = className;
  if (lang) made.lang = lang;
  return made;
}
