/**
 * The library's exports as one page, `scripts/site/api.md`, from the declarations that `npm run build` makes: API Extractor reads
 * them, with a TypeScript of its own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = resolve(import.meta.dirname, '../..');
const entry = join(root, 'dist/src/index.d.ts');
const model = join(root, 'dist/site-api.json');

function extract() {
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: entry,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2023', types: ['node'] },
            ...{ skipLibCheck: true, allowImportingTsExtensions: true, noEmit: true },
          },
          files: [entry],
        },
      },
      apiReport: { enabled: false },
      docModel: { enabled: true, apiJsonFilePath: model },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: Object.fromEntries(
        ['extractorMessageReporting', 'tsdocMessageReporting'].map((kind) => [
          kind,
          { default: { logLevel: 'none' } },
        ]),
      ),
    },
  });
  // It says which TypeScript it brings, and that every symbol that is not exported is not.
  const quiet = (message) => {
    if (message.logLevel !== 'error') message.handled = true;
  };
  const { succeeded } = Extractor.invoke(config, { messageCallback: quiet });
  if (!succeeded) throw new Error('the declarations could not be read');
  return JSON.parse(readFileSync(model, 'utf8')).members[0].members;
}

/** A comment's text, and its tags in order: { tag, text }. */
function commentOf({ docComment = '' }) {
  const text = docComment.replace(/^\/\*\*|\*\/\s*$/g, '').replace(/^[ \t]*\* ?/gm, '');
  const [summary, ...tags] = text.split(/^(?=@\w+)/m);
  return {
    summary: prose(summary),
    tags: tags.map((one) => {
      const [, tag, rest] = /^@(\w+)\s*(?:-\s*)?([\s\S]*)$/.exec(one);
      return { tag, text: prose(rest) };
    }),
  };
}

/** Angle brackets and braces mean something to pages outside code. */
const prose = (text) =>
  text
    .trim()
    .replace(/\\([@{}<>])/g, '$1')
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 ? part : part.replace(/[<{]/g, (c) => (c === '<' ? '&lt;' : '&#123;'))))
    .join('');

const codeOf = ({ excerptTokens }) =>
  excerptTokens
    .map(({ text }) => text)
    .join('')
    .replace(/^export (declare )?/, '');

const words = { throws: 'Throws', returns: 'Returns', param: 'Parameter' };

function tagLine({ tag, text }) {
  const [, name, rest] = (tag === 'param' && /^(\S+)\s*-?\s*([\s\S]*)$/.exec(text)) || [];
  return name ? `- \`${name}\`: ${rest}` : `- ${words[tag] ?? tag}: ${text}`;
}

/** A function, class, interface, type or value: its comment, and its declaration with the comments of its members. */
function entryOf(item) {
  const { summary, tags } = commentOf(item);
  const members = (item.members ?? []).map((member) => {
    // API Extractor makes up one for constructors.
    const { summary: about } = commentOf(member.kind === 'Constructor' ? {} : member);
    const comment = about
      ? `  /** ${about.replace(/\s+/g, ' ').replaceAll('&lt;', '<').replaceAll('&#123;', '{')} */\n`
      : '';
    return `${comment}  ${codeOf(member)}`;
  });
  const declaration = codeOf(item).trimEnd();
  const code = members.length > 0 ? `${declaration} {\n${members.join('\n')}\n}` : declaration;
  return [`### ${item.name}`, summary, `\`\`\`ts\n${code}\n\`\`\``, tags.map(tagLine).join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

const sections = [
  ['Functions', ['Function']],
  ['Values and classes', ['Variable', 'Class']],
  ['Types', ['Interface', 'TypeAlias']],
];

/** @returns how many exports the page has */
export function writeApiPage() {
  const all = extract();
  const byName = (a, b) => a.name.localeCompare(b.name);
  const chapters = sections.map(([title, kinds]) => {
    const items = all.filter(({ kind }) => kinds.includes(kind)).sort(byName);
    return `## ${title}\n\n${items.map(entryOf).join('\n\n')}`;
  });
  const head = `# The library

What \`import ... from 'crossloom'\` offers, made from the comments of the sources by \`npm run docs\`. The [README](../../README.md#use) has an
example that goes from a model to a verified chip; problems of the input are thrown as a \`DiagnosticError\`.`;
  writeFileSync(join(import.meta.dirname, 'api.md'), `${head}\n\n${chapters.join('\n\n')}\n`);
  return all.length;
}
