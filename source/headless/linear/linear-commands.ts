/** The commands of the linear mode: by number, by word or by the beginning of a word. Pure. */
import {filterStates} from '../../console/state/visible.js';
import {didYouMean} from '../../knative/text/similar.js';

export type LinearCommand = {
	readonly name: string;
	readonly help: string;
	readonly argument?: string;
};

/** In the order of the menu; the first is number 1. */
export const linearCommands = [
	{
		name: 'services',
		argument: 'part of a name, or state',
		help: `list the services, with their numbers; a state is ${filterStates.join(', ')}`,
	},
	{name: 'use', argument: 'number or name', help: 'choose the service that all else is about'},
	{name: 'status', help: 'read the chosen service: split, revisions, verdict'},
	{name: 'new', help: 'create a service'},
	{name: 'revision', help: 'create a revision of it, at 0 % unless you say otherwise'},
	{
		name: 'split',
		argument: 'revision=percent …',
		help: 'give shares, such as: split cart-00001=90 cart-00002=10',
	},
	{name: 'promote', argument: 'revision', help: 'give 100 % to the canary, or to that revision'},
	{name: 'rollback', argument: 'revision', help: 'give 100 % back to what users had, or to that revision'},
	{name: 'undo', help: 'undo the last split'},
	{name: 'abandon', argument: 'why', help: 'give the release up'},
	{
		name: 'tag',
		argument: 'revision',
		help: 'add tags to a revision, each with a URL of its own, or remove them; the newest unless you name one',
	},
	{name: 'scaling', help: 'change the autoscaling, which creates a revision'},
	{name: 'verify', help: 'send one request to the service, as a user would'},
	{
		name: 'tagged',
		argument: 'revision',
		help: 'send one request to a revision at its tag URL; the newest unless you name one',
	},
	{name: 'start', help: 'send requests all the time and judge who answers'},
	{name: 'faster', help: 'more requests a second'},
	{name: 'slower', help: 'fewer requests a second'},
	{name: 'compare', help: 'turn the comparison of canary and stable at their tags on or off'},
	{name: 'stop', help: 'send no more requests'},
	{name: 'counts', help: 'read what was counted'},
	{name: 'events', help: 'read what the cluster said of the service lately'},
	{name: 'log', help: 'read the last lines of the canary, or of what users reach'},
	{name: 'again', help: 'send the split that is set once more, for a gateway that does not have it'},
	{
		name: 'delete',
		argument: 'revision',
		help: 'delete that revision; without one, the service: its name has to be typed',
	},
	{name: 'history', help: 'read the last changes, from here and by others'},
	{name: 'messages', help: 'read the last messages again'},
	{name: 'namespace', argument: 'name', help: 'change the namespace; without a name, list them'},
	{name: 'help', help: 'read this list'},
	{name: 'quit', help: 'leave; the split stays as it is'},
] as const satisfies readonly LinearCommand[];

export type LinearName = (typeof linearCommands)[number]['name'];

/** A command as it can be typed, by its word or its number: `rollback (8)`. */
export const commandWords = (name: LinearName): string =>
	`${name} (${linearCommands.findIndex(command => command.name === name) + 1})`;

/** Whether a sentence says to type one of them. */
export const namesCommand = (sentence: string): boolean =>
	linearCommands.some(({name}) => sentence.includes(commandWords(name)));

/** The keys of the console mean the same here, as its messages speak of them. */
const keys: Readonly<Record<string, LinearName>> = {
	n: 'new',
	r: 'revision',
	c: 'promote',
	R: 'rollback',
	u: 'undo',
	X: 'abandon',
	t: 'tag',
	s: 'scaling',
	v: 'verify',
	V: 'tagged',
	p: 'compare',
	e: 'events',
	L: 'log',
	S: 'again',
	D: 'delete',
	space: 'start',
	w: 'history',
	m: 'messages',
	q: 'quit',
	'?': 'help',
	'+': 'faster',
	'-': 'slower',
	ns: 'namespace',
};

export type LinearLine =
	| {readonly kind: 'command'; readonly name: LinearName; readonly argument: string}
	| {readonly kind: 'nothing'}
	| {readonly kind: 'problem'; readonly sentence: string};

/** By number, by key, by word, or by the beginning of one; a beginning of several is said to be that. */
export function parseLine(line: string): LinearLine {
	const [, word = '', argument = ''] = /^\s*:?(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
	if (word === '') return {kind: 'nothing'};
	const byNumber = /^\d+$/.test(word) ? linearCommands[Number(word) - 1] : undefined;
	const exact = linearCommands.filter(({name}) => name === (keys[word] ?? word.toLowerCase()));
	const begun = linearCommands.filter(({name}) => name.startsWith(word.toLowerCase()));
	const found = byNumber ? [byNumber] : exact.length > 0 ? exact : begun;
	const [command] = found;
	if (!command) {
		const hint = didYouMean(
			word.toLowerCase(),
			linearCommands.map(({name}) => name),
		);
		return {kind: 'problem', sentence: `There is no command ${word}; help lists them.${hint}`};
	}
	if (found.length > 1) {
		const names = found.map(({name}) => name).join(', ');
		return {kind: 'problem', sentence: `${word} may be ${names}; type more of it.`};
	}
	if (argument !== '' && !('argument' in command)) {
		return {kind: 'problem', sentence: `${command.name} takes nothing after it; “${argument}” was given.`};
	}
	return {kind: 'command', name: command.name, argument};
}

/** All commands, numbered as {@link parseLine} takes them. */
export function menuLines(): string[] {
	return linearCommands.map((command, index) => {
		const argument = 'argument' in command ? ` <${command.argument}>` : '';
		return `${index + 1} ${command.name}${argument}: ${command.help}`;
	});
}
