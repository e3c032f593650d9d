/**
 * `npm run fuzz -- CLASS`: mutates inputs of a class and runs them; anything but success or a diagnostic is a finding.
 * docs/robustness.md says more.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type ClassResult, runClass } from './campaign.ts';
import { classes } from './classes/index.ts';
import { formatCodes, formatMarkdown, formatResults } from './table.ts';

const usage = `usage: npm run fuzz -- CLASS [options]

  CLASS              ${classes.map(({ name }) => name).join(', ')}; all
  --runs N           cases (default: 2000)
  --seed S           seed of the mutations (default: 1)
  --only I           the case with this number alone
  --steps A,B        with these of its mutations, or none
  --jobs J           workers (default: one for each core)
  --seconds T        longest that a case may take (default: 30)
  --mebibytes M      most memory that cases may take (default: 1024)
  --out FOLDER       where findings are written down (default: findings)
  --codes            also print how often each code refused
  --markdown         print the table as Markdown
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    steps: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    seconds: { type: 'string', default: '30' },
    mebibytes: { type: 'string', default: '1024' },
    out: { type: 'string', default: 'findings' },
    codes: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});

const chosen = classes.filter(({ name }) => positionals.includes(name) || positionals[0] === 'all');
if (chosen.length === 0) {
  process.stderr.write(usage);
  process.exit(2);
}

const only = values.only === undefined ? undefined : Number(values.only);
const results: ClassResult[] = [];
for (const fuzzClass of chosen) {
  const result = await runClass(fuzzClass, {
    from: only ?? 0,
    to: only === undefined ? Number(values.runs) : only + 1,
    seed: Number(values.seed),
    jobs: only === undefined ? Number(values.jobs) : 1,
    limits: { seconds: Number(values.seconds), bytes: Number(values.mebibytes) * 2 ** 20 },
    out: values.out,
    steps: values.steps?.split(',').map(Number).filter(Number.isInteger),
    onRun: (done) => {
      if (process.stderr.isTTY && done % 50 === 0) process.stderr.write(`\r${fuzzClass.name}: ${done} `);
    },
  });
  results.push(result);
  if (values.codes) process.stdout.write(`${formatCodes(result)}\n`);
}
process.stdout.write(values.markdown ? formatMarkdown(results) : formatResults(results));
if (only !== undefined)
  for (const { findings } of results)
    for (const { message } of findings) process.stdout.write(`\n${message}\n`);
process.exitCode = results.some(({ findings }) => findings.length > 0) ? 1 : 0;
