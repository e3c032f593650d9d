/** What a tuning chose, as an options file that `crossloom compile --options` takes. */
import { Document, isMap, isSeq } from 'yaml';
import { type CompileOptions, type LayerOptions, parseOptions } from '../ir/options.ts';
import { patternOf } from '../text/name-pattern.ts';

/** An entry of `layers`. */
export type LayerEntry = CompileOptions['layers'][number];

/** The fields of a layer that its entry has to say; undefined where it needs none. */
export function layerEntry(name: string, given: LayerOptions, wanted: LayerOptions): LayerEntry | undefined {
  const changed = Object.entries(wanted).filter(([field, value]) => Reflect.get(given, field) !== value);
  return changed.length === 0
    ? undefined
    : { match: patternOf(name), ...(Object.fromEntries(changed) as LayerOptions) };
}

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
