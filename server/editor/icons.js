// Writes the icons of the pages into one file of symbols, ../static/editor/icons.svg, from the package lucide-static.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const NAMES = ["file-check", "git-compare-arrows", "list-checks", "message-circle-question", "table-2", "tags"];
const folder = new URL("node_modules/lucide-static/", import.meta.url);
const licence = readFileSync(new URL("LICENSE", folder), "utf8").replaceAll(/-{2,}/g, "–");
const symbols = NAMES.map((name) => {
  const svg = readFileSync(new URL(`icons/${name}.svg`, folder), "utf8");
  const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replaceAll(/\s+/g, " ").trim()}</symbol>`;
});
const target = new URL("../static/editor/", import.meta.url);
mkdirSync(target, { recursive: true });
writeFileSync(
  new URL("icons.svg", target),
  `<!-- ${licence}-->\n<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
);
