/** What `config init` writes and `config view` shows. Pure. */
import type {Command} from 'commander';
import * as v from 'valibot';
import {textTable} from '../../headless/print/text-table.js';
import {gatewayText} from '../../kube/gateway/gateway-address.js';
import type {Origins} from './apply-config.js';
import {allSettings, type Setting} from './settings.js';

/** Settings that nobody keeps: they are of one command line. */
const ofOneLine: ReadonlySet<string> = new Set(
	'sandbox services revisions seed pace dry-run reason wait to template previous watch output for log verbose quiet'.split(
		' ',
	),
);

/** Every key commented out, with what its flag says, and contexts as an example. */
export function exampleConfig(program: Command): string {
	const settings = [...allSettings(program).values()].filter(
		({key, isOfFile}) =>
			isOfFile &&
			program.options.some(({long}) => long?.replace(/^--(?:no-)?/, '') === key) &&
			!ofOneLine.has(key),
	);
	return [
		'# Settings of kn-canary: they hold where neither a flag nor a variable says otherwise.',
		'# Each key is a flag without its dashes; each flag has a variable, too: max-rate is KN_CANARY_MAX_RATE.',
		'# `kn-canary config view` shows the settings in effect, and where each comes from.',
		'',
		...settings.flatMap(setting => [
			`# ${setting.option.description}`,
			`# ${setting.key}: ${exampleOf(setting)}`,
			'',
		]),
		'# Of one context alone; these come first. production may be true or false there.',
		'# contexts:',
		'#   prod-eu:',
		'#     production: true',
		'#     gateway: 203.0.113.10:443',
		"#     header: ['Authorization: Bearer $TOKEN']",
		'#     fingerprint: header:x-version',
		'',
	].join('\n');
}

function exampleOf({option, key}: Setting): string {
	const examples: Readonly<Record<string, string>> = {
		production: '^prod',
		gateway: '203.0.113.10:80',
		theme: 'dark',
		'max-rate': '50',
		rate: '1',
		timeout: '10s',
		path: '/healthz',
		fingerprint: 'first-line',
		header: "['X-Probe: kn-canary']",
		'expect-status': '2xx,404',
	};
	return examples[key] ?? (option.isBoolean() ? 'true' : option.negate ? 'false' : '…');
}

export type Shown = {key: string; value: unknown; from: string};

/** @param place Of the file. */
export function shownSettings(command: Command, origins: Origins, place: string | undefined): Shown[] {
	const program = command.parent?.parent ?? command;
	const shown = [...origins].flatMap(([setting, origin]): Shown[] => {
		const {key, option, isCovered} = setting;
		if (!program.options.includes(option)) return [];
		const value: unknown = 'raw' in origin ? origin.raw : program.getOptionValue(option.attributeName());
		const from = {
			flag: `flag ${option.long ?? ''}`,
			variable: 'name' in origin ? `variable ${origin.name}` : '',
			file: `${place ?? ''}${'context' in origin && origin.context !== undefined ? ` (context ${origin.context})` : ''}`,
			default: 'default',
		}[origin.kind];
		return [{key, value: value === undefined ? null : isCovered ? '•••' : plain(value), from}];
	});
	return shown.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

const givenGateway = v.object({
	kind: v.literal('address'),
	host: v.string(),
	port: v.optional(v.number()),
	tls: v.optional(v.boolean()),
});

/** As it is typed. */
function plain(value: unknown): unknown {
	if (value instanceof RegExp) return value.source;
	const gateway = v.safeParse(givenGateway, value);
	return gateway.success ? gatewayText(gateway.output) : value;
}

/** What is not the default first; all of it with `--all`. */
export function viewLines(shown: readonly Shown[], isAll: boolean): string[] {
	const rows = shown.filter(({from}) => isAll || from !== 'default');
	if (rows.length === 0) return ['Nothing is set: everything is as by default; --all shows it.'];
	return textTable([
		['KEY', 'VALUE', 'FROM'],
		...rows.map(({key, value, from}) => [
			key,
			value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value),
			from,
		]),
	]);
}
