// Reads flowcharts with the real mermaid.js and says what it understood.
//
//   node oracle.mjs MERMAID_FOLDER < charts.json > answers.json
//
// MERMAID_FOLDER is the installed npm package. Standard input is a JSON array of charts as text;
// the answer is a JSON array of the same length, each with `error`, or with `direction`,
// `vertices` (id, shape, text, classes) and `edges` (start, end, type, stroke, length, text).
// The texts are as a reader of the drawn chart sees them: entity codes decoded, line breaks as "\n".
import { register } from 'node:module';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

// Mermaid cleans labels with DOMPurify, which does not load where there is no page.
register('./without-page.mjs', import.meta.url);

const folder = resolve(process.argv[2]);
const entry = pathToFileURL(resolve(folder, 'dist/mermaid.core.mjs'));
const { default: mermaid } = await import(entry.href);
// The limits of a page have nothing to say here; a flow may be longer than they allow.
mermaid.initialize({ startOnLoad: false, maxEdges: 1_000_000, maxTextSize: 1_000_000_000 });

const named = { quot: '"', amp: '&', lt: '<', gt: '>', apos: "'", nbsp: '\u00a0' };

// Mermaid keeps `#35;` as `ﬂ°°35¶ß`, and `#quot;` as `ﬂ°quot¶ß`, until it draws. One pass, so that
// what comes out of one code is not taken for the start of another.
function shown(label) {
  return label.replace(/ﬂ°°\+?(\d+)¶ß|ﬂ°(\w+)¶ß|<br\s*\/?>/g, (found, code, name) => {
    if (code) return String.fromCodePoint(Number(code));
    return name ? (named[name] ?? found) : '\n';
  });
}

// A label in backticks is laid out as Markdown; none is written that way.
function plain(of, label, type) {
  if (type === 'markdown') throw new Error(`${of} has a Markdown label`);
  return shown(label);
}

async function understand(chart) {
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(chart);
  return {
    direction: db.getDirection(),
    vertices: [...db.getVertices().values()].map((vertex) => ({
      id: vertex.id,
      shape: vertex.type ?? null,
      text: plain(vertex.id, vertex.text, vertex.labelType),
      classes: vertex.classes,
    })),
    edges: db.getEdges().map((edge) => ({
      start: edge.start,
      end: edge.end,
      type: edge.type,
      stroke: edge.stroke,
      length: edge.length,
      text: plain(`${edge.start} to ${edge.end}`, edge.text, edge.labelType),
    })),
  };
}

const answers = [];
for (const chart of JSON.parse(await readAll(process.stdin))) {
  // One after the other: mermaid keeps the chart it reads in a global.
  answers.push(await understand(chart).catch((error) => ({ error: String(error.message ?? error) })));
}
console.log(JSON.stringify(answers));
