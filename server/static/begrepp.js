// Conveniences on top of pages that work without them: copying, opening branches of the tree, suggestions.
import "./suggestions.js";
import "./tree.js";

// The date of access in a citation is that of the reader, also on a page from a cache.
for (const span of document.querySelectorAll("[data-accessed]")) {
  const lang = document.documentElement.lang;
  const today = new Date().toLocaleDateString(lang === "en" ? "en-US" : lang, lang === "en" ? { dateStyle: "long" } : {});
  span.textContent = `${span.dataset.accessed.replace("{day}", today)} `;
  span.hidden = false;
}

for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { copy, copyOf } = button.dataset;
    await navigator.clipboard.writeText(copy ?? (document.getElementById(copyOf).value ?? document.getElementById(copyOf).innerText));
    const words = button.textContent;
    button.textContent = "✓";
    setTimeout(() => { button.textContent = words; }, 1200);
  });
}

// The menu closes with Escape, and when something else is used.
const menu = document.querySelector("details.menu");
if (menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// On a phone, the groups of variables begin folded, unless they are filtered or asked for.
if (matchMedia("(max-width: 40rem)").matches && !/[?&](find|all)=./.test(location.search)) {
  for (const group of document.querySelectorAll("details.group[open]")) group.open = false;
}

// On paper, what is folded is open: the groups of a register, the tables behind pictures.
const folded = "details:not(.menu, .several, .others, .matrix details, .tree details)";
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll(folded)].filter((each) => !each.open);
  for (const each of unfolded) each.open = true;
});
addEventListener("afterprint", () => { for (const each of unfolded) each.open = false; });
