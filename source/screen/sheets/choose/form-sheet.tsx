/** The forms that make a service and a revision: judged as one types, kept when closed, shown what the server refused. */
import {Text} from 'ink';
import {useState} from 'react';
import {serviceOfForm, type FormService} from '../../../console/forms/form-service.js';
import {
	changeRevisionForm,
	changeServiceForm,
	changeTagForm,
	touchField,
} from '../../../console/forms/forms.js';
import {absenceWords} from '../../../console/state/absence.js';
import {closeSheet, isForm} from '../../../console/state/select.js';
import type {FormSheet as FormSheetState} from '../../../console/sheets/sheets.js';
import type {EnvRow, Field as DomainField} from '../../../knative/forms/form.js';
import {autoscalingFields, revisionFields} from '../../../knative/forms/revision-form.js';
import {tagFields} from '../../../knative/forms/tag-form.js';
import {serviceFields} from '../../../knative/forms/service-form.js';
import type {Size} from '../../layout.js';
import {useNamedTitle} from '../../named-title.js';
import {FormView} from '../../widgets/form/form-view.js';
import {linesValue, type Focus, type FormState} from '../../widgets/form/form-state.js';
import {wrongEnvLine} from '../../widgets/form/env-lines.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Frame} from '../../widgets/frame.js';
import {useTheme} from '../../widgets/theme-context.js';
import {sameParts, useConsole, useConsoleState} from '../../use-console.js';
import {wrapLine} from '../../widgets/document.js';
import {
	coveredBy,
	moreField,
	seenEnvOf,
	shownErrors,
	toEnvRows,
	toFormFields,
	toFormValues,
	toLines,
} from './form-fields.js';

type FormSheetProps = Size & {sheet: FormSheetState; isActive: boolean};

/** Decides by the kind of the form which fields there are and what it is called. */
export function FormSheet(props: FormSheetProps) {
	const {sheet} = props;
	const namespace = useConsoleState(state => state.namespace);
	const defaults = useConsoleState(state => state.scalingDefaults);
	const title = useNamedTitle(...titleParts(sheet), props.width);
	switch (sheet.kind) {
		case 'create service':
			return <OpenForm {...props} title="New service" aside="" fields={serviceFields({namespace})} />;
		case 'create revision':
			return (
				<OpenForm
					{...props}
					title={title}
					aside="no user traffic at 0 %"
					fields={revisionFields(sheet.seen, sheet.offer)}
				/>
			);
		case 'autoscaling':
			return (
				<OpenForm
					{...props}
					title={title}
					aside={
						defaults.kind === 'not known'
							? `makes a new revision · cluster defaults not readable: ${defaults.why}`
							: 'creates a new revision'
					}
					fields={autoscalingFields(
						sheet.seen,
						defaults.kind === 'known' ? defaults.values : undefined,
						sheet.offer,
					)}
				/>
			);
		case 'tag':
			return <OpenForm {...props} title={title} aside={sheet.service} fields={tagFields} />;
	}
}

/** What the form is for, and the object that it is of. */
function titleParts(sheet: FormSheetState): [words: string, name: string] {
	switch (sheet.kind) {
		case 'create service':
			return ['New service', ''];
		case 'create revision':
			return ['New revision of', sheet.service];
		case 'autoscaling':
			return ['Autoscaling of', sheet.service];
		case 'tag':
			return ['Tags of', sheet.revision];
	}
}

function OpenForm({
	sheet,
	title,
	aside,
	fields,
	isActive,
	width,
	height,
}: FormSheetProps & {title: string; aside: string; fields: readonly DomainField[]}) {
	const console = useConsole();
	const {store} = console;
	const {styles, glyphs} = useTheme();
	const isUncovered = useConsoleState(state => state.isUncovered);
	const absence = useConsoleState(
		state => ('uid' in sheet ? serviceOfForm(state, sheet) : undefined),
		sameParts,
	);
	// Taken over to another service, or to another base, the form has its variables too.
	const of = 'uid' in sheet ? `${sheet.uid} ${'base' in sheet.values ? sheet.values.base : ''}` : '';
	const [typed, setTyped] = useState(() => ({of, lines: toLines(envOf(sheet))}));
	const lines = typed.of === of ? typed.lines : toLines(envOf(sheet));
	const setLines = (next: readonly string[]) => setTyped({of, lines: [...next]});
	// Where one of them was visited before, in a form that comes back from a review or from Esc.
	const [showsMore, setShowsMore] = useState(() => isAdvancedTouched(sheet, fields));
	const [focus, setFocus] = useState<Focus>({kind: 'field', name: firstFieldOf(sheet, fields), row: 0});
	// What is being typed is judged when its field is left, or the form is sent.
	const [editing, setEditing] = useState<string>();
	const {[editing ?? '']: _unfinished, ...errors} = errorsOf(sheet, lines);
	const state: FormState = {values: toFormValues(fields, sheet.values, {lines, showsMore}), focus, errors};
	const size = frameContentSize(width, height);
	const said = [saidOf(absence, sheet), sheet.refusal].flatMap(text =>
		text === undefined ? [] : wrapLine({text: `${glyphs.bad} ${text}`, indent: 2}, size.width),
	);
	// The field that has the keyboard stays in sight.
	const saidHeight = Math.max(0, Math.min(said.length, size.height - 4));

	const change = (next: FormState) => {
		if (next.values[moreField] !== state.values[moreField]) setShowsMore(next.values[moreField] === true);
		for (const {id, kind} of fields) {
			const value = next.values[id];
			if (value === undefined || value === state.values[id]) continue;
			setEditing(id);
			if (kind === 'env list') {
				const rows = linesValue(next.values, id);
				setLines(rows);
				changeForm({[id]: toEnvRows(rows, envOf(sheet))});
			} else changeForm({[id]: value});
		}
		if (focus.kind === 'field' && (next.focus.kind === 'submit' || next.focus.name !== focus.name)) {
			touchField(store, sheet.kind, focus.name);
			setEditing(undefined);
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
		setEditing(undefined);
		void console.submitForm();
		const after = store.getState().sheets.findLast(candidate => candidate.kind === sheet.kind);
		if (!after || !isForm(after)) return;
		const wrong = errorsOf(after, lines);
		const first = fields.find(({id}) => wrong[id] !== undefined);
		if (!first) return;
		if (first.group === 'advanced') setShowsMore(true);
		const row = first.kind === 'env list' ? (wrongEnvLine(lines)?.row ?? 0) : 0;
		setFocus({kind: 'field', name: first.id, row});
	};

	return (
		<Frame width={width} height={height} title={title} aside={aside} isFocused>
			{said.slice(0, saidHeight).map((text, index) => (
				<Text key={index} {...styles.bad} wrap="truncate">
					{text}
				</Text>
			))}
			<FormView
				fields={toFormFields(fields, isUncovered ? undefined : coveredBy(seenEnvOf(sheet)))}
				state={state}
				onChange={change}
				onSubmit={submit}
				onRefused={submit}
				onBack={() => closeSheet(store)}
				submitLabel="Review"
				width={size.width}
				height={size.height - saidHeight}
				isActive={isActive}
			/>
		</Frame>
	);
}

/** Where one begins to type. The namespace is there already, so that a new service begins with its name. */
function firstFieldOf({kind}: FormSheetState, fields: readonly DomainField[]): string {
	if (kind === 'create service') return 'name';
	return kind === 'create revision' ? 'image' : (fields[0]?.id ?? '');
}

function isAdvancedTouched({touched}: FormSheetState, fields: readonly DomainField[]): boolean {
	const names: ReadonlySet<string> = touched;
	return fields.some(({id, group}) => group === 'advanced' && names.has(id));
}

/** That the service of the form is not there any more, what is now, and what that means for what was typed. */
function saidOf(absence: FormService | undefined, sheet: FormSheetState): string | undefined {
	if (!('uid' in sheet)) return undefined;
	const name = sheet.service;
	switch (absence?.kind) {
		case 'gone':
			return `${absenceWords(name, absence.absence)}. What you typed stays, here and after Esc: when there is a ${name} again, it can be reviewed on that one.`;
		case 'another':
			return `${name} was deleted, and the ${name} there now is another one. What you typed stays; ctrl-s reviews it on that one, and what you did not change is as that one has it.`;
		case 'there':
		case undefined:
			return undefined;
	}
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
