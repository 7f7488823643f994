/** Who has rights to one service by its name (RBAC's resourceNames): the console that is opened on that, as a real authorizer has it. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {agree, openRealConsole, stateDirectory} from './parts/real-console.js';
import {splitWords} from './parts/stored.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
	const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${world.namespace}`;
	const roleRef = {apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'shop-alone'};
	const rules = [
		{
			apiGroups: ['serving.knative.dev'],
			resources: ['services'],
			resourceNames: ['shop'],
			verbs: ['get', 'list', 'watch', 'patch'],
		},
		{apiGroups: ['serving.knative.dev'], resources: ['revisions'], verbs: ['get', 'list', 'watch']},
	];
	const subjects = [{apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'shopkeeper'}];
	const metadata = {name: 'shop-alone'};
	for (const [plural, object] of [
		['roles', {metadata, rules}],
		['rolebindings', {metadata, roleRef, subjects}],
	] as const) {
		const {code, text} = await world.client.request('POST', `${rbac}/${plural}`, object);
		if (code !== 201) throw new Error(`${plural}: ${code} ${text}`);
	}
	await world.create('other');
	await world.release('shop');
});

afterAll(async () => world.close());

const asKeeper = ['--as', 'shopkeeper', 'ksvc/shop'] as const;

it('follows it, and releases it', async () => {
	await using state = await stateDirectory();
	await using terminal = await openRealConsole(world, {state: state.path, shows: ['shop'], args: asKeeper});
	await terminal.until(/shop[\s█▓▒░#=.]+90│10/);
	expect(terminal.screen()).not.toContain('other');
	await world.patch('shop', {metadata: {annotations: {note: 'from elsewhere'}}});
	terminal.type(':split stable=80,canary=20');
	terminal.press('enter');
	await agree(terminal, {world, of: 'split'});
	const stored = await world.until('shop', service => /=80:stable/.test(splitWords(service)));
	expect(splitWords(stored)).toBe('shop-00002=80:stable shop-00003=20:canary');
	await terminal.until(/shop[\s█▓▒░#=.]+80│20/);
});

it('shows it alone where it is, and elsewhere what there is', async () => {
	await using state = await stateDirectory();
	await using terminal = await openRealConsole(world, {
		state: state.path,
		shows: ['shop'],
		args: ['ksvc/shop'],
	});
	terminal.type(':ns default');
	terminal.press('enter');
	await terminal.until(/ default .*watching/);
	expect(terminal.screen()).not.toMatch(/No service shop/);
	terminal.type(`:ns ${world.namespace}`);
	terminal.press('enter');
	await terminal.until(/shop[\s█▓▒░#=.]+80│20/);
	expect(terminal.screen()).not.toContain('other');
	terminal.type('0');
	await terminal.until(/other/);
});
