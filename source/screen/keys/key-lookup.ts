import type {Key} from 'ink';
import {panes} from '../../console/state/panes.js';
import type {Action, Binding, KeyContext} from './binding.js';
import {bindings} from './key-table.js';
import {showStroke, strokeOf, type StrokeStyle} from '../../terminal/input/strokes.js';

export {contexts, type Action, type KeyContext} from './binding.js';

/**
Contexts in which a letter is text: only keys that no text can contain have a meaning there. A review is one of them, as
the name of a production service is typed into it; so is a list to pick from, whose letters and digits are its own.
*/
const textContexts: ReadonlySet<KeyContext> = new Set([
	'form',
	'requestForm',
	'filter',
	'palette',
	'menu',
	'sheet',
	'search',
]);

/** Whether what is typed in this context is text, so that only named keys are actions. */
export const isTextContext = (context: KeyContext): boolean => textContexts.has(context);

const paneContexts: ReadonlySet<KeyContext> = new Set(panes);

const appliesIn = (binding: Binding, context: KeyContext): boolean =>
	binding.in === 'everywhere' ||
	(binding.in === 'panes' ? paneContexts.has(context) : binding.in.includes(context));

const byContext = new Map<KeyContext, ReadonlyMap<string, Binding>>();

/** The binding of each stroke in a context. */
const tableOf = (context: KeyContext): ReadonlyMap<string, Binding> => {
	let table = byContext.get(context);
	if (table === undefined) {
		table = new Map(
			bindings
				.filter(binding => appliesIn(binding, context))
				.flatMap(binding => binding.keys.map(stroke => [stroke, binding] as const)),
		);
		byContext.set(context, table);
	}

	return table;
};

/**
What a key means in a context; undefined when it means nothing there (in a text context: when it is text).
`input` and `key` are what Ink's `useInput` hands over.
*/
export const actionFor = (context: KeyContext, input: string, key: Key): Action | undefined => {
	const stroke = strokeOf(input, key);
	return stroke === undefined ? undefined : tableOf(context).get(stroke)?.action;
};

/** `+-`, `←→`; `left/right`, as words run together are none. */
const runTogether = (shown: readonly string[]): string =>
	shown.join(shown.some(key => key.length > 1) ? '/' : '');

const unique = (items: readonly string[]): readonly string[] => [...new Set(items)];

/** The keys of an action as they are shown (`c`, `↓ j`); of one context, or of all contexts it applies in. */
export const keysOf = (
	action: Action,
	options: StrokeStyle & {readonly context?: KeyContext} = {},
): string => {
	const {context} = options;
	const strokes = bindings
		.filter(binding => binding.action === action && (context === undefined || appliesIn(binding, context)))
		.flatMap(binding => binding.keys);
	return unique(strokes)
		.map(stroke => showStroke(stroke, options))
		.join(' ');
};

/** The short name of an action (`roll back`), as the footer and a refusal ("roll back: you may not patch …") use it. */
export const labelOf = (action: Action): string =>
	bindings.find(binding => binding.action === action)?.label ?? action;

const writing: ReadonlySet<Action> = new Set(
	bindings.filter(({writes}) => writes === true).map(({action}) => action),
);

/** Whether an action leads to a sheet that writes to the cluster: to be shown as disabled with `--read-only`. */
export const leadsToWrite = (action: Action): boolean => writing.has(action);

export type Hint = {readonly action: Action; readonly keys: string; readonly label: string};

export type FooterOptions = StrokeStyle & {
	/** Leave out what cannot be done now. */
	readonly isEnabled?: (action: Action) => boolean;
	/** What has to be done now: it stands first. */
	readonly urgent?: Action | undefined;
	/** What the action would act on, where that is not what has the keyboard: `…00002`. */
	readonly targetOf?: (action: Action) => string | undefined;
	/** What the action does now, where that is not what it is called: `read on`. */
	readonly labels?: Partial<Record<Action, string | undefined>> | undefined;
	/** What is not open to the operator; it is to be shown in brackets, where there is room. */
	readonly isUnavailable?: (action: Action) => boolean;
};

const labelWith = (label: string, target: string | undefined) =>
	target === undefined ? label : `${label} ${target}`;

/** Columns a hint takes in the footer: `keys label`, and two spaces between two hints. */
const hintWidth = ({keys, label}: Hint): number => Array.from(keys).length + 1 + label.length;
const GAP = 2;
const BRACKETS = 2;

/**
The hints that fit into `width` columns (two spaces between hints), the most useful ones, in the order of the table. Help is
always among them when anything is.
*/
export const footerFor = (
	context: KeyContext,
	width: number,
	options: FooterOptions = {},
): readonly Hint[] => {
	const {isEnabled = () => true, isUnavailable = () => false, targetOf = () => undefined, urgent} = options;
	const {labels = {}} = options;
	const candidates = bindings.flatMap((binding, index) => {
		const {action, footer, keys, label} = binding;
		if (footer === undefined || !appliesIn(binding, context) || !isEnabled(action)) return [];
		const shown = footer.keys ?? keys.slice(0, 1);
		return [
			{
				rank: action === urgent ? -1 : (footer.rankIn?.[context] ?? footer.rank),
				index: action === urgent ? -1 : index,
				hint: {
					action,
					keys: runTogether(shown.map(stroke => showStroke(stroke, options))),
					label: labelWith(labels[action] ?? footer.label ?? label, targetOf(action)),
				},
			},
		];
	});

	let left = width + GAP;
	const chosen = candidates
		.toSorted((a, b) => a.rank - b.rank || a.index - b.index)
		.filter(({hint}) => {
			const needed = hintWidth(hint) + (isUnavailable(hint.action) ? BRACKETS : 0) + GAP;
			if (needed > left) {
				return false;
			}

			left -= needed;
			return true;
		});
	return chosen.toSorted((a, b) => a.index - b.index).map(({hint}) => hint);
};

export type HelpEntry = {readonly action: Action; readonly keys: string; readonly text: string};
export type HelpSection = {readonly title: string; readonly entries: readonly HelpEntry[]};

/** Everything that can be done in a context: first what is particular to it, then what can be done everywhere. */
export const helpFor = (context: KeyContext, style: StrokeStyle = {}): readonly HelpSection[] => {
	const entries = (filter: (binding: Binding) => boolean): readonly HelpEntry[] =>
		bindings
			.filter(binding => binding.keys.length > 0 && appliesIn(binding, context) && filter(binding))
			.map(({action, keys, help}) => ({
				action,
				keys: keys.map(stroke => showStroke(stroke, style)).join(' '),
				text: help,
			}));

	return [
		{title: here, entries: entries(({in: where}) => Array.isArray(where))},
		{title: 'In every pane', entries: entries(({in: where}) => where === 'panes')},
		{title: 'Everywhere', entries: entries(({in: where}) => where === 'everywhere')},
	].filter(section => section.entries.length > 0);
};

/** The keys of the other panes, each with what is particular to it: for whoever looks for a verb and is not there. */
export const helpElsewhere = (context: KeyContext, style: StrokeStyle = {}): readonly HelpSection[] =>
	paneContexts.has(context)
		? panes
				.filter(pane => pane !== context)
				.flatMap(pane =>
					helpFor(pane, style)
						.filter(({title}) => title === here)
						.map(({entries}) => ({title: `In the ${pane} pane`, entries})),
				)
		: [];

const here = 'Here';

export type PaletteCommand = {
	readonly action: Action;
	/** What is typed after `:`; the first name is the one shown. */
	readonly names: readonly string[];
	/** Shown after the name when the command takes an argument, for example `<namespace>`. */
	readonly argument?: string;
	readonly keys: string;
	readonly help: string;
};

/** The commands of the palette, by name. */
export const paletteCommands = (style: StrokeStyle = {}): readonly PaletteCommand[] => {
	const commands = bindings.flatMap(({action, palette, help}) =>
		palette === undefined
			? []
			: [
					{
						action,
						names: palette.names,
						...(palette.argument !== undefined && {argument: palette.argument}),
						keys: keysOf(action, style),
						help,
					},
				],
	);
	return commands.toSorted((a, b) => ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1));
};

export type PaletteLine =
	| {readonly kind: 'command'; readonly action: Action; readonly argument: string}
	| {readonly kind: 'problem'; readonly message: string};

/** What a line of the palette (`ns shop`, `rollback`, an unambiguous beginning) asks for. */
export const parsePaletteLine = (line: string): PaletteLine => {
	const [, word = '', argument = ''] = /^\s*:?\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
	const commands = paletteCommands();
	const exact = commands.filter(({names}) => names.includes(word));
	const matches =
		exact.length > 0 ? exact : commands.filter(({names}) => names.some(name => name.startsWith(word)));
	const [match] = matches;
	if (word === '' || match === undefined) {
		return {
			kind: 'problem',
			message: word === '' ? 'Type a command.' : `There is no command “${word}”; ? lists them.`,
		};
	}

	if (matches.length > 1) {
		const names = matches.map(({names: [name]}) => name).join(', ');
		return {kind: 'problem', message: `“${word}” may be ${names}; type more of it.`};
	}

	if (match.argument === undefined && argument !== '') {
		return {kind: 'problem', message: `:${match.names[0]} takes no argument; “${argument}” was given.`};
	}

	return {kind: 'command', action: match.action, argument};
};
