// For other sites: a concept shown in one line, and fields that complete concepts. Needs nothing but this file.
"use strict";
(() => {
  const script = document.currentScript;
  const root = new URL("..", script.src).href.replace(/\/$/, "");
  const language = (script.dataset.lang || document.documentElement.lang || "sv").slice(0, 2) === "en" ? "en" : "sv";
  const ask = async (name, query) => {
    const response = await fetch(`${root}/api/v1/${name}?${new URLSearchParams({ ...query, lang: language })}`);
    if (!response.ok) throw new Error(`begrepp: ${response.status}`);
    return response.json();
  };

  const show = async (iri) => {
    const concept = await ask("lookup", { iri });
    const link = document.createElement("a");
    link.className = "begrepp-concept";
    link.href = concept.iri;
    link.textContent = concept.label || concept.notation;
    const definition = concept.definition[language] || Object.values(concept.definition)[0];
    const code = concept.notation === concept.label ? null : concept.notation;
    link.title = [code, definition && definition[0]].filter(Boolean).join(" · ");
    script.after(link);
  };

  const complete = (input) => {
    const list = document.createElement("datalist");
    list.id = `begrepp-${Math.random().toString(36).slice(2)}`;
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = `${input.name || "concept"}-iri`;
    input.setAttribute("list", list.id);
    input.setAttribute("autocomplete", "off");
    input.after(list, hidden);
    const chosen = new Map();
    let timer = 0;
    input.addEventListener("input", () => {
      hidden.value = chosen.get(input.value) || "";
      input.dispatchEvent(new CustomEvent("begrepp", { bubbles: true, detail: { iri: hidden.value } }));
      clearTimeout(timer);
      const words = input.value.trim();
      if (hidden.value || words.length < 2) return;
      timer = setTimeout(async () => {
        const within = Object.fromEntries(new URLSearchParams(input.dataset.begrepp));
        const found = await ask("autocomplete", { kind: "concept", ...within, q: words });
        list.replaceChildren(...found.results.map((each) => {
          const option = document.createElement("option");
          option.value = [each.notation, each.label].filter(Boolean).join(" ");
          chosen.set(option.value, each.iri);
          return option;
        }));
      }, 150);
    });
  };

  if (script.dataset.concept) show(script.dataset.concept);
  const start = () => document.querySelectorAll("input[data-begrepp]").forEach(complete);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
