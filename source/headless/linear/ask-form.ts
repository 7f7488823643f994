/** A form as questions, one after the other: an empty line keeps what stands there. */
import type {Console} from '../../console/console.js';
import {changeRevisionForm, changeServiceForm, changeTagForm} from '../../console/forms/forms.js';
import {topSheet} from '../../console/state/read.js';
import type {FormSheet} from '../../console/sheets/sheets.js';
import type {ConsoleState} from '../../console/state/state.js';
import {closeSheet, isForm} from '../../console/state/select.js';
import type {EnvRow, Field} from '../../knative/forms/form.js';
import {envRule} from '../../knative/forms/rules.js';
import {autoscalingFields, revisionFields, type RevisionValues} from '../../knative/forms/revision-form.js';
import {serviceFields, type ServiceValues} from '../../knative/forms/service-form.js';
import {tagFields} from '../../knative/forms/tag-form.js';
import {systemTimers} from '../../kube/timers.js';
import {printable} from '../../knative/text/printable.js';
import {change} from './ask-review.js';
import {askNumber, askYesNo, leaving, type Prompter} from './ask-again.js';

type FormValues = Partial<ServiceValues & RevisionValues & {tags: string}>;

/** Typed alone, it leaves nothing in a field of text. */
const emptying = '-';

/** Fills in the form on top and submits it. True when it led to a review. */
export async function askForm(console: Console, prompter: Prompter): Promise<boolean> {
	const {say} = prompter;
	const {store} = console;
	const form = topSheet(store.getState());
	if (!form || !isForm(form)) return false;
	const {fields, fill} = shapeOf(console, form);
	say(`An empty line keeps what stands in brackets, ${emptying} empties it; ${leaving} leaves.`);
	let wanted = fields.filter(({group}) => group === 'basic');
	if (form.kind === 'create service') wanted = [...wanted, ...fields.filter(({id}) => id === 'env')];
	for (;;) {
		for (const field of wanted) {
			let isKept = false;
			for (;;) {
				const before = valuesOf(console)[field.id];
				const answer = await askField(field, before, prompter);
				if (answer === undefined) {
					closeSheet(store);
					say('Nothing was sent.');
					return false;
				}
				if (field.id === 'base' && answer === 'users') await runningRead(console);
				fill({[field.id]: answer});
				const error = errorsIn(console)[field.id];
				if (error === undefined) break;
				if (answer === before && answer !== '') {
					// It may be wrong by another answer only, and is judged with all the rest in the end.
					if (isKept) break;
					isKept = true;
					say(`${field.label}: ${error} An empty line again keeps it for now.`);
					continue;
				}
				say(`${field.label}: ${error}`);
				// Never the default of the question that comes again.
				fill({[field.id]: before});
			}
		}
		await console.submitForm();
		const top = topSheet(store.getState());
		if (top?.kind === 'review') return true;
		if (!top || !isForm(top)) return false;
		const errors: Readonly<Record<string, string | undefined>> = {...top.errors, ...top.refused};
		const wrong = fields.filter(({id}) => errors[id] !== undefined);
		for (const field of wrong) say(`${field.label}: ${errors[field.id] ?? ''}`);
		if (top.refusal !== undefined) say(top.refusal);
		// With nothing to type again there is nothing to ask.
		if (wrong.length === 0) {
			closeSheet(store);
			return false;
		}
		wanted = wrong;
	}
}

function isRunningRead({sheets}: ConsoleState): boolean {
	const top = sheets.at(-1);
	return (top?.kind !== 'create revision' && top?.kind !== 'autoscaling') || top.running !== undefined;
}

/** What users run is read when the form is opened: a form can be made from it as soon as that has come. */
async function runningRead(console: Console): Promise<void> {
	const ending = new AbortController();
	await Promise.race([change(console, isRunningRead), systemTimers.sleep(longestWait, ending.signal)]);
	ending.abort();
}

/** Milliseconds to wait for what may never be read; why it was not is said by itself. */
const longestWait = 5000;

type Shape = {readonly fields: readonly Field[]; readonly fill: (values: FormValues) => void};

function shapeOf({store}: Console, form: FormSheet): Shape {
	switch (form.kind) {
		case 'create service':
			return {
				fields: serviceFields({namespace: form.values.namespace}),
				fill: values => changeServiceForm(store, values),
			};
		case 'create revision':
			return {
				fields: revisionFields(form.seen, form.offer),
				fill: values => changeRevisionForm(store, values),
			};
		case 'autoscaling': {
			const {scalingDefaults: defaults} = store.getState();
			return {
				fields: autoscalingFields(
					form.seen,
					defaults.kind === 'known' ? defaults.values : undefined,
					form.offer,
				),
				fill: values => changeRevisionForm(store, values, 'autoscaling'),
			};
		}
		case 'tag':
			return {fields: tagFields, fill: ({tags = ''}) => changeTagForm(store, tags)};
	}
}

function valuesOf({store}: Console): Readonly<Record<string, unknown>> {
	const form = topSheet(store.getState());
	return form && 'values' in form ? {...form.values} : {};
}

/** What the rules say of what stands in the form now. */
function errorsIn({store}: Console): Readonly<Record<string, string | undefined>> {
	const form = topSheet(store.getState());
	return form && isForm(form) ? form.errors : {};
}

/** Undefined when the form is left. */
async function askField(
	field: Field,
	value: unknown,
	prompter: Prompter,
): Promise<string | boolean | readonly EnvRow[] | undefined> {
	switch (field.kind) {
		case 'env list':
			return askEnv(field, isRows(value) ? value : [], prompter);
		case 'choice': {
			const chosen = field.choices.findIndex(choice => choice.value === value);
			field.choices.forEach(({label}, index) => prompter.say(`${index + 1} ${label}`));
			const number = await askNumber(
				`${field.label} [${chosen + 1}]: `,
				{
					count: field.choices.length,
					whenEmpty: chosen + 1,
					otherwise: 'an empty line for what is in brackets',
				},
				prompter,
			);
			return number === undefined ? undefined : (field.choices[number - 1]?.value ?? String(value));
		}
		case 'toggle': {
			const isSet = value === true;
			const question = `${field.label}, yes or no [${isSet ? 'yes' : 'no'}]: `;
			return askYesNo(question, {whenEmpty: isSet}, prompter);
		}
		case 'text': {
			const hints = [field.hint.replaceAll(/\bempty\b/g, emptying), field.aside ?? '']
				.filter(text => text !== '')
				.join('; ');
			const hint = hints === '' ? '' : ` (${hints})`;
			const kept = typeof value === 'string' ? value : '';
			const line = await prompter.ask(`${field.label}${hint} [${printable(kept)}]: `);
			if (line === undefined || line.trim() === leaving) return undefined;
			if (line.trim() === emptying) return '';
			return line.trim() === '' ? kept : line.trim();
		}
	}
}

const isRows = (value: unknown): value is readonly EnvRow[] => Array.isArray(value);

async function askEnv(
	field: Field,
	before: readonly EnvRow[],
	{ask, say}: Prompter,
): Promise<readonly EnvRow[] | undefined> {
	let rows = before;
	const names = rows.map(({name}) => printable(name)).join(', ');
	say(`${field.label} now: ${names === '' ? 'none' : names}. NAME=value sets one, -NAME removes one.`);
	for (;;) {
		const line = (await ask('Variable [no more]: '))?.trim();
		if (line === undefined || line === leaving) return undefined;
		if (line === '') return rows;
		const at = line.indexOf('=');
		const name = line.startsWith('-') && at === -1 ? line.slice(1) : line.slice(0, Math.max(0, at));
		const rest = rows.filter(row => row.name !== name || row.source !== undefined);
		if (line.startsWith('-') && at === -1) {
			const source = rows.find(row => row.name === name)?.source;
			if (source !== undefined) say(`${printable(name)} is kept: its value comes from ${source}.`);
			else if (rest.length === rows.length) say(`There is no variable ${printable(name)} to remove.`);
			rows = rest;
		} else if (at > 0) {
			const wrong = envRule([name]);
			if (wrong === undefined) rows = [...rest, {name, value: line.slice(at + 1)}];
			else say(wrong);
		} else say(`${printable(line)} has no “=”; write NAME=value.`);
	}
}
