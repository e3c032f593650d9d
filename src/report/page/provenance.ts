/** Where a report comes from: versions, hashes, options and seeds, and the command lines that make the same again. */
import { shellLine } from '../../text/shell.ts';
import { formatTime } from '../../text/time.ts';
import type { VerifyReport } from '../../verify/report.ts';
import type { ReportContent } from './content.ts';
import { escaped, type Fact, factList } from './html.ts';

const json = (value: unknown) => `<pre tabindex="0">${escaped(JSON.stringify(value, null, 1))}</pre>`;
const line = (words: readonly string[]) => shellLine(['crossloom', ...words]);

export function htmlProvenance(content: ReportContent): string {
  const { manifest, bitstream, chip, verified, explained, crossloom } = content;
  const { model, target, options, preprocessing, calibration } = manifest;
  const facts: Fact[] = [
    ['this page', `Crossloom ${crossloom}`],
    ['package', `Crossloom ${manifest.crossloom}, format ${manifest.format}`],
    ['model', `${model.file}, SHA-256 ${model.sha256}`],
    ['target', `${target.name}, fingerprint ${target.fingerprint}`],
    ['overrides', target.overrides.join(', ') || 'none'],
    ['bitstream', `SHA-256 ${bitstream}`],
    ['calibration', `${calibration.samples.length} samples`],
    ...(chip ? [['chip', `${chip.folder}, seed ${chip.chip.seed}`] as const] : []),
    ...verified.map(({ path, report }): Fact => ['verification', verifiedText(path, report)]),
    ...explained.map(
      ({ path, report }): Fact => [
        'explanation',
        `${path}: Crossloom ${report.crossloom}, ${report.data.path}, seeds ${report.seeds.join(', ')}, ${report.duration.toFixed(1)} s`,
      ],
    ),
  ];
  const lines = [
    compiling(content),
    ...programming(content),
    ...verified.map(({ report }) => verifying(report)),
  ];
  return `${factList(facts)}
<h3>Command lines</h3>
<p>Packages and reports keep no command lines of their own: the others are written from what they do keep, with <code>DATA</code> for what they do not.</p>
<pre tabindex="0">${escaped([...lines, content.commandLine].join('\n'))}</pre>
<details><summary>Options of the compilation (options.yaml)</summary>${json(options)}</details>
${preprocessing === undefined ? '' : `<details><summary>Preprocessing</summary>${json(preprocessing)}</details>`}
<details><summary>Hashes of the files of the package (SHA-256)</summary>${json(manifest.files)}</details>`;
}

const verifiedText = (path: string, { crossloom, data, seeds, duration }: VerifyReport) =>
  `${path}: Crossloom ${crossloom}, ${data.path}, seeds ${seeds.join(', ')}, ${duration.toFixed(1)} s`;

function compiling({ manifest: { model, target }, folder }: ReportContent): string {
  const set = target.overrides.flatMap((text) => ['--set', text]);
  return line([
    ...['compile', model.file, '--target', target.name, '--options', 'options.yaml', ...set],
    ...['--calibrate', 'DATA', '-o', folder],
  ]);
}

const programming = ({ chip, folder }: ReportContent): string[] =>
  chip ? [line(['program', folder, '--seed', String(chip.chip.seed), '-o', chip.folder])] : [];

function verifying({ package: { folder }, model, data, seeds, trials, readings }: VerifyReport): string {
  const times = [...new Set(readings.map(({ at }) => at))];
  const own = trials.flatMap(({ chip }) => (chip === undefined ? [] : ['--chip', chip]));
  return line([
    ...['verify', folder, '--model', model.file, '--data', data.path, '--images', String(data.images)],
    ...(own.length > 0 ? own : ['--seed', String(seeds[0]), '--trials', String(trials.length)]),
    ...(times.some((at) => at > 0)
      ? ['--at', times.map((at) => formatTime(at).replace(' ', '')).join(',')]
      : []),
  ]);
}
