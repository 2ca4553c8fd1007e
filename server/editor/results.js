// The answer beside the table that the server made: sorted, filtered, and as a chart, a graph or a map of links where
// the result suits. The drawings are fetched when they are chosen.
import { button } from "./storage.js";

const MOST_BARS = 40;
const MOST_EDGES = 300;
const MOST_ENDS = 40;

/** The rows of the table as it is shown: cells with text, link, IRI and number. */
function readTable(table) {
  const columns = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.column);
  const rows = [...table.tBodies[0].rows].map((row) =>
    [...row.cells].map((cell) => {
      const link = cell.querySelector("a");
      const number = cell.dataset.number;
      return { text: cell.innerText.trim(), href: link?.href ?? "", iri: cell.dataset.iri ?? "", number: number === undefined ? null : Number(number) };
    }),
  );
  const kinds = columns.map((_, at) => {
    const cells = rows.map((row) => row[at]).filter((cell) => cell.text);
    if (!cells.length) return "empty";
    if (cells.every((cell) => cell.number !== null && !Number.isNaN(cell.number))) return "number";
    return cells.every((cell) => cell.iri) ? "iri" : "text";
  });
  return { columns, rows, kinds };
}

export function showResults(words) {
  const section = document.querySelector("section[data-answer]");
  if (!section) return;
  const table = section.querySelector("table.answer");
  const shown = section.querySelector(".scroll, pre");
  const views = [[words.table, null]];
  if (table) {
    sortable(table, words);
    const data = readTable(table);
    const at = (kind) => data.kinds.indexOf(kind);
    const names = data.kinds.findIndex((kind) => kind === "iri" || kind === "text");
    if (at("number") >= 0 && names >= 0) views.push([words.chart, (place) => chart(place, data, names, at("number"))]);
    const iris = data.kinds.flatMap((kind, n) => (kind === "iri" ? [n] : []));
    if (iris.length > 1) views.push([words.graph, (place) => graph(place, edgesOf(data, iris), words)]);
    const ends = linkColumns(data);
    if (ends) views.push([words.links, (place) => links(place, data, ends, words)]);
  } else {
    views.push([words.graph, async (place) => graph(place, await triples(section.dataset.answer), words)]);
  }
  const bar = document.createElement("div");
  bar.className = "row views";
  const drawing = document.createElement("div");
  drawing.className = "drawing";
  drawing.hidden = true;
  if (views.length > 1) {
    for (const [name, draw] of views) {
      const chooser = button(name, "", async () => {
        for (const other of bar.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", String(other === chooser));
        shown.hidden = Boolean(draw);
        drawing.hidden = !draw;
        drawing.replaceChildren();
        if (draw) await draw(drawing);
      });
      chooser.className = "second";
      chooser.setAttribute("aria-pressed", String(!draw));
      bar.append(chooser);
    }
  }
  if (table?.tBodies[0].rows.length > 5) bar.append(filter(table, words));
  shown.before(bar);
  shown.after(drawing);
}

/** Let a click on the name of a column sort the rows by it: numbers as numbers, the rest as words of the language. */
function sortable(table, words) {
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  for (const header of table.tHead.rows[0].cells) {
    const sorter = button(header.innerText, "", () => {
      const descending = header.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = (row) => row.cells[header.cellIndex];
      const rows = [...table.tBodies[0].rows].sort((one, other) => {
        const [a, b] = [key(one), key(other)];
        const empty = Number(!a.innerText.trim()) - Number(!b.innerText.trim());
        const numbers = a.dataset.number !== undefined && b.dataset.number !== undefined;
        const order = numbers ? a.dataset.number - b.dataset.number : compare(a.innerText, b.innerText);
        return empty || (descending ? -order : order);
      });
      table.tBodies[0].append(...rows);
    });
    sorter.className = "sort";
    sorter.title = words.sort;
    header.replaceChildren(sorter);
  }
}

function filter(table, words) {
  const label = document.createElement("label");
  label.className = "within";
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = words.filter;
  field.setAttribute("aria-label", words.filter);
  const told = document.createElement("span");
  told.className = "quiet small";
  told.setAttribute("role", "status");
  field.addEventListener("input", () => {
    const wanted = field.value.toLocaleLowerCase();
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) row.hidden = !row.innerText.toLocaleLowerCase().includes(wanted) && !row.textContent.toLocaleLowerCase().includes(wanted);
    told.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} / ${rows.length}` : "";
  });
  label.append(field, told);
  return label;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A column of numbers as bars, named by a column of words. */
async function chart(place, { columns, rows }, names, numbers) {
  const bars = rows.filter((row) => row[numbers].number !== null).slice(0, MOST_BARS);
  const { default: Chart } = await import("chart.js/auto");
  const box = document.createElement("div");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${columns[numbers]} / ${columns[names]}`);
  canvas.height = Math.max(160, bars.length * 24);
  box.append(canvas);
  place.replaceChildren(box);
  Chart.defaults.color = colour("--ink");
  Chart.defaults.borderColor = colour("--line");
  return new Chart(canvas, {
    type: "bar",
    data: {
      labels: bars.map((row) => row[names].text.slice(0, 60)),
      datasets: [{ label: columns[numbers], data: bars.map((row) => row[numbers].number), backgroundColor: colour("--accent") }],
    },
    options: { indexAxis: "y", maintainAspectRatio: false, animation: false, plugins: { legend: { display: false } } },
  });
}

/** The things of each row joined to the first of it. */
function edgesOf({ columns, rows }, iris) {
  return rows.flatMap((row) =>
    iris.slice(1).filter((at) => row[at].iri && row[iris[0]].iri).map((at) => [row[iris[0]], columns[at], row[at]]),
  );
}

async function triples(address) {
  const body = await (await fetch(`${address}&format=nt`)).text();
  const short = (iri) => decodeURIComponent(iri.replace(/^.*[/#](?=.)/, ""));
  const thing = (iri) => ({ iri, text: short(iri), href: iri });
  return [...body.matchAll(/^<([^>]+)> <([^>]+)> <([^>]+)> \.$/gm)].map(([, s, p, o]) => [thing(s), short(p), thing(o)]);
}

async function graph(place, edges, words) {
  const drawn = edges.slice(0, MOST_EDGES);
  if (!drawn.length) {
    place.textContent = words.no_graph;
    return null;
  }
  const { default: cytoscape } = await import("cytoscape");
  const box = document.createElement("div");
  box.className = "graph";
  // Cytoscape would put a stylesheet of one rule into the page, which the content security policy forbids and our own
  // stylesheet has already; an element of that name tells it so.
  box.id = "__________cytoscape_stylesheet";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", words.graph);
  place.replaceChildren(box);
  const nodes = new Map(drawn.flatMap(([s, , o]) => [s, o]).map((thing) => [thing.iri, thing]));
  const made = cytoscape({
    container: box,
    elements: [
      ...[...nodes.values()].map(({ iri, text, href }) => ({ data: { id: iri, label: text, href } })),
      ...drawn.map(([source, label, target], n) => ({ data: { id: `edge${n}`, source: source.iri, target: target.iri, label } })),
    ],
    style: [
      { selector: "node", style: { label: "data(label)", width: 16, height: 16, "font-size": 12, "text-wrap": "ellipsis", "text-max-width": 130, "text-background-color": colour("--card"), "text-background-opacity": 0.85, "text-margin-y": -3, color: colour("--ink"), "background-color": colour("--accent") } },
      { selector: "edge", style: { label: "data(label)", "font-size": 8, color: colour("--quiet"), width: 1, "line-color": "#999", "target-arrow-shape": "triangle", "target-arrow-color": "#999", "curve-style": "bezier" } },
    ],
    layout: { name: "cose", animate: false, nodeDimensionsIncludeLabels: true, idealEdgeLength: 70, componentSpacing: 60 },
  });
  made.on("tap", "node", (event) => { if (event.target.data("href").startsWith("http")) location.assign(event.target.data("href")); });
  return made;
}

/** The two columns of words whose values recur, and so can be drawn as links between them; null if there are none. */
function linkColumns({ rows, kinds }) {
  const values = (at) => new Set(rows.map((row) => row[at].text).filter(Boolean)).size;
  const fit = kinds.flatMap((kind, at) => {
    const different = kind === "iri" || kind === "text" ? values(at) : 0;
    return different > 0 && different <= MOST_ENDS ? [{ at, different }] : [];
  });
  const [left, right] = fit;
  return right && (left.different < rows.length || right.different < rows.length) ? [left.at, right.at] : null;
}

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

/** Left and right values with ribbons between them, as wide as the number of rows, or the numbers of a column. */
function links(place, { columns, rows, kinds }, [left, right], words) {
  const weigh = kinds.indexOf("number");
  const sums = new Map();
  for (const row of rows) {
    if (!row[left].text || !row[right].text) continue;
    const key = `${row[left].text}\u0000${row[right].text}`;
    const weight = weigh < 0 ? 1 : Math.max(0, row[weigh].number ?? 0);
    sums.set(key, { a: row[left], b: row[right], weight: (sums.get(key)?.weight ?? 0) + weight });
  }
  const all = [...sums.values()].filter((link) => link.weight > 0);
  const total = (side) => {
    const ends = new Map();
    for (const link of all) ends.set(link[side].text, { thing: link[side], sum: (ends.get(link[side].text)?.sum ?? 0) + link.weight });
    return [...ends.values()].sort((one, other) => other.sum - one.sum);
  };
  const [ends, others] = [total("a"), total("b")];
  // The right side in the order of the left ones that it is linked to, so that few ribbons cross.
  const order = new Map(ends.map((end, n) => [end.thing.text, n]));
  for (const end of others) {
    const own = all.filter((link) => link.b.text === end.thing.text);
    end.rank = own.reduce((before, link) => before + order.get(link.a.text) * link.weight, 0) / end.sum;
  }
  others.sort((one, other) => one.rank - other.rank);
  const height = Math.max(160, Math.max(ends.length, others.length) * 26);
  const [width, gap, inner] = [900, 4, 300];
  const sum = all.reduce((before, link) => before + link.weight, 0) || 1;
  const scale = (list) => (height - gap * list.length) / sum;
  const unit = Math.min(scale(ends), scale(others));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height + 8}`, role: "img", class: "links", "aria-label": `${words.links}: ${columns[left]} – ${columns[right]}` });
  const lay = (list, x, anchor) => {
    let y = 4;
    const free = (height - gap * list.length - sum * unit) / list.length;
    for (const end of list) {
      Object.assign(end, { y, used: 0 });
      const bar = Math.max(1, end.sum * unit);
      picture.append(svg("rect", { x, y, width: 8, height: bar, class: "end" }));
      const words_ = end.thing.text.length > 42 ? `${end.thing.text.slice(0, 41)}…` : end.thing.text;
      picture.append(svg("text", { x: anchor === "end" ? x - 6 : x + 14, y: y + bar / 2 + 4, "text-anchor": anchor }, words_));
      y += bar + gap + free;
    }
    return new Map(list.map((end) => [end.thing.text, end]));
  };
  const starts = lay(ends, inner, "end");
  const targets = lay(others, width - inner - 8, "start");
  for (const link of all) {
    const [from, to] = [starts.get(link.a.text), targets.get(link.b.text)];
    const thick = Math.max(1, link.weight * unit);
    const [y1, y2] = [from.y + from.used + thick / 2, to.y + to.used + thick / 2];
    from.used += link.weight * unit;
    to.used += link.weight * unit;
    const [x1, x2, middle] = [inner + 8, width - inner - 8, width / 2];
    const ribbon = svg("path", { d: `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`, "stroke-width": thick, class: "ribbon" });
    ribbon.append(svg("title", {}, `${link.a.text} – ${link.b.text}: ${link.weight}`));
    picture.append(ribbon);
  }
  place.replaceChildren(picture);
}
