// Runs the query of the form without leaving the page: shows the time, the rows so far of a file, and a button that
// cancels. Closing the connection stops the query on the server.
import { button } from "./storage.js";

const LONGEST_ADDRESS = 6000;

export class Runner {
  constructor(form, words, listener) {
    Object.assign(this, { form, words, listener, outcome: document.getElementById("outcome") });
    this.language = document.documentElement.lang;
    this.status = document.createElement("p");
    this.status.className = "running";
    this.status.hidden = true;
    this.told = document.createElement("span");
    this.told.setAttribute("role", "status");
    this.clock = document.createElement("span");
    this.clock.setAttribute("aria-hidden", "true");
    this.stopper = button(words.cancel, "", () => this.abort?.abort("cancelled"));
    this.stopper.className = "second";
    this.status.append(this.told, " ", this.clock, " ", this.stopper);
    form.after(this.status);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const explain = event.submitter?.name === "explain";
      const format = explain ? "html" : form.elements.format.value;
      if (format === "html") this.page(explain);
      else this.file(form.action, format);
    });
    addEventListener("popstate", () => location.reload());
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("#outcome .downloads a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.file(link.href, link.dataset.format);
    });
  }

  get rows() {
    const rows = this.outcome.querySelector("[data-rows]")?.dataset.rows;
    return rows ? Number(rows) : null;
  }

  seconds() {
    return (performance.now() - this.started) / 1000;
  }

  number(value, digits = 0) {
    return value.toLocaleString(this.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  /** Do work that can be cancelled, with the running time shown; return its result, or null if it was cancelled or failed. */
  async run(work) {
    this.abort?.abort("replaced");
    const abort = (this.abort = new AbortController());
    this.started = performance.now();
    this.progress = "";
    this.status.hidden = this.stopper.hidden = false;
    this.told.textContent = this.words.running;
    const tick = () => { this.clock.textContent = [this.progress, `${this.number(this.seconds(), 1)} s`].filter(Boolean).join(" · "); };
    tick();
    const timer = setInterval(tick, 100);
    try {
      return await work(abort.signal);
    } catch (error) {
      if (abort.signal.reason === "replaced") return null;
      const cancelled = abort.signal.aborted;
      this.told.textContent = cancelled ? this.words.cancelled : `${this.words.failed} ${error.message ?? ""}`;
      return null;
    } finally {
      clearInterval(timer);
      if (this.abort === abort) {
        tick();
        this.stopper.hidden = true;
      }
    }
  }

  /** Run the query for the page: its table, an error with its place, or advice. */
  async page(explain) {
    const query = this.listener.query();
    const fields = new URLSearchParams({ query, ...(explain ? { explain: "1" } : {}), lang: this.language });
    const long = query.length > LONGEST_ADDRESS;
    const address = new URL(this.form.action, location.href);
    const text = await this.run(async (signal) => {
      const request = long ? { method: "POST", body: fields } : {};
      const response = await fetch(long ? address : `${address.pathname}?${fields}`, { ...request, signal, headers: { Accept: "text/html" } });
      return response.text();
    });
    if (text === null) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    const found = page.getElementById("outcome");
    this.outcome.replaceChildren(...(found ? found.children : page.querySelector("main")?.children ?? []));
    if (!long) {
      const here = new URLSearchParams(fields);
      here.delete("lang");
      if (new URLSearchParams(location.search).has("lang")) here.set("lang", this.language);
      window.history.pushState(null, "", `${address.pathname}?${here}`);
    }
    const seconds = this.seconds();
    const alert = this.outcome.querySelector("[role=alert]");
    this.told.textContent = alert ? "" : this.rows === null ? this.words.done : `${this.number(this.rows)} ${this.words.rowword}`;
    this.listener.answered(page.querySelector("form.sparql textarea")?.dataset ?? {});
    if (!alert && !explain) this.listener.finished(query, seconds, this.rows);
  }

  /** Fetch the result as a file, with the rows so far, and give it to the browser to save. */
  async file(address, format) {
    const url = new URL(address, location.href);
    if (!url.searchParams.has("query")) url.searchParams.set("query", this.listener.query());
    if (format && !/\.\w+$/.test(url.pathname)) url.searchParams.set("format", format);
    const counted = /csv|tsv/.test(format ?? "");
    const parts = [];
    const failed = await this.run(async (signal) => {
      const response = await fetch(url, { signal });
      if (!response.ok) throw new Error((await response.json().catch(() => ({}))).title ?? response.statusText);
      let rows = -1;
      let bytes = 0;
      for (const reader = response.body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        bytes += value.length;
        if (counted) for (const byte of value) rows += byte === 10;
        this.progress = counted && rows > 0 ? `${this.number(rows)} ${this.words.rowword}` : `${this.number(bytes / 1e6, 1)} MB`;
      }
      return "";
    });
    if (failed === null) return;
    this.told.textContent = this.words.saved;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(parts));
    link.download = `begrepp.${format ?? "txt"}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}
