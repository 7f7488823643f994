/** With --read-only nothing is written, whatever is pressed: seen at the server. */
import {rightsIn} from '../../source/console/session/rights.js';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {connect} from '../../source/kube/connect.js';
import {release, type ReleaseCommand} from '../../source/headless/write/release-command.js';
import {openReview} from '../../source/console/sheets/review/review.js';
import {createConsole} from '../../source/console/console.js';
import {planSplit} from '../../source/release/plan-split.js';
import {selectedService} from '../../source/console/state/read.js';
import {even, splitOf} from '../../source/knative/split/split.js';
import {canPerform, perform} from '../../source/screen/perform.js';
import {bindings} from '../../source/screen/keys/key-table.js';
import {leadsToWrite} from '../../source/screen/keys/key-lookup.js';
import {startScriptedCluster, type ScriptedCluster} from '../support/kube/scripted-cluster.js';
import {until} from '../support/world.js';

const nothing = () => {};

let scripted: ScriptedCluster;

beforeEach(async () => {
	scripted = await startScriptedCluster();
});

afterEach(async () => {
	await scripted.server.close();
});

/** Requests that are neither a reading nor a question about rights. */
function written(): string[] {
	return scripted.server.log.filter(
		line => !line.startsWith('GET ') && !line.endsWith('/selfsubjectaccessreviews'),
	);
}

it('no action of the key table, pressed in every pane, writes; each says why', async () => {
	const console = createConsole({to: 'test', namespace: 'default'});
	console.connected(await connect({kubeconfigText: scripted.server.kubeconfig(), readOnly: true}));
	const {store} = console;
	await until(
		store,
		'the service',
		state =>
			state.services.length > 0 && state.revisions.size > 0 && !rightsIn(state, 'default').patch.allowed,
	);
	const means = {page: 10, copy: nothing, quit: nothing, suspend: nothing, redraw: nothing};
	const actions = [...new Set(bindings.map(({action}) => action))].filter(action => canPerform(action));
	expect(actions).toContain('rollBack');
	const silent: string[] = [];
	for (const focus of ['services', 'revisions', 'traffic', 'live'] as const) {
		for (const action of actions) {
			store.setState({focus, sheets: [], notice: undefined});
			perform(console, action, means, action === 'digit' ? '5' : '');
			if (leadsToWrite(action) && !/started with --read-only/.test(store.getState().notice?.text ?? '')) {
				silent.push(action);
			}
			await console.submitForm();
			await console.confirm();
			await console.confirm();
		}
	}

	expect(silent).toEqual([]);

	// Even a review that is somehow open gets nothing past the layer that makes the requests.
	store.setState(({connection}) => ({
		sheets: [],
		connection: connection.kind === 'connected' ? {...connection, readOnly: false} : connection,
	}));
	// The keys have led to all namespaces and back.
	const service = await until(store, 'the service', selectedService);
	const planned = planSplit({service, revisions: [], changes: []}, even(splitOf(service)));
	if (!planned.ok) throw new Error(planned.reason);
	const readOnly = await connect({kubeconfigText: scripted.server.kubeconfig(), readOnly: true});
	openReview(store, readOnly, {...planned.plan, warnings: []});
	await console.confirm();
	expect(store.getState().sheets.at(-1)).toMatchObject({phase: {kind: 'refused'}});
	await readOnly.close();
	await console.stop();
	expect(written()).toEqual([]);
	expect(scripted.server.log.some(line => line.startsWith('GET '))).toBe(true);
});

it.each<[ReleaseCommand, string[]]>([
	['split', ['helloworld-go-00001=50', 'helloworld-go-00002=50']],
	['complete', []],
	['rollback', []],
	['undo', []],
])('the command %s writes nothing, with and without --dry-run', async (verb, shares) => {
	const cluster = await connect({kubeconfigText: scripted.server.kubeconfig(), readOnly: true});
	for (const dryRun of [false, true]) {
		const {code, sentence} = await release(
			{
				verb,
				namespace: 'default',
				service: 'helloworld-go',
				shares,
				dryRun,
				yes: true,
				production: false,
				reason: '',
				wait: 0,
			},
			{cluster, history: undefined, show() {}, agree: async () => true, progress() {}},
		);
		expect(code).not.toBe(0);
		expect(sentence).toMatch(verb === 'undo' ? /^Nothing to undo/ : /--read-only|read-only/);
	}
	await cluster.close();
	expect(written()).toEqual([]);
});
