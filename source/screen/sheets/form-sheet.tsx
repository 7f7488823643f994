/** The forms that make a service and a revision: judged as one types, kept when closed, shown what the server refused. */
import {Box, Text} from 'ink';
import {useState} from 'react';
import {changeRevisionForm, changeServiceForm, changeTagForm, touchField} from '../../store/forms.js';
import {closeSheet, isForm} from '../../store/select.js';
import type {FormSheet as FormSheetState} from '../../store/sheets.js';
import type {EnvRow, Field as DomainField} from '../../traffic/form.js';
import {autoscalingFields, revisionFields} from '../../traffic/revision-form.js';
import {serviceFields} from '../../traffic/service-form.js';
import type {Size} from '../layout.js';
import {FormView} from '../parts/form-view.js';
import {linesValue, type Focus, type FormState} from '../parts/form.js';
import {frameContentSize} from '../parts/frame-lines.js';
import {Frame} from '../parts/frame.js';
import {useTheme} from '../parts/theme-context.js';
import {useConsole, useConsoleState} from '../use-console.js';
import {moreField, shownErrors, toEnvRows, toFormFields, toFormValues, toLines} from './form-fields.js';

type Props = Size & {sheet: FormSheetState; isActive: boolean};

export function FormSheet(props: Props) {
	const {sheet} = props;
	const namespace = useConsoleState(state => state.namespace);
	const service = useConsoleState(state =>
		'uid' in sheet ? state.services.find(({uid}) => uid === sheet.uid) : undefined,
	);
	const defaults = useConsoleState(state => state.scalingDefaults);
	switch (sheet.kind) {
		case 'create service':
			return <OpenForm {...props} title="New service" aside="" fields={serviceFields({namespace})} />;
		case 'create revision':
			return (
				<OpenForm
					{...props}
					title={`New revision of ${sheet.service}`}
					aside="users see nothing of it at 0 %"
					fields={service ? revisionFields(service) : []}
				/>
			);
		case 'autoscaling':
			return (
				<OpenForm
					{...props}
					title={`Autoscaling of ${sheet.service}`}
					aside={
						defaults.kind === 'not known'
							? `makes a new revision · cluster defaults not readable: ${defaults.why}`
							: 'applying makes a new revision'
					}
					fields={
						service ? autoscalingFields(service, defaults.kind === 'known' ? defaults.values : undefined) : []
					}
				/>
			);
		case 'tag':
			return (
				<OpenForm {...props} title={`Tags of ${sheet.revision}`} aside={sheet.service} fields={tagFields} />
			);
	}
}

const tagFields: readonly DomainField[] = [
	{
		id: 'tags',
		label: 'Tags',
		kind: 'text',
		initial: '',
		group: 'basic',
		hint: 'between commas; each gives a URL of its own, one that is elsewhere moves here; empty takes all away',
	},
];

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
	const [lines, setLines] = useState<readonly string[]>(() => toLines(envOf(sheet)));
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
				changeForm({[id]: toEnvRows(typed, envOf(sheet))});
			} else changeForm({[id]: value});
		}
		if (focus.kind === 'field' && (next.focus.kind === 'submit' || next.focus.name !== focus.name)) {
			touchField(store, sheet.kind, focus.name);
		}
		setFocus(next.focus);
	};

	const changeForm = (values: Record<string, unknown>) => {
		// The ids and kinds of the fields are those of the values, by the way the fields are made.
		switch (sheet.kind) {
			case 'create service':
				return changeServiceForm(store, values);
			case 'create revision':
			case 'autoscaling':
				return changeRevisionForm(store, values, sheet.kind);
			case 'tag':
				return changeTagForm(store, typeof values['tags'] === 'string' ? values['tags'] : '');
		}
	};

	const submit = () => {
		console.submitForm();
		const after = store.getState().sheets.findLast(candidate => candidate.kind === sheet.kind);
		if (!after || !isForm(after)) return;
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

function envOf(sheet: FormSheetState): readonly EnvRow[] {
	return sheet.kind === 'tag' ? [] : sheet.values.env;
}

function errorsOf(sheet: FormSheetState, lines: readonly string[]): Record<string, string> {
	switch (sheet.kind) {
		case 'create service':
			return shownErrors(sheet, lines, 'env');
		case 'create revision':
		case 'autoscaling':
			return shownErrors(sheet, lines, 'env');
		case 'tag':
			return shownErrors(sheet, [], 'tags');
	}
}
