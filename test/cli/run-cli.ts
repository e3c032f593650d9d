/**
 * Runs one command line in process, with a pinned help width and a clock that stands still. What it prints as JSON has to
 * fit the schema that is published for it.
 */
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli.ts';
import { checkReport } from '../report/published.ts';

export interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** An Io that collects what is written. */
export function collectingIo(overrides: Partial<Io> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    redraw: (line) => void err.push(`\r\u001b[K${line}`),
    stdin: async function* () {},
    isTty: false,
    columns: 160,
    program: 'crossloom',
    env: {},
    now: () => 0,
    onInterrupt: () => () => undefined,
    onTerminate: () => () => undefined,
    ...overrides,
  };
  return { io, out: () => out.join(''), err: () => err.join('') };
}

export async function runCli(args: readonly string[], overrides: Partial<Io> = {}): Promise<Outcome> {
  const { io, out, err } = collectingIo(overrides);
  const exit = await main(args, io);
  if (args.includes('--json') && overrides.stdout === undefined) {
    if (out() !== '') checkReport(out());
    if (err() !== '') checkReport(err());
  }
  return { exit, out: out(), err: err() };
}

/** The same with Ctrl-C once standard error says `sign`, by a clock that has every step of a phase said. */
export async function runUntil(
  sign: string,
  args: readonly string[],
  overrides: Partial<Io> = {},
): Promise<Outcome> {
  const said: string[] = [];
  let press: (() => void) | undefined;
  let time = 0;
  const { exit, out } = await runCli(args, {
    ...overrides,
    now: () => {
      time += 60_000;
      return time;
    },
    onInterrupt(listener) {
      press = listener;
      return () => undefined;
    },
    stderr(text) {
      said.push(text);
      if (!text.includes(sign)) return;
      const once = press;
      press = undefined;
      once?.();
    },
  });
  return { exit, out, err: said.join('') };
}

/** The exit code of a run that failed, and the codes of its problems: `40 data/no-labels`. */
export function problemOf({ exit, err }: Outcome): string {
  const codes = [
    ...err.matchAll(/^error\[([a-z-]+\/[a-z-]+)\]|"code": "([a-z-]+\/[a-z-]+)",\n *"severity": "error"/gm),
  ].map((match) => match[1] ?? match[2]!);
  return [exit, ...new Set(codes)].join(' ');
}
