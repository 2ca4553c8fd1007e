// Opens the branches of a tree, and walks it by the keyboard.
import { kept, spoken } from "./language.js";

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
      const response = await fetch(spoken(button.dataset.branch), { headers: { Accept: "text/html" } });
      if (!response.ok) return;
      const piece = document.createElement("template");
      piece.innerHTML = await response.text();
      list = piece.content.querySelector("ul");
      for (const link of list.querySelectorAll("a")) link.href = kept(link.getAttribute("href"));
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

// A field filters the nodes of the tree below it, or the rows of a table; Enter in that of a tree searches the system.
const holds = (element, words) => words.every((word) => element.textContent.toLowerCase().includes(word));

function filterTree(tree, words) {
  for (const item of [...tree.querySelectorAll("li")].reverse()) {
    const below = item.querySelector(":scope > ul > li:not([hidden])");
    item.hidden = !below && !holds(item.querySelector(":scope > .leaf") || item, words);
  }
}

for (const field of document.querySelectorAll("input[data-filter]")) {
  field.hidden = false;
  const table = document.getElementById(field.dataset.filter);
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase().split(/\s+/);
    if (!table) filterTree(field.closest("section").querySelector(".tree"), words);
    else for (const row of table.querySelectorAll("tbody tr:not(.group)")) row.hidden = !holds(row, words);
  });
}

// A long tree is scrolled to the concept of the page.
const place = document.querySelector(".place");
function scrollToConcept() {
  const here = place.querySelector(".here");
  if (here && place.scrollHeight > place.clientHeight) place.scrollTop = here.offsetTop - place.clientHeight / 3;
}
if (place) {
  scrollToConcept();
  place.addEventListener("toggle", scrollToConcept);
}
