// The answer as a chart or as a graph, beside the table that the server made. The drawing is fetched when asked for.

const MOST_BARS = 40;
const MOST_NODES = 300;

export function showResults(words) {
  const section = document.querySelector("section[data-answer]");
  if (!section) return;
  const table = section.querySelector(".scroll, pre");
  const drawing = document.createElement("div");
  drawing.className = "drawing";
  drawing.hidden = true;
  const bar = document.createElement("div");
  bar.className = "row views";
  const choose = async (button, draw) => {
    for (const other of bar.children) other.setAttribute("aria-pressed", String(other === button));
    table.hidden = Boolean(draw);
    drawing.hidden = !draw;
    if (draw) {
      drawing.replaceChildren();
      await draw(drawing, section.dataset.answer, words);
    }
  };
  for (const [name, draw] of [[words.table, null], [words.chart, chart], [words.graph, graph]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second";
    button.textContent = name;
    button.addEventListener("click", () => choose(button, draw));
    bar.append(button);
  }
  bar.firstChild.setAttribute("aria-pressed", "true");
  table.before(bar);
  table.after(drawing);
}

async function rowsOf(address, format) {
  const response = await fetch(`${address}&format=${format}`);
  return response.ok ? response.json() : null;
}

function say(place, text) {
  const said = document.createElement("p");
  said.className = "quiet";
  said.textContent = text;
  place.replaceChildren(said);
}

const short = (value) => value.replace(/^.*[/#](?=.)/, "");

/** The first column of numbers as bars, named by the first column of words. */
async function chart(place, address, words) {
  const answer = await rowsOf(address, "json");
  const columns = answer?.head?.vars ?? [];
  const rows = (answer?.results?.bindings ?? []).slice(0, MOST_BARS);
  const isNumber = (name) => rows.length && rows.every((row) => row[name] && row[name].value !== "" && !isNaN(row[name].value));
  const numbers = columns.find((name) => isNumber(name) && rows.some((row) => /#(integer|decimal|double|float)$/.test(row[name].datatype ?? "")));
  const names = columns.find((name) => name !== numbers && rows.some((row) => row[name]));
  if (!numbers || !names) return say(place, words.noChart);
  const { default: Chart } = await import("chart.js/auto");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${numbers} / ${names}`);
  canvas.height = Math.max(160, rows.length * 24);
  place.replaceChildren(canvas);
  const style = getComputedStyle(document.documentElement);
  Chart.defaults.color = style.getPropertyValue("--ink");
  return new Chart(canvas, {
    type: "bar",
    data: {
      labels: rows.map((row) => short(row[names]?.value ?? "")),
      datasets: [{ label: numbers, data: rows.map((row) => Number(row[numbers].value)), backgroundColor: style.getPropertyValue("--accent") }],
    },
    options: { indexAxis: "y", maintainAspectRatio: false, animation: false, plugins: { legend: { display: false } } },
  });
}

/** Subject, predicate and object of a graph, or the things of each row joined to the first of it. */
async function graph(place, address, words) {
  const answer = await rowsOf(address, "json");
  let edges = [];
  if (answer?.results) {
    const things = (row) => answer.head.vars.filter((name) => row[name]?.type === "uri").map((name) => [name, row[name].value]);
    for (const row of answer.results.bindings) {
      const [first, ...others] = things(row);
      for (const [name, value] of others) edges.push([first[1], name, value]);
    }
  } else {
    const document_ = await (await fetch(`${address}&format=nt`)).text();
    edges = [...document_.matchAll(/^<([^>]+)> <([^>]+)> <([^>]+)> \.$/gm)].map(([, s, p, o]) => [s, short(p), o]);
  }
  edges = edges.slice(0, MOST_NODES);
  if (!edges.length) return say(place, words.noGraph);
  const { default: cytoscape } = await import("cytoscape");
  const box = document.createElement("div");
  box.className = "graph";
  // Cytoscape would put a stylesheet of one rule into the page, which the content security policy forbids and our own
  // stylesheet has already; an element of that name tells it so.
  box.id = "__________cytoscape_stylesheet";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", words.graph);
  place.replaceChildren(box);
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim();
  const nodes = [...new Set(edges.flatMap(([s, , o]) => [s, o]))];
  return cytoscape({
    container: box,
    elements: [
      ...nodes.map((id) => ({ data: { id, label: decodeURIComponent(short(id)) } })),
      ...edges.map(([source, label, target], n) => ({ data: { id: `edge${n}`, source, target, label } })),
    ],
    style: [
      { selector: "node", style: { label: "data(label)", width: 16, height: 16, "font-size": 12, "text-wrap": "ellipsis", "text-max-width": 130, "text-background-color": style.getPropertyValue("--card").trim(), "text-background-opacity": 0.85, "text-margin-y": -3, color: ink, "background-color": style.getPropertyValue("--accent").trim() } },
      { selector: "edge", style: { label: "data(label)", "font-size": 8, color: style.getPropertyValue("--quiet").trim(), width: 1, "line-color": "#999", "target-arrow-shape": "triangle", "target-arrow-color": "#999", "curve-style": "bezier" } },
    ],
    layout: { name: "cose", animate: false, nodeDimensionsIncludeLabels: true, idealEdgeLength: 70, componentSpacing: 60 },
  });
}
