// Fields that take a concept suggest concepts by their words; without this one types the words and is asked which.
"use strict";

for (const input of document.querySelectorAll("input[data-pick]")) {
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `${input.id}-list`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let timer = 0;
  let asked = 0;
  let chosen = -1;

  const open = (is) => {
    list.hidden = !is;
    chosen = -1;
    input.setAttribute("aria-expanded", String(is));
    input.removeAttribute("aria-activedescendant");
  };

  const take = (option) => {
    input.value = option.dataset.value;
    input.closest(".field").querySelector(".stands")?.remove();
    open(false);
    input.focus();
  };

  const mark = (index) => {
    [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === index)));
    chosen = index;
    if (index >= 0) input.setAttribute("aria-activedescendant", list.children[index].id);
  };

  const show = (results) => {
    list.replaceChildren(...results.map((result, n) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${n}`;
      option.setAttribute("role", "option");
      option.dataset.value = result.scheme ? `${result.scheme}:${result.notation}` : result.iri;
      const label = document.createElement("span");
      label.textContent = result.label;
      const code = document.createElement("span");
      code.className = "quiet";
      code.textContent = ` ${option.dataset.value}`;
      option.append(label, code);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    open(results.length > 0);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words.length < 2) return open(false);
    timer = setTimeout(async () => {
      const mine = ++asked;
      const lang = document.documentElement.lang;
      const response = await fetch(`${input.dataset.pick}&q=${encodeURIComponent(words)}&lang=${lang}`);
      if (response.ok && mine === asked && document.activeElement === input) show((await response.json()).results);
    }, 120);
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
  input.addEventListener("blur", () => setTimeout(() => open(false), 150));
}
