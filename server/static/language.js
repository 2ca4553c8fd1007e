// What is fetched is in the language of the page, whichever way that was chosen.
export function spoken(href) {
  return href.includes("lang=") ? href : `${href}&lang=${document.documentElement.lang}`;
}

const stated = new URLSearchParams(location.search).get("lang");

// A link to a page keeps the language that stands in the address of this one.
export function kept(href) {
  return stated && !href.includes("lang=") ? `${href}${href.includes("?") ? "&" : "?"}lang=${stated}` : href;
}
