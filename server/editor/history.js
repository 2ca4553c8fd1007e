// The queries that were run in this browser, newest first: with the time, the rows and the seconds.
import { button, read, titleOf, write } from "./storage.js";

const KEPT = "begrepp.sparql.history";
const MOST = 50;

export class QueryHistory {
  constructor(words, open) {
    this.words = words;
    this.open = open;
    const found = read(KEPT, []);
    this.entries = Array.isArray(found) ? found : [];
    this.place = document.getElementById("history");
    this.draw();
  }

  /** Add a query with the seconds that it took and its number of rows, each null if it is not known. */
  add(query, seconds, rows) {
    const before = this.entries.find((entry) => entry.query === query);
    const entry = { query, at: new Date().toISOString(), seconds: seconds ?? before?.seconds ?? null, rows };
    this.entries = [entry, ...this.entries.filter((each) => each !== before)].slice(0, MOST);
    this.save();
  }

  save() {
    write(KEPT, this.entries);
    this.draw();
  }

  draw() {
    const language = document.documentElement.lang;
    this.place.hidden = !this.entries.length;
    const list = document.createElement("ol");
    list.className = "history";
    for (const entry of this.entries) {
      const item = document.createElement("li");
      const opener = button(titleOf(entry.query).slice(0, 90) || "–", "", () => this.open(entry.query));
      opener.className = "link";
      opener.title = entry.query.slice(0, 500);
      const about = document.createElement("span");
      about.className = "quiet small";
      const facts = [new Date(entry.at).toLocaleString(language, { dateStyle: "short", timeStyle: "short" })];
      if (entry.rows !== null) facts.push(`${entry.rows.toLocaleString(language)} ${this.words.rowword}`);
      if (entry.seconds !== null) facts.push(`${entry.seconds.toLocaleString(language, { maximumFractionDigits: 1 })} s`);
      about.textContent = facts.join(" · ");
      item.append(opener, about);
      list.append(item);
    }
    const clear = button(this.words.forget, "", () => { this.entries = []; this.save(); });
    clear.className = "second small";
    this.place.querySelector("div").replaceChildren(list, clear);
  }
}
