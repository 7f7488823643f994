import {checkEnvLines, wrongEnvLine} from './env-lines.js';
import type {Option} from './choice-field.js';

export type Value = string | boolean | readonly string[];
export type Values = Readonly<Record<string, Value>>;

type FormFieldBase = {
	readonly name: string;
	readonly label: string;
	/** One line about what belongs into the field; shown while it has the keyboard. */
	readonly help?: string;
	/** A few words that stand beside the field all the time, dimmed; the first to go when there is no room. */
	readonly aside?: string;
	/** Whether the field is there at all, for fields that depend on others. */
	readonly isShown?: (values: Values) => boolean;
};

export type FormField =
	| (FormFieldBase & {
			readonly kind: 'text';
			readonly initial?: string;
			readonly placeholder?: string;
			/** What is wrong with a value and what to do; undefined when nothing is. */
			readonly check?: (value: string, values: Values) => string | undefined;
			/** The place in the text from which on it is not to be seen. */
			readonly coveredFrom?: ((value: string) => number | undefined) | undefined;
	  })
	| (FormFieldBase & {
			readonly kind: 'choice';
			readonly options: readonly Option[];
			readonly initial?: string;
	  })
	/** `words`: what it says instead of yes and no. */
	| (FormFieldBase & {
			readonly kind: 'toggle';
			readonly initial?: boolean;
			readonly words?: {readonly on: string; readonly off: string};
	  })
	| (FormFieldBase & {
			readonly kind: 'env';
			readonly initial?: readonly string[];
			/** Whether the value in a line is not to be seen. */
			readonly isCovered?: ((line: string) => boolean) | undefined;
	  });

/** Where the keyboard is: a row of a field (0 for all but lists), or the button at the end. */
export type Focus =
	{readonly kind: 'field'; readonly name: string; readonly row: number} | {readonly kind: 'submit'};

export type FormState = {
	readonly values: Values;
	readonly focus: Focus;
	/** What is wrong, by name of the field. A field is checked when it is left, and on submit. */
	readonly errors: Readonly<Record<string, string>>;
};

export type FormEvent =
	| {readonly type: 'next'}
	| {readonly type: 'previous'}
	| {readonly type: 'change'; readonly name: string; readonly value: Value}
	| {readonly type: 'removeRow'}
	/** Check everything; with errors the keyboard goes to the first of them. */
	| {readonly type: 'submit'}
	/** What somebody else found wrong, for example the API server in a dry run. */
	| {readonly type: 'reject'; readonly errors: Readonly<Record<string, string>>};

const initialValue = (field: FormField): Value => {
	if (field.kind === 'choice') {
		return field.initial ?? field.options[0]?.value ?? '';
	}

	return field.initial ?? ({text: '', toggle: false, env: []} as const)[field.kind];
};

/** The text of a text or choice field; empty for any other. */
export const textValue = (values: Values, name: string): string => {
	const value = values[name];
	return typeof value === 'string' ? value : '';
};

/** Whether a toggle is on. */
export const toggleValue = (values: Values, name: string): boolean => values[name] === true;

/** The lines of a list field. */
export const linesValue = (values: Values, name: string): readonly string[] => {
	const value = values[name];
	return typeof value === 'object' ? value : [];
};

const shownFields = (fields: readonly FormField[], values: Values): readonly FormField[] =>
	fields.filter(field => field.isShown?.(values) ?? true);

/** A form with its initial values, or with those somebody typed before; the keyboard is in its first field. */
export const startForm = (fields: readonly FormField[], typed: Values = {}): FormState => {
	const values = Object.fromEntries(
		fields.map(field => [field.name, typed[field.name] ?? initialValue(field)]),
	);
	const first = shownFields(fields, values)[0];
	return {
		values,
		focus: first === undefined ? {kind: 'submit'} : {kind: 'field', name: first.name, row: 0},
		errors: {},
	};
};

const checkField = (field: FormField, values: Values): string | undefined => {
	if (field.kind === 'text') {
		return field.check?.(textValue(values, field.name), values);
	}

	return field.kind === 'env' ? checkEnvLines(linesValue(values, field.name)) : undefined;
};

/** What is wrong with the fields that are shown, by name. */
export const checkForm = (fields: readonly FormField[], values: Values): Readonly<Record<string, string>> =>
	Object.fromEntries(
		shownFields(fields, values).flatMap(field => {
			const error = checkField(field, values);
			return error === undefined ? [] : [[field.name, error]];
		}),
	);

const rowCount = (field: FormField, values: Values): number =>
	field.kind === 'env' ? linesValue(values, field.name).length + 1 : 1;

/** Every place the keyboard can be, in order. */
export const focusStops = (fields: readonly FormField[], values: Values): readonly Focus[] => [
	...shownFields(fields, values).flatMap(field =>
		Array.from({length: rowCount(field, values)}, (_, row): Focus => ({
			kind: 'field',
			name: field.name,
			row,
		})),
	),
	{kind: 'submit'},
];

const isSameFocus = (a: Focus, b: Focus): boolean =>
	a.kind === 'submit' ? b.kind === 'submit' : b.kind === 'field' && a.name === b.name && a.row === b.row;

/** Index of the focused stop; the nearest one when rows went away. */
export const focusIndex = (stops: readonly Focus[], focus: Focus): number => {
	const exact = stops.findIndex(stop => isSameFocus(stop, focus));
	if (exact !== -1 || focus.kind === 'submit') {
		return exact === -1 ? stops.length - 1 : exact;
	}

	const ofField = stops.findLastIndex(stop => stop.kind === 'field' && stop.name === focus.name);
	return Math.max(0, ofField);
};

/** Rows of a list that were emptied go when the keyboard leaves them. */
const withoutBlankRows = (state: FormState, fields: readonly FormField[]): FormState => {
	const {focus, values} = state;
	const field = focus.kind === 'field' ? fields.find(({name}) => name === focus.name) : undefined;
	if (field?.kind !== 'env' || focus.kind !== 'field') {
		return state;
	}

	const lines = linesValue(values, field.name);
	if (lines.every(line => line.trim() !== '')) {
		return state;
	}

	const before = lines.slice(0, focus.row).filter(line => line.trim() === '').length;
	return {
		...state,
		values: {...values, [field.name]: lines.filter(line => line.trim() !== '')},
		focus: {...focus, row: focus.row - before},
	};
};

const move = (fields: readonly FormField[], state: FormState, by: 1 | -1): FormState => {
	const {focus: left} = state;
	const isBlank =
		left.kind === 'field' && linesValue(state.values, left.name)[left.row]?.trim() === '' && by === 1;
	const tidy = withoutBlankRows(state, fields);
	const stops = focusStops(fields, tidy.values);
	// The row that just went has been left already: what came after it stands in its place now.
	const index = focusIndex(stops, tidy.focus) + (isBlank ? 0 : by);
	const focus = stops[Math.min(stops.length - 1, Math.max(0, index))] ?? {kind: 'submit'};
	const field = left.kind === 'field' ? fields.find(({name}) => name === left.name) : undefined;
	if (field === undefined || (focus.kind === 'field' && focus.name === field.name)) {
		return {...tidy, focus};
	}

	const error = checkField(field, tidy.values);
	const {[field.name]: _, ...others} = tidy.errors;
	return {...tidy, focus, errors: error === undefined ? others : {...others, [field.name]: error}};
};

const toFirstError = (
	fields: readonly FormField[],
	state: FormState,
	errors: FormState['errors'],
): FormState => {
	const first = shownFields(fields, state.values).find(({name}) => errors[name] !== undefined);
	return {
		...state,
		errors,
		focus:
			first === undefined
				? state.focus
				: {kind: 'field', name: first.name, row: wrongRow(first, state.values)},
	};
};

/** Of a list the row at fault, as far as its lines tell. */
export const wrongRow = ({name, kind}: Pick<FormField, 'name' | 'kind'>, values: Values): number =>
	(kind === 'env' ? wrongEnvLine(linesValue(values, name))?.row : undefined) ?? 0;

const changed = (state: FormState, name: string, value: Value): FormState => {
	// What is being corrected is not blamed while one types.
	const {[name]: _, ...errors} = state.errors;
	return {...state, values: {...state.values, [name]: value}, errors};
};

const withoutFocusedRow = (state: FormState): FormState => {
	const {focus, values} = state;
	if (focus.kind === 'submit' || !Array.isArray(values[focus.name])) {
		return state;
	}

	return changed(state, focus.name, linesValue(values, focus.name).toSpliced(focus.row, 1));
};

const submitted = (fields: readonly FormField[], state: FormState): FormState => {
	const tidy = withoutBlankRows(state, fields);
	return toFirstError(fields, tidy, checkForm(fields, tidy.values));
};

type Reducers = {
	readonly [Type in FormEvent['type']]: (
		fields: readonly FormField[],
		state: FormState,
		event: Extract<FormEvent, {type: Type}>,
	) => FormState;
};

const reducers: Reducers = {
	next: (fields, state) => move(fields, state, 1),
	previous: (fields, state) => move(fields, state, -1),
	change: (_, state, {name, value}) => changed(state, name, value),
	removeRow: (_, state) => withoutFocusedRow(state),
	submit: submitted,
	reject: (fields, state, {errors}) => toFirstError(fields, state, errors),
};

/** The next state of a form. After a submit, it succeeded when `errors` is empty. */
export const reduceForm = <Type extends FormEvent['type']>(
	fields: readonly FormField[],
	state: FormState,
	event: Extract<FormEvent, {type: Type}>,
): FormState => reducers[event.type](fields, state, event);
