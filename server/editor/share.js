// A link to the query as it stands in the editor: copied, or shown in a field where copying is not allowed.
import { button } from "./storage.js";

export class ShareButton {
  constructor(form, words, text) {
    this.base = new URL(form.action, location.href);
    this.field = document.createElement("input");
    this.field.readOnly = true;
    this.field.hidden = true;
    this.field.setAttribute("aria-label", words.share);
    this.button = button(words.share, "", () => this.copy());
    this.button.className = "second";
    form.querySelector(".row").append(this.button, this.field);
    this.update(text);
  }

  update(text) {
    this.link = `${this.base.origin}${this.base.pathname}?query=${encodeURIComponent(text)}`;
    this.field.hidden = true;
  }

  async copy() {
    const words = this.button.textContent;
    try {
      await navigator.clipboard.writeText(this.link);
      this.button.textContent = "✓";
      setTimeout(() => { this.button.textContent = words; }, 1200);
    } catch {
      this.field.value = this.link;
      this.field.hidden = false;
      this.field.select();
    }
  }
}
