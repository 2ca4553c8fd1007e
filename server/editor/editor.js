// The SPARQL editor: takes the place of the page's text area, and gives what is written back to it.
// It lives in a shadow root, where a stylesheet needs no leave from the content security policy.
import { basicSetup } from "codemirror";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { EditorView, keymap } from "@codemirror/view";
import { EditorState, Prec } from "@codemirror/state";
import { sparql } from "codemirror-lang-sparql";
import { completions } from "./completions.js";
import { faultField, markFault } from "./fault.js";
import { QueryHistory } from "./history.js";
import { showResults } from "./results.js";
import { Runner } from "./runner.js";
import { ShareButton } from "./share.js";
import { Tabs } from "./tabs.js";

const form = document.querySelector("form.sparql");
const area = form.querySelector("textarea");
const words = JSON.parse(document.getElementById("editor-words").textContent);

const look = EditorView.theme({
  "&": { border: "1px solid var(--quiet)", borderRadius: "8px", background: "var(--card)", color: "var(--ink)" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: ".9rem", minHeight: "14rem", maxHeight: "60vh" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { background: "var(--paper)", color: "var(--quiet)", border: "0", borderRadius: "8px 0 0 8px" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "transparent" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--accent-soft)" },
  "&.cm-focused .cm-matchingBracket, &.cm-focused .cm-nonmatchingBracket": { background: "var(--accent-soft)", color: "var(--ink)" },
  ".cm-fault": { textDecoration: "underline wavy var(--mark)", textUnderlineOffset: "3px" },
  ".cm-faultword": { color: "var(--mark)", fontFamily: "system-ui, sans-serif", padding: ".1rem .4rem .3rem 1rem" },
  ".cm-tooltip": { background: "var(--card)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "8px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxWidth: "min(34rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".4rem .6rem", whiteSpace: "normal" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent)", color: "var(--paper)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "inherit" },
});

// The colours of the pages, so that a query can be read in the light and in the dark.
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword], color: "var(--variable)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.variableName, tags.definition(tags.variableName)], color: "var(--system)" },
  { tag: [tags.namespace, tags.typeName, tags.url, tags.link, tags.className], color: "var(--concept)" },
  { tag: [tags.number, tags.bool, tags.atom, tags.literal, tags.null], color: "var(--register)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
]);

const host = document.createElement("div");
host.className = "editor";
area.before(host);
const root = host.attachShadow({ mode: "open" });

const view = new EditorView({
  root,
  parent: root,
  state: EditorState.create({
    doc: area.value,
    extensions: [
      Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (form.requestSubmit(), true) }])),
      basicSetup,
      sparql(),
      completions(words),
      look,
      syntaxHighlighting(colours),
      faultField,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": words.query, spellcheck: "false" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        area.value = view.state.doc.toString();
        tabs.keep(area.value);
        share.update(area.value);
      }),
    ],
  }),
});
area.hidden = true;
form.querySelector(`label[for="${area.id}"]`).addEventListener("click", () => view.focus());

function show(text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

const share = new ShareButton(form, words, area.value);
const tabs = new Tabs(host, words, area.value, (text) => {
  show(text);
  view.focus();
});
if (tabs.kept !== area.value) show(tabs.kept);
else markFault(view, area.dataset);

const history = new QueryHistory(words, (text) => tabs.open(text));
const runner = new Runner(form, words, {
  query: () => area.value,
  /** Called when the outcome is shown, with the dataset of the text area of its page. */
  answered: (fault) => {
    markFault(view, fault);
    if (fault.line) view.focus();
    showResults(words);
  },
  finished: (query, seconds, rows) => history.add(query, seconds, rows),
});
showResults(words);
if (runner.rows !== null) history.add(area.value, null, runner.rows);
