/** What the first line says of the gateway, in the room that there is. */
import {expect, test} from 'vitest';
import {headerLine} from '../../../source/screen/frame/header-line.js';
import {initialState, type ConsoleState, type GatewayState} from '../../../source/console/state/state.js';
import {createTheme} from '../../../source/terminal/output/theme.js';

const theme = createTheme();
const found = {kind: 'found', host: '10.0.0.4', port: 30_080, tls: false, via: 'kourier'} as const;
const unreached = {address: '10.0.0.4:30080', sentence: ''};

function said(gateway: GatewayState, width = 140): string {
	const state = {...initialState({to: 'prod', namespace: 'shop'}), gateway};
	return headerLine(state, {now: 0, width, theme}).right[0]?.text ?? '';
}

function forwarded(kind: 'unopened' | 'opening' | 'failing') {
	const state = kind === 'failing' ? {kind, sentence: 'no'} : {kind};
	return {...found, forward: {tunnel: {name: '', trouble: undefined}, state, command: ''}};
}

test('an address is told with what it was learned from', () => {
	expect(said(found)).toBe('gateway 10.0.0.4:30080 kourier');
	expect(said({...found, host: '2001:db8::1'})).toBe('gateway [2001:db8::1]:30080 kourier');
});

test('that an address cannot be reached is told, in fewer words where there is less room', () => {
	expect(said({...found, unreached})).toBe('gateway 10.0.0.4:30080 kourier: not reachable from here');
	expect(said({...found, unreached}, 80)).toBe('gateway 10.0.0.4:30080 not reachable');
	expect(said({...found, unreached}, 40)).toBe('');
});

test('that there is none is told where that is known, else the right that is missing to know it', () => {
	const sentence = '';
	expect(said({kind: 'not found', sentence})).toBe('no gateway');
	expect(said({kind: 'not found', sentence, isUnknown: true})).toBe('gateway not known');
	const missing = {verb: 'get', resource: 'services', namespace: 'kourier-system'} as const;
	const unread: GatewayState = {kind: 'not found', sentence, missing};
	expect(said(unread)).toBe('gateway not known: may not get services in kourier-system');
	expect(said(unread, 80)).toBe('gateway: may not get services');
	const nodes = {verb: 'list', resource: 'nodes'} as const;
	expect(said({kind: 'not found', sentence, missing: nodes})).toBe('gateway not known: may not list nodes');
});

test('of a gateway that is known, and that no way leads to, that is told, with the right that is missing', () => {
	const barred = {kind: 'not found', sentence: '', isBarred: true} as const;
	const missing = {verb: 'create', resource: 'pods/portforward', namespace: 'kourier-system'} as const;
	expect(said(barred)).toBe('no way to the gateway');
	expect(said({...barred, missing})).toBe(
		'no way to the gateway: may not create pods/portforward in kourier-system',
	);
	expect(said({...barred, missing}, 80)).not.toContain('not known');
});

test('a port-forward is told with how it is, and with the address that it is instead of where there is room', () => {
	expect(said(forwarded('unopened'))).toBe('gateway kourier via port-forward (not opened yet)');
	const instead = {...forwarded('failing'), unreached};
	expect(said(instead)).toBe('gateway kourier via port-forward (10.0.0.4:30080 not reachable, fails)');
	expect(said(instead, 85)).toBe('gateway kourier via port-forward (fails)');
});

test('of long contexts that differ in a word that word is kept, and the namespace is never cut', () => {
	const arn = 'arn:aws:eks:eu-west-1:123456789012:cluster/payments';
	const contextNames = [`${arn}-production`, `${arn}-staging`];
	for (const width of [60, 80, 120]) {
		const shown = contextNames.map(context => {
			const connection = {
				kind: 'connected',
				context,
				server: '',
				user: '',
				flags: [],
				readOnly: false,
				production: true,
			} as const;
			const state = {...initialState({to: '', namespace: 'shop'}), connection, contextNames};
			return headerLine(state, {now: 0, width, theme})
				.left.map(({text}) => text)
				.join('');
		});
		expect(shown[0]).toMatch(/prod.* \/ shop$/);
		expect(shown[1]).toMatch(/stag.* \/ shop$/);
	}
});

test('a cluster that shows the services and not the revisions is watched, and it is said what is not', () => {
	const revisions = {kind: 'forbidden', status: 403, why: ''} as const;
	const connection = {
		kind: 'connected',
		context: 'c',
		server: '',
		user: '',
		flags: [],
		readOnly: false,
		production: false,
	} as const;
	const state = {
		...initialState({to: '', namespace: 'shop'}),
		connection,
		feeds: {services: {kind: 'live'}, revisions},
	} as const;
	expect(headerLine(state, {now: 0, width: 80, theme}).right.at(-1)?.text).toContain(
		'watching, not revisions',
	);
	const live = {...state, feeds: {services: {kind: 'live'}, revisions: {kind: 'live'}}} as const;
	const rightOf = (isRefused: boolean) =>
		headerLine({...live, standing: {isRefused}}, {now: 0, width: 80, theme}).right.at(-1)?.text;
	expect(rightOf(false)).toContain('watching');
	// Watches that are open go on for a while.
	expect(rightOf(true)).toContain('login refused');
});

test('users who are worse off are told of in the first line, whatever is looked at', () => {
	const state = {...initialState({to: 'prod', namespace: 'shop'}), gateway: found};
	const alarm = {service: 'cart', word: 'worse'};
	const {left} = headerLine({...state, alarm}, {now: 0, width: 80, theme});
	expect(left.map(({text}) => text).join('')).toBe(' kn-canary  prod / shop  ✗ cart WORSE');
	const long = {service: 'the-service-of-the-longest-name-of-all', word: 'worse'};
	const cut = headerLine({...state, alarm: long}, {now: 0, width: 80, theme}).left.at(-1)?.text ?? '';
	expect(cut).toMatch(/^ {2}✗ the-serv\S*…\S* WORSE$/);
});

function watching(feeds: Partial<ConsoleState['feeds']>): string {
	const connection = {
		kind: 'connected',
		context: 'prod',
		server: '',
		user: '',
		flags: [],
		readOnly: false,
		production: true,
	} as const;
	const live = {kind: 'live'} as const;
	const state = {
		...initialState({to: '', namespace: 'shop'}),
		connection,
		feeds: {services: live, revisions: live, ...feeds},
	};
	return headerLine(state, {now: 60_000, width: 140, theme})
		.right.map(({text}) => text)
		.join(' ');
}

test('of several namespaces it says in which of them something is the matter', () => {
	const forbidden = {kind: 'forbidden', why: 'no', status: 403, of: 'bank'} as const;
	expect(watching({services: forbidden})).toContain('✗ not allowed in bank');
	expect(watching({revisions: forbidden})).toContain('watching, not revisions in bank');
	const offline = {kind: 'offline', why: 'no', since: 0, of: 'bank and 2 more'} as const;
	expect(watching({services: offline})).toContain('✗ offline in bank and 2 more');
});
