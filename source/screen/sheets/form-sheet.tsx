/** The forms that make a service and a revision: judged as one types, kept when closed, shown what the server refused. */
import {Box, Text} from 'ink';
import {useState} from 'react';
import {changeRevisionForm, changeServiceForm, touchField} from '../../store/forms.js';
import {closeSheet} from '../../store/select.js';
import type {FormSheet as FormSheetState} from '../../store/sheets.js';
import type {Field as DomainField} from '../../traffic/form.js';
import {revisionFields} from '../../traffic/revision-form.js';
import {serviceFields} from '../../traffic/service-form.js';
import type {Size} from '../layout.js';
import {FormView} from '../parts/form-view.js';
import {linesValue, type Focus, type FormState} from '../parts/form.js';
import {Frame, frameContentSize} from '../parts/frame.js';
import {useTheme} from '../parts/theme-context.js';
import {useConsole, useConsoleState} from '../use-console.js';
import {moreField, shownErrors, toEnvRows, toFormFields, toFormValues, toLines} from './form-fields.js';

type Props = Size & {sheet: FormSheetState; isActive: boolean};

export function FormSheet(props: Props) {
	const {sheet} = props;
	const namespace = useConsoleState(state => state.namespace);
	const service = useConsoleState(state =>
		sheet.kind === 'create revision' ? state.services.find(({uid}) => uid === sheet.uid) : undefined,
	);
	if (sheet.kind === 'create service') {
		return <OpenForm {...props} title="New service" aside="" fields={serviceFields({namespace})} />;
	}
	return (
		<OpenForm
			{...props}
			title={`New revision of ${sheet.service}`}
			aside="users see nothing of it at 0 %"
			fields={service ? revisionFields(service) : []}
		/>
	);
}

function OpenForm({
	sheet,
	title,
	aside,
	fields,
	isActive,
	width,
	height,
}: Props & {title: string; aside: string; fields: readonly DomainField[]}) {
	const console = useConsole();
	const {store} = console;
	const {styles, glyphs} = useTheme();
	const [lines, setLines] = useState<readonly string[]>(() => toLines(sheet.values.env));
	const [showsMore, setShowsMore] = useState(false);
	const [focus, setFocus] = useState<Focus>({kind: 'field', name: fields[0]?.id ?? '', row: 0});
	const errors = errorsOf(sheet, lines);
	const state: FormState = {values: toFormValues(fields, sheet.values, {lines, showsMore}), focus, errors};
	const size = frameContentSize(width, height);
	const refusalHeight = sheet.refusal === undefined ? 0 : 2;

	const change = (next: FormState) => {
		if (next.values[moreField] !== state.values[moreField]) setShowsMore(next.values[moreField] === true);
		for (const {id, kind} of fields) {
			const value = next.values[id];
			if (value === undefined || value === state.values[id]) continue;
			if (kind === 'env list') {
				const typed = linesValue(next.values, id);
				setLines(typed);
				changeForm({[id]: toEnvRows(typed, sheet.values.env)});
			} else changeForm({[id]: value});
		}
		if (focus.kind === 'field' && (next.focus.kind === 'submit' || next.focus.name !== focus.name)) {
			touchField(store, sheet.kind, focus.name);
		}
		setFocus(next.focus);
	};

	const changeForm = (values: Record<string, unknown>) => {
		// The ids and kinds of the fields are those of the values, by the way the fields are made.
		if (sheet.kind === 'create service') changeServiceForm(store, values);
		else changeRevisionForm(store, values);
	};

	const submit = () => {
		console.submitForm();
		const after = store.getState().sheets.findLast(candidate => candidate.kind === sheet.kind);
		if (after?.kind !== 'create service' && after?.kind !== 'create revision') return;
		const wrong = errorsOf(after, lines);
		const first = fields.find(({id}) => wrong[id] !== undefined);
		if (!first) return;
		if (first.group === 'advanced') setShowsMore(true);
		setFocus({kind: 'field', name: first.id, row: 0});
	};

	return (
		<Frame width={width} height={height} title={title} aside={aside} isFocused>
			{sheet.refusal !== undefined && (
				<Box width={size.width} height={refusalHeight} overflow="hidden">
					<Text {...styles.bad} wrap="wrap">{`${glyphs.bad} ${sheet.refusal}`}</Text>
				</Box>
			)}
			<FormView
				fields={toFormFields(fields)}
				state={state}
				onChange={change}
				onSubmit={submit}
				onBack={() => closeSheet(store)}
				submitLabel="Review"
				width={size.width}
				height={size.height - refusalHeight}
				isActive={isActive}
			/>
		</Frame>
	);
}

function errorsOf(sheet: FormSheetState, lines: readonly string[]): Record<string, string> {
	return sheet.kind === 'create service'
		? shownErrors(sheet, lines, 'env')
		: shownErrors(sheet, lines, 'env');
}
