// Reads Markdown with the real marked, as GitHub flavours it, and says what it understood.
//
//   node oracle.mjs MARKED_FOLDER < texts.json > answers.json
//
// MARKED_FOLDER is the installed npm package. Standard input is a JSON array of texts; the answer is
// a JSON array of the same length, each a list of blocks with `kind` ("heading 2", "paragraph",
// "item", "task", "code sh", "row", "html" …), `text` as a reader sees it, `links`, and `marks`: what
// else was found within the text ("strong", "em", "del", "html", "image" …).
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const entry = pathToFileURL(resolve(process.argv[2], 'lib/marked.esm.js'));
const { lexer } = await import(entry.href);

function inline(tokens, block) {
  for (const token of tokens) {
    if (token.type === 'link') {
      block.links.push(token.href);
    } else if (!['text', 'escape', 'codespan'].includes(token.type)) {
      block.marks.push(token.type);
    }
    if (token.tokens) inline(token.tokens, block);
    else block.text += token.text ?? '';
  }
  return block;
}

const block = (kind, tokens) => inline(tokens, { kind, text: '', links: [], marks: [] });

function blocks(tokens) {
  return tokens.flatMap((token) => {
    switch (token.type) {
      case 'space':
        return [];
      case 'heading':
        return [block(`heading ${token.depth}`, token.tokens)];
      case 'code':
        return [{ ...block(`code ${token.lang}`, []), text: token.text }];
      case 'list':
        return token.items.flatMap((item) => items(item));
      case 'table':
        return [token.header, ...token.rows].map((cells) => block('row', cells.flatMap((cell) => cell.tokens)));
      case 'paragraph':
        return [block('paragraph', token.tokens)];
      default:
        return [{ ...block(token.type, []), text: token.raw.trim() }];
    }
  });
}

function items(item) {
  const words = item.tokens.filter((token) => ['text', 'paragraph'].includes(token.type));
  const others = item.tokens.filter((token) => !['text', 'paragraph', 'checkbox'].includes(token.type));
  const first = block(item.task ? 'task' : 'item', words.flatMap((token) => token.tokens ?? []));
  return [first, ...blocks(others)];
}

const texts = JSON.parse(await readAll(process.stdin));
process.stdout.write(JSON.stringify(texts.map((text) => blocks(lexer(text, { gfm: true })))));
