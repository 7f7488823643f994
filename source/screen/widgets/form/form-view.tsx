import {Box, Text, useInput} from 'ink';
import {actionFor, type Action} from '../../keys/key-lookup.js';
import {ChoiceField} from './choice-field.js';
import {EnvRow} from './env-row.js';
import {fitText, widthOf} from '../table/fit-text.js';
import {
	focusIndex,
	focusStops,
	linesValue,
	reduceForm,
	textValue,
	toggleValue,
	wrongRow,
	type FormField,
	type Focus,
	type FormState,
	type Value,
	type Values,
} from './form-state.js';
import {TextField} from './text-field.js';
import {ToggleField} from './toggle-field.js';
import {useTheme} from '../theme-context.js';
import {useListWindow} from '../table/use-list-window.js';

export type FormViewProps = {
	readonly fields: readonly FormField[];
	/** Kept by the caller, so that what was typed outlives the form. */
	readonly state: FormState;
	readonly onChange: (state: FormState) => void;
	/** Called with values that passed every check. */
	readonly onSubmit: (values: Values) => void;
	/** Called instead where they did not; the keyboard is in the first that is wrong. */
	readonly onRefused?: () => void;
	readonly onBack: () => void;
	readonly submitLabel: string;
	readonly width: number;
	readonly height: number;
	/** False while something lies over the form. @default true */
	readonly isActive?: boolean;
};

const longestLabel = 24;
/** Below the fields: how many more there are, and on two lines what belongs into the focused one or is wrong with it. */
const sentenceHeight = 2;
const footHeight = 1 + sentenceHeight;
/** Before each label: the mark of the focus and of an error. */
const markWidth = 2;

/**
A form of one line a field, that scrolls with the keyboard. Tab, shift-Tab, ↑ and ↓ go from field to field, Enter goes on
and submits at the end, Ctrl-S submits from anywhere, Esc goes back.
*/
export function FormView(props: FormViewProps) {
	const {
		fields,
		state,
		onChange,
		onSubmit,
		onRefused,
		onBack,
		submitLabel,
		width,
		height,
		isActive = true,
	} = props;
	const {glyphs, styles} = useTheme();
	const {values, errors} = state;
	const stops = focusStops(fields, values);
	const focused = focusIndex(stops, state.focus);
	const window = useListWindow(stops.length, Math.max(1, height - footHeight), focused);

	const submit = () => {
		const next = reduceForm(fields, state, {type: 'submit'});
		onChange(next);
		if (Object.keys(next.errors).length === 0) {
			onSubmit(next.values);
		} else {
			onRefused?.();
		}
	};

	const send = (type: 'next' | 'previous' | 'removeRow') => {
		onChange(reduceForm(fields, state, {type}));
	};

	const page = (direction: 1 | -1) => {
		const type = direction === 1 ? 'next' : 'previous';
		let moved = state;
		for (let count = 0; count < Math.max(1, height - footHeight - 1); count++) {
			moved = reduceForm(fields, moved, {type});
		}
		onChange(moved);
	};

	const handlers: Partial<Record<Action, () => void>> = {
		nextField: () => send('next'),
		previousField: () => send('previous'),
		removeRow: () => send('removeRow'),
		pageUp: () => page(-1),
		pageDown: () => page(1),
		advance: () => (stops[focused]?.kind === 'submit' ? submit() : send('next')),
		submit,
		back: onBack,
	};

	useInput(
		(input, key) => {
			const action = actionFor('form', input, key);
			if (action !== undefined) {
				handlers[action]?.();
			}
		},
		{isActive},
	);

	const labelWidth = Math.min(
		longestLabel,
		Math.floor(width / 3),
		Math.max(0, ...fields.map(({label}) => widthOf(label))),
	);
	const fieldWidth = Math.max(1, width - markWidth - labelWidth - 2);
	const change = (name: string, value: Value) => {
		onChange(reduceForm(fields, state, {type: 'change', name, value}));
	};

	const asides = Math.max(0, ...fields.map(({aside = ''}) => widthOf(aside)));
	// What is typed needs room more than what stands beside it.
	const asideWidth = asides > 0 && fieldWidth - asides >= 14 ? asides : 0;

	const renderStop = (stop: Focus, index: number) => {
		const isFocused = isActive && index === focused;
		if (stop.kind === 'submit') {
			return (
				<Text wrap="truncate" {...(isFocused ? {...styles.selected, inverse: true} : styles.muted)}>
					{`${isFocused ? glyphs.selected : ' '} [ ${submitLabel} ]`}
				</Text>
			);
		}

		const field = fields.find(({name}) => name === stop.name);
		if (field === undefined) {
			return null;
		}

		const hasError = errors[field.name] !== undefined && stop.row === wrongRow(field, values);
		const mark = isFocused ? glyphs.selected : hasError ? glyphs.bad : '';
		const label = stop.row === 0 ? field.label : '';
		// Where nothing stands beside it, the whole line is its own.
		const beside = (field.aside ?? '') === '' ? 0 : asideWidth;
		return (
			<>
				<Text {...(hasError ? styles.bad : isFocused ? styles.selected : {})}>
					{fitText(mark, markWidth) + fitText(label, labelWidth, {ellipsis: glyphs.ellipsis})}
				</Text>
				<Text>{'  '}</Text>
				<Box width={fieldWidth - beside} flexShrink={0}>
					<FieldInput
						field={field}
						row={stop.row}
						values={values}
						isFocused={isFocused}
						width={fieldWidth - beside}
						onChange={change}
					/>
				</Box>
				{beside > 0 && (
					<Text wrap="truncate" {...styles.muted}>
						{fitText(field.aside ?? '', beside, {ellipsis: glyphs.ellipsis})}
					</Text>
				)}
			</>
		);
	};

	const beyond = [
		...(window.top > 0 ? [`${glyphs.up} ${window.top} more above`] : []),
		...(window.below > 0 ? [`${glyphs.down} ${window.below} more below`] : []),
	];
	const stop = stops[focused];
	const field = stop?.kind === 'field' ? fields.find(({name}) => name === stop.name) : undefined;
	const error = field === undefined ? undefined : errors[field.name];
	// What was left wrong is said where one goes on to: the nearest above.
	const placeOf = (wanted: string) =>
		stops.findIndex(candidate => candidate.kind === 'field' && candidate.name === wanted);
	const passed = fields.findLast(
		({name}) => errors[name] !== undefined && placeOf(name) !== -1 && placeOf(name) < focused,
	);
	return (
		<Box flexDirection="column" width={width} height={height} overflow="hidden">
			<Box flexDirection="column" height={Math.max(1, height - footHeight)} overflow="hidden">
				{stops.slice(window.top, window.end).map((shown, offset) => (
					<Box
						key={shown.kind === 'submit' ? 'submit' : `${shown.name} ${shown.row}`}
						height={1}
						flexShrink={0}
					>
						{renderStop(shown, window.top + offset)}
					</Box>
				))}
			</Box>
			<Box height={1} flexShrink={0}>
				<Text wrap="truncate" {...styles.muted}>
					{beyond.join(' · ')}
				</Text>
			</Box>
			<Box height={sentenceHeight} flexShrink={0} overflow="hidden">
				<Text wrap="wrap" {...(error === undefined ? styles.muted : styles.bad)}>
					{error === undefined && passed !== undefined && (
						<Text {...styles.bad}>{`${glyphs.bad} ${passed.label}: ${errors[passed.name]}\n`}</Text>
					)}
					{error === undefined ? (field?.help ?? '') : `${glyphs.bad} ${error}`}
				</Text>
			</Box>
		</Box>
	);
}

type FieldInputProps = {
	readonly field: FormField;
	readonly row: number;
	readonly values: Values;
	readonly isFocused: boolean;
	readonly width: number;
	readonly onChange: (name: string, value: Value) => void;
};

function FieldInput({field, row, values, isFocused, width, onChange}: FieldInputProps) {
	const set = (value: Value) => {
		onChange(field.name, value);
	};

	if (field.kind === 'env') {
		const lines = linesValue(values, field.name);
		const {isCovered} = field;
		return <EnvRow {...{lines, row, isCovered, isFocused, width}} onChange={set} />;
	}

	if (field.kind === 'toggle') {
		const isOn = toggleValue(values, field.name);
		return <ToggleField isOn={isOn} words={field.words} onChange={set} isFocused={isFocused} />;
	}

	const common = {value: textValue(values, field.name), onChange: set, isFocused, width};
	return field.kind === 'choice' ? (
		<ChoiceField options={field.options} {...common} />
	) : (
		<TextField placeholder={field.placeholder} coveredFrom={field.coveredFrom?.(common.value)} {...common} />
	);
}
