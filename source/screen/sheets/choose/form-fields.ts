/** Between the forms of the domain (fields as data, values by id) and the form on the screen. Pure. */
import type {FormSheet} from '../../../console/sheets/sheets.js';
import type {EnvRow, Field as DomainField, FieldErrors} from '../../../knative/forms/form.js';
import {initialRevision} from '../../../knative/forms/revision-form.js';
import {basedOn} from '../../../knative/revision/base.js';
import {checkEnvLines} from '../../widgets/form/env-lines.js';
import type {FormField, Value, Values} from '../../widgets/form/form-state.js';

/** The switch that shows the advanced fields: of the screen alone, no field of the domain. */
export const moreField = 'more settings';

/** A line for each variable; those that come from elsewhere are not among them, since they cannot be edited. */
export function toLines(rows: readonly EnvRow[]): string[] {
	return rows
		.filter(row => row.source === undefined)
		.map(({name, value, unfinished}) => (unfinished ? name : `${name}=${value}`));
}

/** The variables of the lines, after those that come from elsewhere. A line without `=` is none yet, and stays as typed. */
export function toEnvRows(lines: readonly string[], before: readonly EnvRow[]): EnvRow[] {
	const kept = before.filter(row => row.source !== undefined);
	const typed = lines
		.filter(line => line.trim() !== '')
		.map(line => {
			const at = line.indexOf('=');
			return at === -1
				? {name: line.trim(), value: '', unfinished: true as const}
				: {name: line.slice(0, at).trim(), value: line.slice(at + 1)};
		});
	return [...kept, ...typed];
}

type AnyValues = Readonly<Record<string, unknown>>;

/** What the form on the screen shows for values of the domain; `lines` of the environment are kept as typed. */
export function toFormValues(
	fields: readonly DomainField[],
	values: AnyValues,
	{lines, showsMore}: {lines: readonly string[]; showsMore: boolean},
): Values {
	const shown: Record<string, Value> = {[moreField]: showsMore};
	for (const {id, kind} of fields) {
		const value = values[id];
		if (kind === 'env list') shown[id] = lines;
		else if (typeof value === 'string' || typeof value === 'boolean') shown[id] = value;
	}
	return shown;
}

/** The sentences to show now: of fields that were touched, and what the server said. */
export function shownErrors<Id extends string>(
	form: {errors: FieldErrors<Id>; refused: FieldErrors<Id>; touched: ReadonlySet<Id>},
	lines: readonly string[],
	envId: Id,
): Record<string, string> {
	const shown: Record<string, string> = {};
	for (const id of form.touched) {
		const sentence = form.errors[id];
		if (sentence !== undefined) shown[id] = sentence;
	}
	const line = form.touched.has(envId) ? checkEnvLines(lines) : undefined;
	if (line !== undefined) shown[envId] = line;
	for (const [id, sentence] of Object.entries<string | undefined>(form.refused)) {
		if (sentence !== undefined) shown[id] = sentence;
	}
	return shown;
}

/**
 * Whether a line shows the value that a variable of the service has, or what is left of it after some editing. What
 * somebody has typed here is theirs to see.
 */
export function coveredBy(rows: readonly EnvRow[]): (line: string) => boolean {
	return line => {
		const at = line.indexOf('=');
		if (at === -1) return false;
		const [name, value] = [line.slice(0, at).trim(), line.slice(at + 1)];
		return rows.some(row => row.source === undefined && row.name === name && isMostOf(value, row.value));
	};
}

/** What the service had when the form was begun, or what users run, where that is what it is made from. */
export function seenEnvOf(sheet: FormSheet): readonly EnvRow[] {
	if (!('seen' in sheet)) return [];
	const running = 'running' in sheet ? sheet.running : undefined;
	return [
		...initialRevision(sheet.seen).env,
		...(running ? initialRevision(basedOn(sheet.seen, running)).env : []),
	];
}

/** Whether some value in it is covered, unless somebody has asked to see it. */
export const hidesVariables = (sheet: FormSheet): boolean =>
	sheet.kind === 'create revision' && toLines(sheet.values.env).some(coveredBy(seenEnvOf(sheet)));

/** Whether at least half of what was there is still at the beginning or the end. */
export function isMostOf(value: string, before: string): boolean {
	const isAlike = (index: number) => value.at(index) === before.at(index);
	const longest = Math.min(before.length, value.length);
	let [start, end] = [0, 0];
	while (start < longest && isAlike(start)) start++;
	while (end < longest - start && isAlike(-end - 1)) end++;
	return start + end > 0 && start + end >= before.length / 2;
}

/**
 * Fields for the screen. They judge nothing by themselves: that is the domain's, and `shownErrors` shows it.
 * @param isCovered Whether the value in a line of variables is not to be seen.
 */
export function toFormFields(
	fields: readonly DomainField[],
	isCovered?: (line: string) => boolean,
): FormField[] {
	const toField = (field: DomainField): FormField => {
		const {id, label, hint, aside, group} = field;
		const common = {
			name: id,
			label,
			help: hint,
			...(aside !== undefined && {aside}),
			...(group === 'advanced' && {isShown: (values: Values) => values[moreField] === true}),
		};
		switch (field.kind) {
			case 'text':
				return {...common, kind: 'text'};
			case 'choice':
				return {...common, kind: 'choice', options: field.choices};
			case 'toggle':
				return {...common, kind: 'toggle'};
			case 'env list':
				return {...common, kind: 'env', isCovered};
		}
	};
	const basic = fields.filter(({group}) => group === 'basic');
	const advanced = fields.filter(({group}) => group === 'advanced');
	if (advanced.length === 0) return basic.map(toField);
	return [
		...basic.map(toField),
		{
			name: moreField,
			label: 'More settings',
			kind: 'toggle',
			words: {on: 'shown: space hides them', off: `${advanced.length} more: space shows them`},
			help: 'What is typed there counts, be it shown or hidden.',
		},
		...advanced.map(toField),
	];
}
