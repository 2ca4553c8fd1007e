// Several queries side by side, kept in the browser. The query of the address is always the one that is shown.
import { button, commentOf, read, write } from "./storage.js";

const KEPT = "begrepp.sparql.tabs";
const MOST = 12;

/** The tabs as they were kept: `{tabs: [{query, name}], at}`; before version 0.5 only `{queries, at}`. */
function kept() {
  const found = read(KEPT, {});
  const tabs = Array.isArray(found.tabs) ? found.tabs : (found.queries ?? []).map((query) => ({ query, name: "" }));
  return { tabs, at: Math.max(0, Math.min(found.at ?? 0, tabs.length - 1)) };
}

export class Tabs {
  constructor(before, words, text, show) {
    Object.assign(this, kept(), { words, show, renaming: false });
    const asked = new URLSearchParams(location.search).has("query");
    const known = this.tabs.findIndex((tab) => tab.query === text);
    if (!this.tabs.length) this.tabs = [{ query: text, name: "" }];
    else if (asked && known >= 0) this.at = known;
    else if (asked) this.tabs[this.at].query = text;
    this.list = document.createElement("ul");
    this.list.className = "tabs";
    this.list.setAttribute("aria-label", words.tabs);
    before.before(this.list);
    this.save();
    this.kept = asked ? text : this.tabs[this.at].query;
  }

  keep(text) {
    const named = this.nameOf(this.tabs[this.at], this.at);
    this.tabs[this.at].query = text;
    write(KEPT, { tabs: this.tabs, at: this.at });
    if (this.nameOf(this.tabs[this.at], this.at) !== named) this.draw();
  }

  save() {
    write(KEPT, { tabs: this.tabs, at: this.at });
    this.draw();
  }

  choose(at) {
    this.at = at;
    this.show(this.tabs[at].query);
    this.save();
  }

  /** Show a query in the tab that has it, or in a new one. */
  open(query) {
    const known = this.tabs.findIndex((tab) => tab.query === query);
    if (known < 0) {
      if (this.tabs.length === MOST) this.tabs.shift();
      this.tabs.push({ query, name: "" });
    }
    this.choose(known < 0 ? this.tabs.length - 1 : known);
  }

  close(at) {
    this.tabs.splice(at, 1);
    if (!this.tabs.length) this.tabs = [{ query: "", name: "" }];
    this.choose(Math.min(at, this.tabs.length - 1));
  }

  nameOf(tab, at) {
    return tab.name || commentOf(tab.query)?.slice(0, 24) || `${this.words.tab} ${at + 1}`;
  }

  /** Put a field in the place of the name of the tab that is shown. */
  rename(item) {
    const tab = this.tabs[this.at];
    const field = document.createElement("input");
    field.value = this.nameOf(tab, this.at);
    field.maxLength = 40;
    field.setAttribute("aria-label", this.words.name);
    let done = false;
    const end = (kept) => {
      if (done) return;
      done = true;
      if (kept) tab.name = field.value.trim();
      this.save();
      this.list.querySelector("[aria-current]").focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      end(event.key === "Enter");
    });
    field.addEventListener("blur", () => end(true));
    item.replaceChildren(field);
    field.select();
  }

  draw() {
    const items = this.tabs.map((tab, n) => {
      const item = document.createElement("li");
      const name = this.nameOf(tab, n);
      const chooser = button(name, "", () => this.choose(n));
      if (n === this.at) chooser.setAttribute("aria-current", "true");
      chooser.addEventListener("dblclick", () => this.rename(item));
      chooser.addEventListener("keydown", (event) => { if (event.key === "F2" && n === this.at) this.rename(item); });
      item.append(chooser);
      if (n === this.at) item.append(button("✎", `${this.words.rename} ${name}`, () => this.rename(item)));
      if (this.tabs.length > 1) item.append(button("×", `${this.words.close} ${name}`, () => this.close(n)));
      return item;
    });
    if (this.tabs.length < MOST) {
      const item = document.createElement("li");
      item.append(button("+", this.words.add, () => { this.tabs.push({ query: "", name: "" }); this.choose(this.tabs.length - 1); }));
      items.push(item);
    }
    this.list.replaceChildren(...items);
  }
}
