/** The selected object as YAML, against a sandbox over HTTP, and what is said when it is not to be had. */
import {load} from 'js-yaml';
import {afterEach, expect, test, vi} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {servingPath} from '../../../source/kube/paths.js';
import type {YamlSheet} from '../../../source/console/sheets/inspected.js';
import {closeSheet, focusPane} from '../../../source/console/state/select.js';
import type {ConsoleState} from '../../../source/console/state/state.js';
import {showYaml} from '../../../source/console/sheets/yaml-sheet.js';
import {startApiServer, status} from '../../support/kube/api-server.js';
import {startWorld, type World} from '../../support/world.js';

let world: World | undefined;

afterEach(async () => {
	await world?.stop();
	world = undefined;
});

function sheetOf({sheets}: ConsoleState): YamlSheet {
	const sheet = sheets.at(-1);
	if (sheet?.kind !== 'yaml') throw new Error('no YAML is open');
	return sheet;
}

function linesOf(state: ConsoleState) {
	const {phase} = sheetOf(state);
	if (phase.kind !== 'read') throw new Error(JSON.stringify(phase));
	return phase.lines;
}

test('in the services pane it is the service, whole, as the server has it', async () => {
	world = await startWorld();
	const console = await world.console('cart');
	await console.showYaml();
	const {short, whole} = linesOf(console.store.getState());
	const {body} = await world.other.request({
		method: 'GET',
		path: servingPath('services', 'default', 'cart'),
	});
	expect(load(whole.join('\n'))).toEqual(body);
	expect(short.some(line => line.includes('managedFields'))).toBe(false);
});

test('in the revisions pane it is the revision', async () => {
	world = await startWorld();
	const console = await world.console('cart');
	focusPane(console.store, 'revisions');
	await console.showYaml();
	expect(sheetOf(console.store.getState()).object).toMatchObject({kind: 'revision', name: 'cart-00002'});
	expect(linesOf(console.store.getState()).short).toContain('kind: Revision');
});

test('it is read again each time, not taken from what the console keeps', async () => {
	world = await startWorld();
	const console = await world.console('cart');
	await console.showYaml();
	await world.patch('cart', {metadata: {annotations: {note: 'changed just now'}}});
	await console.showYaml();
	expect(console.store.getState().sheets).toHaveLength(1);
	expect(linesOf(console.store.getState()).short).toContain('    note: changed just now');
});

test('of an object that is gone it is said that it is gone', async () => {
	world = await startWorld();
	const console = await world.console('checkout');
	await console.showYaml();
	await world.other.request({method: 'DELETE', path: servingPath('services', 'default', 'checkout')});
	// The sheet keeps to its object, whatever is selected by now.
	await console.showYaml();
	expect(sheetOf(console.store.getState()).phase).toEqual({
		kind: 'not read',
		sentence: 'There is no service checkout in the namespace default any more.',
	});
});

test.each(['services', 'revisions'] as const)(
	'of one that was made anew under the name it is said that it is another: %s',
	async pane => {
		world = await startWorld();
		const console = await world.console('cart');
		focusPane(console.store, pane);
		await console.showYaml();
		await world.delete('cart');
		await world.createAnew('cart', []);
		const name = sheetOf(console.store.getState()).object.name;
		const kind = pane === 'services' ? 'service' : 'revision';
		const path = servingPath(pane, 'default', name);
		await vi.waitUntil(
			async () => {
				const {status: code} = await world!.other.request({method: 'GET', path});
				if (code === 404) await world!.patch('cart', {spec: {template: {metadata: {labels: {again: 'x'}}}}});
				return code === 200;
			},
			{timeout: 30_000},
		);
		await console.showYaml();
		expect(sheetOf(console.store.getState()).phase).toEqual({
			kind: 'not read',
			sentence: `The ${kind} ${name} was deleted, and the one there now is another. Esc goes back.`,
		});
	},
);

test('of one that may not be read it is said who may not', async () => {
	world = await startWorld();
	const console = await world.console('cart');
	const server = await startApiServer();
	const forbidding = await connect({kubeconfigText: server.kubeconfig()});
	const why =
		'services.serving.knative.dev "cart" is forbidden: User "eve" cannot get resource "services" in API group "serving.knative.dev" in the namespace "default"';
	server.always(({answer}) => answer(403, status(403, 'Forbidden', why)));
	await showYaml(console.store, forbidding);
	expect(sheetOf(console.store.getState()).phase).toEqual({
		kind: 'not read',
		sentence: `The service cart may not be read by you: ${why}.`,
	});
	await forbidding.close();
	await server.close();
	closeSheet(console.store);
	await showYaml(console.store, forbidding);
	expect(sheetOf(console.store.getState()).phase).toMatchObject({
		kind: 'not read',
		sentence: expect.stringContaining('refused the connection'),
	});
});

test('an answer that comes when the sheet is closed opens nothing', async () => {
	world = await startWorld();
	const console = await world.console('cart');
	const reading = console.showYaml();
	closeSheet(console.store);
	await reading;
	expect(console.store.getState().sheets).toEqual([]);
});
