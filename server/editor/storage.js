// What the editor keeps in the browser. A browser that keeps nothing still edits.

export function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The store is full or not allowed.
  }
}

/** A button with a text, and a name for those who do not see it. */
export function button(text, name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  if (name) {
    made.setAttribute("aria-label", name);
    made.title = name;
  }
  made.addEventListener("click", act);
  return made;
}

/** The title that a query has in a comment; undefined if it has none. */
export function commentOf(query) {
  return /^#\+?\s*(?:title:)?\s*(.+)$/m.exec(query)?.[1];
}

/** The title of a query in a comment, or its first line that says something. */
export function titleOf(query) {
  return commentOf(query) ?? query.split("\n").find((line) => line.trim() && !/^\s*PREFIX/i.test(line))?.trim() ?? "";
}
