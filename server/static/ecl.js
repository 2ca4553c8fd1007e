// The page of expressions: completion at the cursor, and the result while the expression is typed.
import { combobox, span } from "./combobox.js";
import { spoken } from "./language.js";

const WAIT = 250; // milliseconds after the last character

const input = document.getElementById("ecl");
const form = input.form;
const result = document.getElementById("result");
const list = document.createElement("ul");
list.id = "ecl-list";
input.after(list);

// The address of a path with the fields of the form; `extra` are further parameters.
const address = (path, extra) => {
  const url = new URL(path, location.href);
  const fields = { scheme: form.elements.scheme.value, ecl: input.value, asOf: form.elements.asOf.value, ...extra };
  for (const [name, value] of Object.entries(fields)) if (value !== "") url.searchParams.set(name, value);
  return url.href;
};

let timer = 0;
let asked = 0;

// The part of the page below the form is replaced by that of the page of the new expression.
async function refresh() {
  const mine = ++asked;
  const href = address(form.action);
  const response = await fetch(href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("result");
  if (mine !== asked || !page) return;
  result.replaceChildren(...page.childNodes);
  history.replaceState(null, "", href);
}

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT);
};

const take = (option) => {
  input.setRangeText(option.dataset.text, Number(option.dataset.start), input.selectionEnd, "end");
  field.close();
  input.focus();
  later();
};

const field = combobox(input, list, {
  ask: () => spoken(address(input.dataset.complete, { at: input.selectionEnd })),
  draw: (option, proposal) => {
    option.dataset.text = proposal.text;
    option.dataset.start = proposal.start;
    const written = proposal.kind === "code" ? proposal.text.replace(/ \|.*\| $/s, "") : proposal.text.trim();
    option.append(span(written, "code"), span(` ${proposal.label}`, "quiet"));
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(option);
    });
  },
  take,
});

for (const each of form.elements) each.addEventListener("input", later);
