/** What a tuning chose, as an options file that `crossloom compile --options` takes. */
import { Document, isMap, isSeq } from 'yaml';
import { type CompileOptions, parseOptions } from '../ir/options.ts';

/** @param comment lines above the options */
export function formatOptions(options: CompileOptions, comment: readonly string[]): string {
  const defaults = parseOptions({});
  const said = Object.entries(options).filter(
    ([field, value]) =>
      field === 'target' || JSON.stringify(value) !== JSON.stringify(Reflect.get(defaults, field)),
  );
  const document = new Document(Object.fromEntries(said));
  document.commentBefore = comment.map((line) => ` ${line}`).join('\n');
  const layers = document.get('layers');
  if (isSeq(layers)) for (const item of layers.items) if (isMap(item)) item.flow = true;
  return document.toString({ lineWidth: 0 });
}
