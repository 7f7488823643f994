import {expect, it, vi} from 'vitest';
import type {RequestSheet} from '../../../../source/console/sheets/sheets.js';
import {Requests} from '../../../../source/screen/sheets/choose/requests-sheet.js';
import {openOnConsole} from '../../parts/on-console.js';
import {knowing} from '../../parts/state.js';

const service = knowing().services?.[0];

const sheetWith = (part: Partial<RequestSheet> = {}): RequestSheet => ({
	kind: 'requests',
	service: 'helloworld-go',
	uid: service?.uid ?? '',
	values: {
		fingerprint: 'first-line',
		path: '/',
		method: 'GET',
		headers: ['X-Seen: 1'],
		cookie: '',
		body: '',
		expectStatus: '',
		host: '',
	},
	suggestion: undefined,
	domains: [],
	isGrpc: false,
	...part,
});

const open = async (sheet: RequestSheet) =>
	openOnConsole(() => <Requests sheet={sheet} isActive width={90} height={24} />, {
		columns: 90,
		state: {...knowing(), sheets: [sheet]},
	});

it('shows what is sent, and keeps what is chosen for this service', async () => {
	const {press, store, type, until} = await open(sheetWith());
	await until(/Path +\//);
	await until(/X-Seen: •••/);
	press('tab');
	type('/shop');
	await until(/Path +\/shop/);
	press('ctrl-s');
	await vi.waitFor(() =>
		expect(store.getState().requests.get(service?.uid ?? '')).toMatchObject({path: '/shop'}),
	);
	expect(store.getState().sheets).toEqual([]);
});

it('takes no path that is none, and says so', async () => {
	const {press, store, type, until} = await open(sheetWith({values: {...sheetWith().values, path: ''}}));
	press('tab');
	type('no slash');
	await until(/no slash/);
	press('ctrl-s');
	await until(/✗/);
	expect(store.getState().requests.size).toBe(0);
});

it('of a gRPC service asks for no path', async () => {
	const {screen} = await open(sheetWith({isGrpc: true}));
	expect(screen()).toContain('Headers');
	expect(screen()).not.toContain('Path');
});

it('offers what tells the revisions apart', async () => {
	const {text} = await open(sheetWith({suggestion: 'json:version'}));
	expect(text()).toContain('tells the revisions apart');
});

it('covers what was given as a secret, until somebody asks for it, and nothing that is typed there', async () => {
	const headers = ['Authorization: Bearer hunter2-token', 'X-Api-Key: $API_KEY'];
	const values = {...sheetWith().values, headers, cookie: 'sid=hunter2-cookie', path: '/?token=hunter2-path'};
	const {screen, store, press, type, until} = await open(
		sheetWith({values: {...values, body: '{"password":"hunter2-body"}'}}),
	);
	await until(/Authorization: •••/);
	expect(screen()).not.toContain('hunter2');
	expect(screen()).toContain('X-Api-Key: $API_KEY');
	expect(screen()).toMatch(/Cookies +sid=•••/);
	expect(screen()).toMatch(/Path +\/\?token=•••/);
	// Moved over or edited, what is left of it is covered, too.
	for (let times = 0; times < 3; times++) press('tab');
	press('end');
	press('backspace');
	await until(/Authorization: •••/);
	expect(screen()).not.toContain('hunter2');
	press('tab');
	press('tab');
	type('X-Mine: seen');
	await until(/X-Mine: seen/);
	store.setState({isUncovered: true});
	await until(/sid=hunter2-cookie/);
	expect(screen()).toContain('Authorization: Bearer hunter2-toke');
});
