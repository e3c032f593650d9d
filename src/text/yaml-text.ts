/** Plain data -> YAML text for people: groups one below the other, lists in one line, and a comment above whatever has one. */
import { Document, isMap, isScalar, isSeq, visit } from 'yaml';
import { wrap } from './wrap.ts';

/**
 * @param heading comment in front of everything
 * @param commentOf what stands above a part, by keys from the outermost on
 * @param ending comment behind everything
 */
export function formatYaml(
  value: object,
  heading: string,
  commentOf: (path: readonly string[]) => string | undefined,
  ending: string,
): string {
  const document = new Document(value);
  document.commentBefore = commented(heading);
  if (ending !== '') document.comment = commented(ending);
  visit(document, {
    Seq(_, list) {
      list.flow = true;
    },
    Pair(_, { key, value: inner }, ancestors) {
      if (!isScalar(key)) return;
      const above = ancestors.flatMap((node) =>
        isPair(node) ? [String((node.key as { value: unknown }).value)] : [],
      );
      const path = [...above, String(key.value)];
      const comment = commentOf(path);
      if (comment !== undefined) key.commentBefore = commented(comment);
      if (path.length === 1 && (isMap(inner) || comment !== undefined) && !isSeq(inner))
        key.spaceBefore = true;
    },
  });
  return document.toString({ lineWidth: width, flowCollectionPadding: false });
}

const width = 110;

const isPair = (node: unknown): node is { readonly key: unknown } =>
  typeof node === 'object' && node !== null && 'key' in node && 'value' in node;

/** A text as lines of a comment. */
function commented(text: string): string {
  return wrap(text, width - 1)
    .map((line) => ` ${line}`)
    .join('\n');
}
