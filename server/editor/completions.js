// What may come next, from the data of this very build: prefixes, classes, the properties that things of the class
// at hand have, and concepts by their words: `lungc…` gives the IRI of lungcancer.
import { autocompletion } from "@codemirror/autocomplete";

const KEYWORDS = (
  "SELECT DISTINCT WHERE FILTER OPTIONAL UNION GRAPH FROM NAMED VALUES BIND AS MINUS EXISTS NOT SERVICE CONSTRUCT ASK " +
  "DESCRIBE ORDER BY DESC ASC LIMIT OFFSET GROUP HAVING COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT LANG LANGMATCHES STR " +
  "CONTAINS REGEX STRSTARTS LCASE IF COALESCE BOUND IN PREFIX"
).split(" ").map((label) => ({ label, type: "keyword", boost: -2 }));

let asked;
function vocabulary(words) {
  asked ??= fetch(words.terms).then((response) => response.json()).catch(() => ({ prefixes: {}, classes: [], properties: [], of: {} }));
  return asked;
}

/** The class that the variable before the cursor is said to have, as it is written in the query. */
function classOf(text, at) {
  const statement = text.slice(0, at).split(/[.{}]/).pop();
  const subject = /^\s*(\?\w+)/.exec(statement)?.[1];
  if (!subject) return "";
  return new RegExp(`\\${subject}\\b[^.{}]*?\\ba\\s+([\\w-]+:[\\w-]+)`).exec(text)?.[1] ?? "";
}

/** Whether a class is expected: the word before the one at hand is `a`, `rdf:type`, or a comma after a class. */
function expectsClass(before) {
  return /(?:^|[\s;{])(?:a|rdf:type)\s+(?:[\w-]+:[\w-]+\s*,\s*)*$/.test(before);
}

function named(entries, type, boost) {
  return entries.map(([label, count]) => ({ label, type, detail: count.toLocaleString(document.documentElement.lang), boost }));
}

export function completions(words) {
  const terms = async (context) => {
    const word = context.matchBefore(/[\w-]*:?[\w-]*/);
    if (!word) return null;
    const afterType = expectsClass(context.state.sliceDoc(0, word.from));
    if (word.from === word.to && !context.explicit && !afterType) return null;
    if (/[?$"'@<#]$/.test(context.state.sliceDoc(Math.max(0, word.from - 1), word.from))) return null;
    const text = context.state.doc.toString();
    const known = await vocabulary(words);
    const prefixes = Object.entries(known.prefixes).map(([prefix, space]) => ({ label: `${prefix}:`, detail: space, type: "namespace", boost: -3 }));
    const own = new Set(known.of[classOf(text, context.pos)] ?? []);
    const options = afterType ? [...named(known.classes, "class", 20), ...prefixes] : [
      ...named(known.properties.filter(([label]) => own.has(label)), "property", 3),
      ...named(known.properties.filter(([label]) => !own.has(label)), "property", own.size ? -1 : 1),
      ...named(known.classes, "class", 0),
      ...prefixes,
      ...KEYWORDS,
    ];
    return { from: word.from, options, validFor: /^[\w-]*:?[\w-]*$/ };
  };

  const concepts = async (context) => {
    const word = context.matchBefore(/[\p{L}\d][\p{L}\d.-]*/u);
    if (!word || word.to - word.from < 3) return null;
    if (/[?$:@<#]$/.test(context.state.sliceDoc(Math.max(0, word.from - 1), word.from))) return null;
    if (KEYWORDS.some(({ label }) => label === word.text.toUpperCase())) return null;
    if (expectsClass(context.state.sliceDoc(0, word.from))) return null;
    await new Promise((ready) => setTimeout(ready, 120));
    if (context.aborted) return null;
    const language = document.documentElement.lang;
    const response = await fetch(`${words.suggest}?kind=concept&lang=${language}&q=${encodeURIComponent(word.text)}`);
    if (!response.ok || context.aborted) return null;
    // What begins with the word as it was typed comes first, the shortest before; then as the search ordered it.
    const typed = word.text.toLocaleLowerCase(language);
    const rank = ({ label }) => (label.toLocaleLowerCase(language).startsWith(typed) ? label.length : 1000);
    const results = (await response.json()).results.sort((one, other) => rank(one) - rank(other));
    const options = results.map((found, n) => ({
      label: found.label,
      detail: [found.code, found.within].filter(Boolean).join(" · "),
      type: "constant",
      boost: 90 - n,
      apply: `<${found.iri}>`,
    }));
    return options.length ? { from: word.from, options, filter: false } : null;
  };

  return autocompletion({ override: [terms, concepts], activateOnTypingDelay: 60, closeOnBlur: true, icons: false });
}
