// Conveniences on top of pages that work without them: copying, opening branches of the tree, suggestions.
"use strict";

// What is fetched is in the language of the page, whichever way that was chosen.
const language = `lang=${document.documentElement.lang}`;

for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.textContent;
    button.textContent = "✓";
    setTimeout(() => { button.textContent = words; }, 1200);
  });
}

function prepareTree(root) {
  for (const button of root.querySelectorAll("button.expand")) {
    button.hidden = false;
    button.addEventListener("click", () => toggle(button));
  }
}

async function toggle(button) {
  const item = button.closest("li");
  const open = button.getAttribute("aria-expanded") === "true";
  let list = item.querySelector(":scope > ul");
  if (!open && !list) {
    button.classList.add("busy");
    try {
      const response = await fetch(`${button.dataset.branch}&${language}`, { headers: { Accept: "text/html" } });
      if (!response.ok) return;
      const piece = document.createElement("template");
      piece.innerHTML = await response.text();
      list = piece.content.querySelector("ul");
      prepareTree(list);
      item.append(list);
      own(leaf(item), list);
    } finally {
      button.classList.remove("busy");
    }
  }
  if (list) list.hidden = open;
  button.setAttribute("aria-expanded", String(!open));
  leaf(item).setAttribute("aria-expanded", String(!open));
}

prepareTree(document);

// The tree as the ARIA Authoring Practices describe one of links: one stop for Tab, then arrows, Home, End, letters.
let named = 0;
const leaf = (item) => item.querySelector(":scope > .leaf > a, :scope > a");
const opener = (link) => link.parentElement.querySelector(":scope > button.expand");

function dress(list, role) {
  list.setAttribute("role", role);
  for (const item of list.children) {
    const link = leaf(item);
    if (!link) continue;
    item.setAttribute("role", "none");
    link.setAttribute("role", "treeitem");
    link.tabIndex = -1;
    const button = opener(link);
    const inner = item.querySelector(":scope > ul");
    if (button) {
      button.tabIndex = -1;
      button.setAttribute("aria-hidden", "true");
      link.setAttribute("aria-expanded", button.getAttribute("aria-expanded"));
    }
    if (inner) {
      if (!button) link.setAttribute("aria-expanded", "true");
      own(link, inner);
    }
  }
}

function own(link, list) {
  list.id = list.id || `branch-${++named}`;
  link.setAttribute("aria-owns", list.id);
  dress(list, "group");
}

function stepInTree(tree, event) {
  const link = event.target.closest('[role="treeitem"]');
  if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
  const shown = [...tree.querySelectorAll('[role="treeitem"]')].filter((each) => each.checkVisibility());
  const at = shown.indexOf(link);
  const item = link.closest("li");
  const open = link.getAttribute("aria-expanded") === "true";
  let to;
  if (event.key === "ArrowDown") to = shown[at + 1];
  else if (event.key === "ArrowUp") to = shown[at - 1];
  else if (event.key === "Home") to = shown[0];
  else if (event.key === "End") to = shown.at(-1);
  else if (event.key === "ArrowRight" && open) to = leaf(item.querySelector(":scope > ul > li"));
  else if ((event.key === "ArrowRight" || (event.key === "ArrowLeft" && open)) && opener(link)) toggle(opener(link));
  else if (event.key === "ArrowLeft") { const above = item.parentElement.closest("li"); to = above && leaf(above); }
  else if (event.key === " ") link.click();
  else if (event.key.length === 1) {
    const starts = (each) => each.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
    to = [...shown.slice(at + 1), ...shown.slice(0, at)].find(starts);
  } else return;
  event.preventDefault();
  if (!to) return;
  for (const other of tree.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

for (const tree of document.querySelectorAll(".tree > ul")) {
  dress(tree, "tree");
  const heading = tree.closest("section")?.getAttribute("aria-labelledby");
  if (heading) tree.setAttribute("aria-labelledby", heading);
  const first = tree.querySelector('[role="treeitem"][aria-current]') || tree.querySelector('[role="treeitem"]');
  if (first) first.tabIndex = 0;
  tree.addEventListener("keydown", (event) => stepInTree(tree, event));
}

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
      link.href = result.href;
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
      const response = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(words)}&${language}`);
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
