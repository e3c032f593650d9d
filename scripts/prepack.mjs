// Before npm packs: an empty dist/, for what the build writes next, and in dist/node_modules the runtime for processors out of
// the installed onnxruntime-node. As a dependency of its own that package would fetch GPU libraries from elsewhere when it is
// installed, unless whoever installs it knows the switch; a copy without install script, where Node looks first, fetches nothing.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of every platform the library and its binding to Node; what belongs to GPUs (DirectML, the shader compiler) stays away. */
const libraries = [
  'onnxruntime_binding.node',
  'libonnxruntime.so.1',
  'libonnxruntime.1.dylib',
  'onnxruntime.dll',
];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const from = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const to = join(dist, 'node_modules/onnxruntime-node');

await rm(dist, { recursive: true, force: true });
await mkdir(to, { recursive: true });
await cp(join(root, 'licences/onnxruntime'), to, { recursive: true });
await cp(join(from, 'dist'), join(to, 'dist'), { recursive: true, filter: (file) => !file.endsWith('.map') });
for (const platform of await platforms(join(from, 'bin'))) {
  const found = (await readdir(join(from, platform))).filter((file) => libraries.includes(file));
  if (found.length !== 2) throw new Error(`${platform} of onnxruntime-node has other files than were known`);
  for (const file of found) await cp(join(from, platform, file), join(to, platform, file));
}
const { name, version, description, license, repository, author, main, types } = JSON.parse(
  await readFile(join(from, 'package.json'), 'utf8'),
);
const manifest = { name, version, description, license, repository, author, main, types };
await writeFile(join(to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

/** The folders bin/napi-vN/PLATFORM/PROCESSOR, from the package's root. */
async function platforms(bin) {
  const entries = await readdir(bin, { recursive: true });
  return entries.filter((file) => /^napi-v\d+[/\\]\w+[/\\]\w+$/.test(file)).map((file) => join('bin', file));
}
