// Writes the JSON Schema of target files to dist/target.schema.json, after tsc has compiled the zod schema.
import { writeFile } from 'node:fs/promises';
import { targetJsonSchema } from '../dist/src/target/schema.js';

const file = new URL('../dist/target.schema.json', import.meta.url);
await writeFile(file, `${JSON.stringify(targetJsonSchema(), null, 2)}\n`);
