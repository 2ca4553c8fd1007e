// Several queries side by side, kept in the browser. The query of the address is always the one that is shown.

const KEPT = "begrepp.sparql.tabs";
const MOST = 12;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT));
    if (Array.isArray(found?.queries) && found.queries.length) return found;
  } catch {
    // What cannot be read is as if nothing was kept.
  }
  return { queries: [], at: 0 };
}

function nameOf(query, number, words) {
  const said = /^#\+?\s*(?:title:)?\s*(.+)$/m.exec(query)?.[1];
  return said ? said.slice(0, 24) : `${words.tab} ${number}`;
}

export class Tabs {
  constructor(before, words, text, show) {
    Object.assign(this, read(), { words, show });
    const asked = new URLSearchParams(location.search).has("query");
    const known = this.queries.indexOf(text);
    if (!this.queries.length) this.queries = [text];
    else if (asked && known >= 0) this.at = known;
    else if (asked) this.queries[this.at] = text;
    this.list = document.createElement("ul");
    this.list.className = "tabs";
    this.list.setAttribute("aria-label", words.tabs);
    before.before(this.list);
    this.save();
    this.kept = asked ? text : this.queries[this.at];
  }

  keep(text) {
    this.queries[this.at] = text;
    this.save();
  }

  save() {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ queries: this.queries, at: this.at }));
    } catch {
      // A browser that keeps nothing still edits.
    }
    this.draw();
  }

  choose(at) {
    this.at = at;
    this.show(this.queries[at]);
    this.save();
  }

  close(at) {
    this.queries.splice(at, 1);
    if (!this.queries.length) this.queries = [""];
    this.choose(Math.min(at, this.queries.length - 1));
  }

  draw() {
    const button = (text, label, pressed, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = text;
      if (label) made.setAttribute("aria-label", label);
      if (pressed) made.setAttribute("aria-current", "true");
      made.addEventListener("click", act);
      return made;
    };
    const items = this.queries.map((query, n) => {
      const item = document.createElement("li");
      const name = nameOf(query, n + 1, this.words);
      item.append(button(name, "", n === this.at, () => this.choose(n)));
      if (this.queries.length > 1) item.append(button("×", `${this.words.close} ${name}`, false, () => this.close(n)));
      return item;
    });
    if (this.queries.length < MOST) {
      const item = document.createElement("li");
      item.append(button("+", this.words.add, false, () => { this.queries.push(""); this.choose(this.queries.length - 1); }));
      items.push(item);
    }
    this.list.replaceChildren(...items);
  }
}
