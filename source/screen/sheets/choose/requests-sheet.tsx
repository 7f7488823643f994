/** The sheet in which the operator chooses what is sent to a service and what its revisions are identified by. */
import {useState} from 'react';
import {applyRequests, headerFields, requestRules} from '../../../console/live/request-sheet.js';
import type {RequestSheet, RequestValues} from '../../../console/sheets/sheets.js';
import {closeSheet} from '../../../console/state/select.js';
import {secretFrom} from '../../../knative/text/covered.js';
import type {Size} from '../../layout.js';
import {FormView} from '../../widgets/form/form-view.js';
import {startForm, textValue, type FormField, type Values} from '../../widgets/form/form-state.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Frame} from '../../widgets/frame.js';
import {useConsole, useConsoleState} from '../../use-console.js';
import {isMostOf} from './form-fields.js';

/** One field for each flag of a request; what is wrong with one is said beneath it. */
export function Requests({sheet, isActive, width, height}: Size & {sheet: RequestSheet; isActive: boolean}) {
	const {store} = useConsole();
	const isUncovered = useConsoleState(state => state.isUncovered);
	const fields = fieldsOf(sheet, isUncovered ? undefined : sheet.values);
	const [state, setState] = useState(() => startForm(fields));
	const size = frameContentSize(width, height);
	return (
		<Frame
			width={width}
			height={height}
			title={`Requests to ${sheet.service}`}
			aside="applies to the loop, to v and to V"
			isFocused
		>
			<FormView
				fields={fields}
				state={state}
				onChange={setState}
				onSubmit={values => applyRequests(store, sheet, valuesOf(values, sheet))}
				onBack={() => closeSheet(store)}
				submitLabel="Apply"
				width={size.width}
				height={size.height}
				isActive={isActive}
			/>
		</Frame>
	);
}

const headerNames = Array.from({length: headerFields}, (_, index) => `header${index}`);

/** What it takes from the environment or from a file is not in it. */
const isElsewhere = (value: string) => /^[$@]/.test(value);

/** Whether some value in it is covered, unless somebody has asked to see it. */
export const hidesSecrets = (sheet: RequestSheet): boolean =>
	fieldsOf(sheet, sheet.values).some(
		field => field.kind === 'text' && field.coveredFrom?.(field.initial ?? '') !== undefined,
	);

/** The value of `Name: value`, where it is one that was given: what is typed here is theirs to see who types it. */
function headerFrom(line: string, given: readonly string[]): number | undefined {
	const value = valueOfHeader(line);
	if (value === '' || isElsewhere(value)) return undefined;
	const isGiven = given.some(each => isMostOf(value, valueOfHeader(each)));
	return isGiven ? line.length - value.length : undefined;
}

const valueOfHeader = (line: string) => line.slice(line.indexOf(':') + 1).trimStart();

function cookieFrom(cookie: string, given: string): number | undefined {
	return isElsewhere(cookie) || !isMostOf(cookie, given) ? undefined : cookie.indexOf('=') + 1;
}

/** @param given What was given before the sheet was opened, of which no secret is to be seen; undefined where it may be. */
function fieldsOf(
	{values, suggestion, domains, isGrpc}: RequestSheet,
	given: RequestValues | undefined,
): readonly FormField[] {
	const secrets = given && {coveredFrom: secretFrom};
	const headers = headerNames.map((name, index): FormField => ({
		kind: 'text',
		name,
		label: index === 0 ? 'Headers' : '',
		initial: values.headers[index] ?? '',
		help: 'Name: value; the value may be $NAME of the environment or @file, so that no secret is typed',
		check: requestRules.header,
		...(given && {coveredFrom: (line: string) => headerFrom(line, given.headers)}),
	}));
	const compareBy: FormField = {
		kind: 'text',
		name: 'fingerprint',
		label: 'Identify by',
		initial: values.fingerprint,
		...(suggestion !== undefined && {aside: 'tells the revisions apart'}),
		help: 'what identifies a revision: first-line, status, header:NAME, json:PATH or /REGEXP/',
		check: requestRules.fingerprint,
	};
	const host: FormField = {
		kind: 'text',
		name: 'host',
		label: 'Host',
		initial: values.host,
		placeholder: 'that of its URL',
		help:
			domains.length === 0
				? 'instead of that of its URL'
				: `instead of that of its URL; DomainMappings lead here from ${domains.join(', ')}`,
		check: requestRules.host,
	};
	if (isGrpc) return [compareBy, ...headers, host];
	return [
		compareBy,
		{
			kind: 'text',
			name: 'path',
			label: 'Path',
			initial: values.path,
			help: 'from the root, percent-encoded, with its query',
			check: requestRules.path,
			...secrets,
		},
		{
			kind: 'text',
			name: 'method',
			label: 'Method',
			initial: values.method,
			help: 'GET, POST, … as often as the loop sends: choose what does no harm',
			check: requestRules.method,
		},
		...headers,
		{
			kind: 'text',
			name: 'cookie',
			label: 'Cookies',
			initial: values.cookie,
			help: 'name=value; name=value',
			check: requestRules.cookie,
			...(given && {coveredFrom: (cookie: string) => cookieFrom(cookie, given.cookie)}),
		},
		{
			kind: 'text',
			name: 'body',
			label: 'Body',
			initial: values.body,
			help: 'the text, or @file',
			check: requestRules.body,
			...secrets,
		},
		{
			kind: 'text',
			name: 'expectStatus',
			label: 'Expected status',
			initial: values.expectStatus,
			placeholder: 'usual: 2xx, 3xx',
			help: '200, 200-299, 2xx,404: any other status is a failure',
			check: requestRules.expectStatus,
		},
		host,
	];
}

function valuesOf(values: Values, {values: before, isGrpc}: RequestSheet): RequestValues {
	const text = (name: string) => textValue(values, name);
	const chosen = {
		fingerprint: text('fingerprint'),
		host: text('host'),
		headers: [...headerNames.map(text), ...before.headers.slice(headerFields)],
	};
	return isGrpc
		? {...before, ...chosen}
		: {
				...chosen,
				path: text('path'),
				method: text('method'),
				cookie: text('cookie'),
				body: text('body'),
				expectStatus: text('expectStatus'),
			};
}
