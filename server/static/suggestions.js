// Suggests, under a search box, what is found while words are typed; choosing one opens its page.
import { combobox, span } from "./combobox.js";
import { kept, spoken } from "./language.js";

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const list = document.createElement("ul");
  list.id = "suggestions";
  form.append(list);
  combobox(form.querySelector("input[type=search]"), list, {
    ask: (words) => spoken(`${form.dataset.suggest}?q=${encodeURIComponent(words)}`),
    draw: (option, result) => {
      const link = document.createElement("a");
      link.href = kept(result.href);
      link.tabIndex = -1;
      link.title = result.label;
      if (result.code) link.append(span(result.code, "code"), " ");
      link.append(
        span(result.label, result.active ? "" : "retired", result.lang),
        " ",
        span(result.matched || result.within || result.kindWord, "quiet"),
      );
      option.append(link);
    },
    take: (option) => option.firstElementChild.click(),
  });
}
