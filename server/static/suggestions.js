// Suggests, under a search box, what is found while words are typed.
import { kept, spoken } from "./language.js";

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let timer = 0;
  let asked = 0;
  let chosen = -1;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (index) => {
    const options = [...list.children];
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === index)));
    chosen = index;
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options[index].id);
  };

  const show = (results) => {
    list.replaceChildren(...results.map((result, n) => {
      const option = document.createElement("li");
      option.id = `suggestion-${n}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const link = document.createElement("a");
      link.href = kept(result.href);
      link.tabIndex = -1;
      if (result.code) {
        const code = document.createElement("span");
        code.className = "code";
        code.textContent = result.code;
        link.append(code, " ");
      }
      const label = document.createElement("span");
      label.textContent = result.label;
      if (result.lang) label.lang = result.lang;
      if (!result.active) label.className = "retired";
      const about = document.createElement("span");
      about.className = "quiet";
      about.textContent = result.matched || result.within || result.kindWord;
      link.append(label, " ", about);
      link.title = result.label;
      option.append(link);
      return option;
    }));
    chosen = -1;
    list.hidden = results.length === 0;
    input.setAttribute("aria-expanded", String(results.length > 0));
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words.length < 2) return close();
    timer = setTimeout(async () => {
      const mine = ++asked;
      const response = await fetch(spoken(`${form.dataset.suggest}?q=${encodeURIComponent(words)}`));
      if (!response.ok || mine !== asked || document.activeElement !== input) return;
      show((await response.json()).results);
    }, 120);
  });

  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") mark(chosen < last ? chosen + 1 : 0);
    else if (event.key === "ArrowUp") mark(chosen > 0 ? chosen - 1 : last);
    else if (event.key === "Escape") return close();
    else if (event.key === "Enter" && chosen >= 0) list.children[chosen].firstElementChild.click();
    else return;
    event.preventDefault();
  });

  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) setTimeout(close, 150);
  });
}
