// Reads flowcharts with the real mermaid.js and says what it keeps of them, unchanged.
//
//   node as-kept.mjs MERMAID_FOLDER < charts.json > answers.json
//
// MERMAID_FOLDER is the installed npm package. Standard input is a JSON array of charts as text;
// the answer is a JSON array of the same length, each with `error` (and `line`, where mermaid.js
// says one), or with `direction`, `vertices` (id, shape, text), `edges` (start, end, type, stroke,
// length, text) and `subgraphs` (id, title, nodes). A text that is no text is given as JSON.
// With `--time`, it answers with the milliseconds of processor time that each chart took instead, without
// the first.
import { register } from 'node:module';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

// Mermaid cleans labels with DOMPurify, which does not load where there is no page.
register('./without-page.mjs', import.meta.url);

const folder = resolve(process.argv[2]);
const entry = pathToFileURL(resolve(folder, 'dist/mermaid.core.mjs'));
// What mermaid.js logs would end up between the answers.
console.debug = console.info = console.warn = console.error = () => {};
const { default: mermaid } = await import(entry.href);
// The limits of a page have nothing to say here.
mermaid.initialize({ startOnLoad: false, maxEdges: 1_000_000, maxTextSize: 1_000_000_000, logLevel: 'fatal' });

const flowcharts = ['flowchart-v2', 'flowchart', 'flowchart-elk', 'swimlane'];
const plain = (text) => (typeof text === 'string' ? text : JSON.stringify(text));

async function read(chart) {
  const { db, type } = await mermaid.mermaidAPI.getDiagramFromText(chart);
  if (!flowcharts.includes(type)) throw new Error(`is of type ${type}`);
  return db;
}

function kept(db) {
  return {
    direction: db.getDirection(),
    vertices: [...db.getVertices().values()].map(({ id, type, text }) => ({ id, shape: type ?? null, text: plain(text) })),
    edges: db.getEdges().map(({ start, end, type, stroke, length, text }) => ({ start, end, type, stroke, length, text })),
    subgraphs: db.getSubGraphs().map(({ id, title, nodes }) => ({ id, title, nodes })),
  };
}

const refused = (error) => ({ error: String(error.message ?? error).toWellFormed(), line: error.hash?.loc?.first_line ?? null });

const charts = JSON.parse(await readAll(process.stdin));
const answers = [];
// One after the other: mermaid keeps the chart it reads in a global.
if (process.argv.includes('--time')) {
  await read('flowchart TD\n a-->b');
  for (const chart of charts) {
    const before = process.cpuUsage();
    await read(chart);
    const { user, system } = process.cpuUsage(before);
    answers.push((user + system) / 1000);
  }
} else {
  for (const chart of charts) answers.push(await read(chart).then(kept).catch(refused));
}
process.stdout.write(JSON.stringify(answers));
