// Writes the JSON Schemas of target files, of studies and of what `--json` prints, after tsc has compiled the zod schemas.
import { mkdir, writeFile } from 'node:fs/promises';
import { reportJsonSchema, reportNames } from '../dist/src/report/schemas/all.js';
import { studyJsonSchema } from '../dist/src/sweep/study.js';
import { targetJsonSchema } from '../dist/src/target/schema.js';

const dist = new URL('../dist/', import.meta.url);
const write = (path, schema) => writeFile(new URL(path, dist), `${JSON.stringify(schema, null, 2)}\n`);

await write('target.schema.json', targetJsonSchema());
await write('study.schema.json', studyJsonSchema());
await mkdir(new URL('schemas/', dist), { recursive: true });
for (const name of reportNames) await write(`schemas/${name}.json`, reportJsonSchema(name));
