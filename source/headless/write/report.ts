/** How the commands without a screen say what they would do and did: as lines for people, or as one JSON object. */
import {visibleJson} from '../said.js';
import type {Attempt} from '../../journal/attempt.js';
import type {Deed} from '../../journal/deed.js';
import type {HistoryEntry} from '../../journal/journal-entry.js';
import {toldAbout, type Plan} from '../../release/plan.js';
import {coveredLine, isGuarded} from '../../knative/commands/commands.js';
import type {Split, SplitDifference} from '../../knative/split/split.js';
import type {Result} from './apply-plan.js';
import {zoned} from '../../knative/text/moment.js';

const shareWords = (value: number | undefined, none: string) => (value === undefined ? none : `${value} %`);

function rowWords(
	{key, revision, latest, before, after, tags, tagsBefore}: SplitDifference,
	action: Plan['action'],
): string {
	const isMaking = action === 'create revision' || action === 'autoscaling';
	const name = latest ? `@latest (${revision ?? (isMaking ? 'the new revision' : 'none ready')})` : key;
	// A tag that goes takes its URL with it.
	const gone = tagsBefore.filter(tag => !tags.includes(tag)).map(tag => `-${tag}`);
	const signed = tags.map(tag => (before !== undefined && !tagsBefore.includes(tag) ? `+${tag}` : tag));
	const words = [...signed, ...gone].join(', ');
	const tagged = words === '' ? '' : `  ${words}`;
	return `  ${name}  ${shareWords(before, '–')} → ${shareWords(after, 'removed')}${tagged}`;
}

const labelWidth = (lines: readonly {label: string}[]) =>
	Math.max(0, ...lines.map(({label}) => label.length));

/** What the review sheet of the console shows. */
export function planLines({
	action,
	name,
	namespace,
	rows,
	facts,
	warnings,
	notes,
	commands,
	...told
}: Plan): string[] {
	const about = toldAbout(told);
	return [
		`${action} ${name} in ${namespace}`,
		...rows.map(row => rowWords(row, action)),
		...facts.map(({label, value}) => `  ${label.padEnd(labelWidth(facts))}  ${value}`),
		...about.map(({label, value}) => `  ${label.padEnd(labelWidth(about))}  ${value}`),
		...warnings.map(({sentence}) => `! ${sentence}`),
		...notes.map(note => `· ${note}`),
		...commands.map(command => `$ ${coveredLine(command)}${remarkOn(command)}`),
	];
}

/** As a comment for the shell. */
function remarkOn(command: string): string {
	if (!isGuarded(command)) return '   # unguarded';
	return coveredLine(command) === command ? '' : '   # runs once the values stand in the place of •••';
}

const rowsOf = (split: Split) =>
	split.map(({key, revision, percent, tags}) => ({target: key, revision, percent, tags}));

/** One object; its fields are an interface for scripts. */
export function resultJson({code, sentence, plan, dryRun, outcome, arrival}: Result): string {
	return visibleJson(
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
				about: plan.about && toldAbout(plan),
				facts: plan.facts.map(({label, value}) => ({label, value})),
				commands: plan.commands.map(command => coveredLine(command)),
				unguarded: plan.commands.filter(command => !isGuarded(command)).map(command => coveredLine(command)),
			}),
		},
		2,
	);
}

function splitWords(split: Split): string {
	return split.map(({key, percent}) => `${key}=${percent}`).join(' ');
}

/** What the history has: changes, what was attempted, what was made or deleted. */
export type Remembered = HistoryEntry | Attempt | Deed;

/** What became of an attempt, in a word; of a change that was made, nothing. */
function endWords(entry: Remembered): string {
	if (!('end' in entry)) return '';
	const {end} = entry;
	if (end === undefined) return '  (sent, outcome not known)';
	if (end.how === 'made' && end.sentence === '') return '';
	const how = {made: 'made', 'not made': 'not made', 'not known': 'outcome not known'}[end.how];
	return `  (${how}: ${end.sentence})`;
}

/** Times are those of the operator, with their zone. */
export function historyLines(entries: readonly Remembered[]): string[] {
	return entries.flatMap(entry => {
		const {at, context, namespace, service, by, own, reason, command} = entry;
		const who = `${own ? 'here, ' : ''}${by || 'somebody'}`;
		const what =
			'what' in entry
				? entry.object === service
					? []
					: [`  ${entry.object}`]
				: [`  ${splitWords(entry.before)} → ${splitWords(entry.after)}`];
		return [
			`${zoned(at)}  ${context} ${namespace}/${service}  ${who}  ${reason}${endWords(entry)}`,
			...what,
			...(command === '' ? [] : [`  $ ${command}`]),
		];
	});
}

/** Times are ISO 8601 with the offset of this machine. Of a write whose end is not known, `outcome` says so. */
export function historyJson(entries: readonly Remembered[]): string {
	return visibleJson(
		entries.map(entry => {
			const {at, ...rest} = entry;
			return {
				at: zoned(at),
				...rest,
				outcome: 'end' in rest ? (rest.end?.how ?? 'not known') : 'made',
				...('what' in entry ? {} : {before: rowsOf(entry.before), after: rowsOf(entry.after)}),
			};
		}),
		2,
	);
}
