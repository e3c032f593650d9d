/** The version in package.json, which packages and reports record. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from './install-root.ts';

export const version: string = JSON.parse(readFileSync(join(installRoot(), 'package.json'), 'utf8')).version;
