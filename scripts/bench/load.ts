/**
 * Whether the numbers of `kn-canary verify` are those of a public load tool: the rate that was really sent and the
 * percentiles, beside `hey` and `wrk` (Debian packages) on the same gateway in the same run. A tool that is not
 * installed is left out, and so is wrk where a rate is kept, which it cannot do. Prints a table.
 */
import {execFile} from 'node:child_process';
import {parseArgs, promisify} from 'node:util';
import {startSandboxProcess} from '../../test/support/program/sandbox-process.ts';

const {values: flags} = parseArgs({options: {seconds: {type: 'string', default: '6'}}});
const seconds = Number(flags.seconds);
const program = 'dist/cli.js';
const host = 'checkout.default.example.com';
const run = promisify(execFile);

/** Latencies in milliseconds; undefined where a tool does not say. */
type Measured = {
	tool: string;
	sent: number;
	p50: number | undefined;
	p95: number | undefined;
	p99: number | undefined;
	note?: string;
};

const number = (text: string, pattern: RegExp): number | undefined => {
	const found = pattern.exec(text)?.[1];
	return found === undefined ? undefined : Number(found);
};

type Report = {
	since: string;
	until: string;
	requests: {sent: number; notSent: number; errors: number};
	rows: {p50: number | null; p95: number | null; p99: number | null; n: number}[];
};

/** Rate 0: as fast as it goes, which here is a schedule that nobody can keep. */
async function canary(kubeconfig: string, rate: number): Promise<Measured> {
	const wanted = rate === 0 ? 5000 : rate;
	const wish = [
		'--requests',
		String(wanted * seconds),
		'--rate',
		String(wanted),
		'--max-rate',
		String(wanted),
	];
	const args = [program, 'verify', 'checkout', '--kubeconfig', kubeconfig, '-o', 'json', ...wish];
	const {stdout} = await run(process.execPath, args);
	const report: Report = JSON.parse(stdout);
	const [row] = report.rows.toSorted((one, other) => other.n - one.n);
	const {sent, notSent, errors} = report.requests;
	const said = [...(notSent > 0 ? [`${notSent} not sent`] : []), ...(errors > 0 ? [`${errors} errors`] : [])];
	return {
		tool: 'kn-canary',
		sent: (sent * 1000) / (Date.parse(report.until) - Date.parse(report.since)),
		p50: row?.p50 ?? undefined,
		p95: row?.p95 ?? undefined,
		p99: row?.p99 ?? undefined,
		note: said.join(', '),
	};
}

async function hey(url: string, rate: number): Promise<Measured> {
	const load =
		rate === 0
			? ['-z', `${seconds}s`, '-c', '8']
			: ['-n', String(rate * seconds), '-c', '1', '-q', String(rate)];
	const {stdout} = await run('hey', [...load, '-host', host, url]);
	const at = (percent: number) => {
		const found = number(stdout, new RegExp(String.raw`${percent}%+ in ([\d.]+) secs`));
		return found === undefined || found === 0 ? undefined : found * 1000;
	};
	return {
		tool: 'hey',
		sent: number(stdout, /Requests\/sec:\s+([\d.]+)/) ?? Number.NaN,
		p50: at(50),
		p95: at(95),
		p99: at(99),
	};
}

async function wrk(url: string): Promise<Measured> {
	const {stdout} = await run('wrk', ['-t1', '-c8', `-d${seconds}s`, '--latency', '-H', `Host: ${host}`, url]);
	const at = (percent: number) => {
		const [, value, unit = 'ms'] = new RegExp(String.raw`${percent}%\s+([\d.]+)(us|ms|s)`).exec(stdout) ?? [];
		return value === undefined ? undefined : Number(value) * {us: 0.001, ms: 1, s: 1000}[unit]!;
	};
	return {
		tool: 'wrk',
		sent: number(stdout, /Requests\/sec:\s+([\d.]+)/) ?? Number.NaN,
		p50: at(50),
		p95: undefined,
		p99: at(99),
		note: 'closed loop: a slow answer delays the next request',
	};
}

/** Undefined when the tool is not installed. */
async function ifInstalled(measure: Promise<Measured>): Promise<Measured | undefined> {
	try {
		return await measure;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
		throw error;
	}
}

const sandbox = await startSandboxProcess(program);
const missing = new Set<string>();
try {
	const url = `http://${sandbox.gateway}/`;
	console.log(
		`${'rate'.padEnd(6)}${'tool'.padEnd(11)}${'sent/s'.padStart(9)}${'p50 ms'.padStart(9)}${'p95 ms'.padStart(9)}${'p99 ms'.padStart(9)}`,
	);
	for (const rate of [1, 20, 50, 0]) {
		const measured = [await canary(sandbox.kubeconfig, rate)];
		const others = [
			['hey', async () => hey(url, rate)],
			...(rate === 0 ? [['wrk', async () => wrk(url)] as const] : []),
		] as const;
		for (const [tool, measure] of others) {
			const result = await ifInstalled(measure());
			if (result) measured.push(result);
			else missing.add(tool);
		}
		for (const {tool, sent, p50, p95, p99, note = ''} of measured) {
			const cells = [sent, p50, p95, p99].map(value =>
				(value === undefined ? '–' : value.toFixed(value < 100 ? 1 : 0)).padStart(9),
			);
			console.log(
				`${(rate === 0 ? 'full' : `${rate}/s`).padEnd(6)}${tool.padEnd(11)}${cells.join('')}  ${note}`,
			);
		}
	}
	for (const tool of missing) console.log(`${tool} is not installed: not compared with it.`);
} finally {
	await sandbox.stop();
}
