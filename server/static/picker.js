// Fields that take a concept suggest concepts by their words; without this one types the words and is asked which.
import { combobox, span } from "./combobox.js";
import { spoken } from "./language.js";

for (const input of document.querySelectorAll("input[data-pick]")) {
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  input.after(list);
  const take = (option) => {
    input.value = option.dataset.value;
    input.closest(".field").querySelector(".stands")?.remove();
    field.close();
    input.focus();
  };
  const field = combobox(input, list, {
    ask: (words) => spoken(`${input.dataset.pick}&q=${encodeURIComponent(words)}`),
    draw: (option, result) => {
      option.dataset.value = result.scheme ? `${result.scheme}:${result.notation}` : result.iri;
      option.append(span(result.label, "", result.lang), span(` ${option.dataset.value}`, "quiet"));
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(option);
      });
    },
    take,
  });
}
