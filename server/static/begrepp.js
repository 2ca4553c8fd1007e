// Conveniences on top of pages that work without them: copying, opening branches of the tree, suggestions.
import "./suggestions.js";
import "./tree.js";

for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.textContent;
    button.textContent = "✓";
    setTimeout(() => { button.textContent = words; }, 1200);
  });
}
