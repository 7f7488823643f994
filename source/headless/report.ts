/** How the commands without a screen say what they would do and did: as lines for people, or as one JSON object. */
import type {HistoryEntry} from '../journal/journal-entry.js';
import type {Plan} from '../release/plan.js';
import type {Split, SplitDifference} from '../knative/split/split.js';
import type {Result} from './release.js';
import {zoned} from '../knative/text/moment.js';

const shareWords = (value: number | undefined, none: string) => (value === undefined ? none : `${value} %`);

function rowWords({key, revision, latest, before, after, tags}: SplitDifference): string {
	const name = latest ? `@latest (${revision ?? 'none ready'})` : key;
	const tagged = tags.length > 0 ? `  ${tags.join(', ')}` : '';
	return `  ${name}  ${shareWords(before, '–')} → ${shareWords(after, 'taken out')}${tagged}`;
}

const labelWidth = (lines: readonly {label: string}[]) =>
	Math.max(0, ...lines.map(({label}) => label.length));

/** What the review sheet of the console shows. */
export function planLines({
	action,
	name,
	namespace,
	rows,
	warnings,
	notes,
	commands,
	about = [],
}: Plan): string[] {
	return [
		`${action} ${name} in ${namespace}`,
		...rows.map(row => rowWords(row)),
		...about.map(({label, value}) => `  ${label.padEnd(labelWidth(about))}  ${value}`),
		...warnings.map(({sentence}) => `! ${sentence}`),
		...notes.map(note => `· ${note}`),
		...commands.map(command => `$ ${command}`),
	];
}

const rowsOf = (split: Split) =>
	split.map(({key, revision, percent, tags}) => ({target: key, revision, percent, tags}));

/** One object; its fields are an interface for scripts. */
export function resultJson({code, sentence, plan, dryRun, outcome, arrival}: Result): string {
	return JSON.stringify(
		{
			exitCode: code,
			sentence,
			outcome,
			dryRun,
			gateway: arrival,
			...(plan && {
				action: plan.action,
				namespace: plan.namespace,
				service: plan.name,
				before: plan.splits && rowsOf(plan.splits.before),
				after: plan.splits && rowsOf(plan.splits.after),
				warnings: plan.warnings.map(({kind, sentence: said}) => ({kind, sentence: said})),
				notes: plan.notes,
				about: plan.about,
				commands: plan.commands,
			}),
		},
		undefined,
		2,
	);
}

function splitWords(split: Split): string {
	return split.map(({key, percent}) => `${key}=${percent}`).join(' ');
}

/** Times are those of the operator, with their zone. */
export function historyLines(entries: readonly HistoryEntry[]): string[] {
	return entries.flatMap(({at, context, namespace, service, by, own, reason, before, after, command}) => [
		`${zoned(at)}  ${context} ${namespace}/${service}  ${own ? 'here, ' : ''}${by || 'somebody'}  ${reason}`,
		`  ${splitWords(before)} → ${splitWords(after)}`,
		...(command === '' ? [] : [`  $ ${command}`]),
	]);
}

export function historyJson(entries: readonly HistoryEntry[]): string {
	return JSON.stringify(
		entries.map(({at, before, after, ...rest}) => ({
			at: zoned(at),
			...rest,
			before: rowsOf(before),
			after: rowsOf(after),
		})),
		undefined,
		2,
	);
}
