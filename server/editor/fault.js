// The place of a syntax error: underlined in the text, with the message below its line, until the text is changed.
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { StateEffect, StateField } from "@codemirror/state";

const setFault = StateEffect.define();

class Message extends WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }

  eq(other) {
    return other.text === this.text;
  }

  toDOM() {
    const line = document.createElement("div");
    line.className = "cm-faultword";
    line.textContent = `↑ ${this.text}`;
    return line;
  }
}

export const faultField = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setFault)) return effect.value;
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Mark the piece at `line`, `column` (in characters, from 1) and `length` of a dataset; none if there is no line. */
export function markFault(view, { line, column, length }) {
  const text = view.state.doc;
  if (!line || text.lines < line) return view.dispatch({ effects: setFault.of(Decoration.none) });
  const row = text.line(Number(line));
  const characters = [...row.text];
  const from = row.from + characters.slice(0, column - 1).join("").length;
  const to = Math.min(row.to, from + characters.slice(column - 1, column - 1 + Number(length)).join("").length);
  const message = document.querySelector("#outcome [data-problem]")?.dataset.problem ?? "";
  const below = Decoration.widget({ widget: new Message(message), block: true, side: 1 }).range(row.to);
  const marks = to > from ? [Decoration.mark({ class: "cm-fault" }).range(from, to), below] : [below];
  return view.dispatch({ effects: [setFault.of(Decoration.set(marks)), EditorView.scrollIntoView(from)], selection: { anchor: from } });
}
