/** What the sheets of a release say and do, read off the screen of the built program in the smallest usual window. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {readRevisions} from '../../../source/headless/read/read-service.js';
import {servingPath} from '../../../source/kube/paths.js';
import {openOnWorld, shows} from '../../support/program/on-world.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';
import {startWorld, type World} from '../../support/world.js';

let world: World;
let state: string;

beforeEach(async () => {
	state = await mkdtemp(path.join(tmpdir(), 'kn-canary-state-'));
});

afterEach(async () => {
	await world.stop();
	await rm(state, {recursive: true, force: true});
});

const open = async (service: string) => openOnWorld(world, {service, state});

const splitOf = async (name: string) =>
	(await world.service(name)).specTraffic
		.map(
			({revision = '@latest', percent, tag}) => `${revision}=${percent}${tag === undefined ? '' : `:${tag}`}`,
		)
		.join(' ');

const container = (target: string) => ({
	image: 'registry.example.com/samples/helloworld-go:1',
	env: [{name: 'TARGET', value: target}],
});

/** Enter on the sheet, and the split that comes of it. */
async function agree(terminal: TestTerminal, name: string, wanted: string): Promise<void> {
	await terminal.until(shows('✓ Dry run: the server would accept it.'));
	terminal.press('enter');
	await terminal.until(/The gateway has the new split|live since/);
	expect(await splitOf(name)).toBe(wanted);
}

it('a promotion says who is canary and why, before and after, what differs; ctrl-p takes the way back out', async () => {
	world = await startWorld();
	await using terminal = await open('cart');
	terminal.press('c');
	await terminal.until(shows('Canary cart-00002 10 %: tagged canary'));
	for (const line of [
		'Stable cart-00001 90 %: tagged stable, and has traffic',
		'Split set by sandbox-admin',
		'Differs env TARGET changed',
		'90 % → 0 %',
		'10 % → 100 %',
		'+previous, -stable',
		'+stable, -canary',
		'Way back: cart-00001 stays at 0 % (ctrl-p removes it)',
	]) {
		await terminal.until(shows(line));
	}
	terminal.press('ctrl-p');
	await terminal.until(shows('No way back in the split: cart-00001 is removed (ctrl-p keeps it at 0 %)'));
	await agree(terminal, 'cart', 'cart-00002=100:stable');
});

/** What is written on a revision of cart that was given up. */
async function rejectionOf(name: string): Promise<unknown> {
	const revisions = await readRevisions(world.other, 'default', 'cart');
	return JSON.parse(revisions?.find(revision => revision.name === name)?.rejected ?? '');
}

it('the command line takes revisions by the words of the commands, and says why where a word means none', async () => {
	world = await startWorld();
	await using terminal = await open('cart');
	const command = (line: string) => {
		terminal.type(line);
		terminal.press('enter');
	};
	command(':split stable=60,2=40');
	await terminal.until(shows('10 % → 40 %'));
	terminal.press('esc');
	await terminal.until(/▸1 Services/);
	command(':rollback 00009');
	await terminal.until(shows('cart has no revision 00009: name one by its full name, its tag'));
	command(':split');
	await terminal.until(shows('Name the shares: <revision>=<whole percent>, which sum to 100.'));
	command(':rollback @canary');
	await terminal.until(shows('that would be no roll back. Promote it instead.'));
	command(':promote canary');
	await terminal.until(shows('Canary cart-00002 10 %: tagged canary'));
	terminal.press('esc');
	await terminal.until(/▸1 Services/);
	command(':rollback 1');
	await terminal.until(shows('Back to cart-00001: you chose it.'));
	await agree(terminal, 'cart', 'cart-00001=100:stable cart-00002=0:canary');
});

it('what was given up is made again, or given traffic, only by typing its name', async () => {
	world = await startWorld();
	await using terminal = await open('cart');
	terminal.press('X');
	await terminal.until(shows('leave the template as it is'));
	await terminal.until(shows('⏎ choose esc cancel'));
	terminal.press('down', 'enter');
	await terminal.until(shows('Two writes: this patch, whose note already says that cart-00002 is rejected'));
	await agree(terminal, 'cart', 'cart-00001=100:stable');
	await terminal.until(/00002.*✗ Rejected/);
	// The key is no word of the operator's.
	expect(await rejectionOf('cart-00002')).not.toHaveProperty('why');

	// The form starts from what users run; whoever goes back to the template has to mean it, whatever else is changed.
	terminal.press('r');
	await terminal.until(shows('what users run: cart-00001'));
	terminal.press('up', 'left');
	await terminal.until(shows('‹ template, rejected at'));
	terminal.press('tab', 'tab', 'tab');
	terminal.type('MORE=1');
	await terminal.until(shows('MORE=1'));
	terminal.press('ctrl-s');
	await terminal.until(
		shows('It runs what cart-00002 was given up with (env TARGET) again, which was rejected'),
	);
	await terminal.until(shows('Type cart-00002 below'));
	terminal.press('enter');
	await terminal.until(shows('Type cart-00002 first: cart-00002 was rejected.'));
	expect(await splitOf('cart')).toBe('cart-00001=100:stable');
});

/** The variables of a revision of cart. */
const envOf = async (name: string) =>
	(await readRevisions(world.other, 'default', 'cart'))?.find(revision => revision.name === name)?.env;

/** The form of the autoscaling, right after a roll back. */
async function openScaling() {
	world = await startWorld();
	const terminal = await open('cart');
	terminal.press('R');
	await agree(terminal, 'cart', 'cart-00001=100:stable cart-00002=0:canary');
	terminal.press('esc', 's');
	await terminal.until(shows('Made from ‹ what users run: cart-00001'));
	return terminal;
}

/** Changes that one field, and sends the form. */
async function sendTwoPods(terminal: TestTerminal): Promise<void> {
	terminal.press('down');
	await terminal.until(/▸ Min pods/);
	terminal.type('2');
	await terminal.until(/Min pods\s+2/);
	terminal.press('ctrl-s');
}

describe('after a roll back the template still has the bad code, and s', () => {
	it('starts from what users run, and makes that again with the one field that is changed', async () => {
		await using terminal = await openScaling();
		await sendTwoPods(terminal);
		await terminal.until(shows('Made from what users run: cart-00001'));
		await terminal.until(shows('The tag canary moves from cart-00002 to the new revision.'));
		await terminal.until(shows('✓ Dry run: the server would accept it.'));
		terminal.press('enter');
		await terminal.until(/00003.*Ready/);
		expect(await envOf('cart-00003')).toEqual(await envOf('cart-00001'));
		expect(await envOf('cart-00003')).not.toEqual(await envOf('cart-00002'));
		// What is tried now has the tag, not what was taken from users.
		expect(await splitOf('cart')).toBe('cart-00001=100:stable cart-00002=0 @latest=0:canary');
	});

	it('says what it would make again, where the template is meant', async () => {
		await using terminal = await openScaling();
		terminal.press('left');
		await terminal.until(shows('Made from ‹ template, rolled back at'));
		await sendTwoPods(terminal);
		await terminal.until(
			shows('It runs what cart-00002 was given up with (env TARGET) again, which was rolled back at'),
		);
	});
});

it('a new revision takes no tag away from a canary that is being tried, unless that is meant', async () => {
	world = await startWorld();
	await using terminal = await open('cart');
	terminal.press('r');
	await terminal.until(/Canary tag/);
	expect(terminal.screen()).not.toMatch(/Canary tag\s+canary/);
	terminal.press('tab', 'tab');
	terminal.type('MORE=1');
	await terminal.until(shows('MORE=1'));
	for (let step = 0; step < 6 && !/▸ .*Canary tag/.test(terminal.screen()); step++) {
		const before = terminal.screen();
		terminal.press('down');
		await terminal.until(screen => screen !== before);
	}
	terminal.type('canary');
	await terminal.until(/Canary tag\s+canary/);
	terminal.press('ctrl-s');
	await terminal.until(
		shows('cart-00002 is being tried with 10 %, and loses the tag canary to the new revision'),
	);
	await terminal.until(shows('Enter twice applies, because a canary loses its tag'));
	expect(await splitOf('cart')).toBe('cart-00001=90:stable cart-00002=10:canary');
});

describe('a tag whose name another service has', () => {
	it('is not proposed, is refused in the form, and leaves the route as it is', async () => {
		world = await startWorld();
		await world.create('canary-web', {spec: {containers: [container('one')]}});
		await world.create('web', {spec: {containers: [container('one')]}});
		await using terminal = await open('canary-web');
		terminal.press('esc', 'G');
		await terminal.until(/Revisions of web/);
		terminal.press('r');
		await terminal.until(/Canary tag {2,}│?/);
		expect(terminal.screen()).not.toMatch(/Canary tag\s+canary/);
		terminal.press('tab', 'tab', 'tab');
		await terminal.until(/▸ .*Initial traffic/);
		terminal.press('tab');
		await terminal.until(/▸ .*Canary tag/);
		terminal.type('canary');
		await terminal.until(/Canary tag\s+canary/);
		terminal.press('ctrl-s');
		await terminal.until(
			shows('The tag canary needs the name canary-web, which another service of this namespace has'),
		);
		expect(await splitOf('web')).toBe('@latest=100');
	});
});

const named = (day: number) => `storefront-web-release-2026-01-${day}-eu-west-production`;

it('revisions whose names differ in the middle are told apart in panes and sheets', async () => {
	world = await startWorld();
	const template = (day: number) => ({
		metadata: {name: named(day)},
		spec: {containers: [container(String(day))]},
	});
	await world.create('storefront-web', template(15));
	for (const day of [16, 17]) await world.patch('storefront-web', {spec: {template: template(day)}});
	await world.split('storefront-web', [
		{revisionName: named(15), percent: 60},
		{revisionName: named(16), percent: 30},
		{revisionName: named(17), percent: 10},
	]);
	await using terminal = await open('storefront-web');
	await terminal.until(screen => [15, 16, 17].every(day => screen.includes(`01-${day}`)));
	terminal.press('R');
	await terminal.until(shows('Roll back storefront-web'));
	const rows = terminal
		.screen()
		.split('\n')
		.filter(line => line.includes('→'));
	expect(
		rows.map(line => /01-(?<day>\d\d).*?(?<before>\d+) % → +(?<after>\d+) %/.exec(line)?.groups),
	).toEqual([
		{day: '15', before: '60', after: '100'},
		{day: '16', before: '30', after: '0'},
		{day: '17', before: '10', after: '0'},
	]);
	await agree(terminal, 'storefront-web', `${named(15)}=100 ${named(16)}=0 ${named(17)}=0`);
});

it('who else writes the service is said on the sheet of each verb', async () => {
	world = await startWorld();
	const owned = await world.other.request({
		method: 'PATCH',
		path: servingPath('services', 'default', 'cart'),
		query: {fieldManager: 'argocd-controller', force: 'true'},
		contentType: 'application/apply-patch+yaml',
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'cart', namespace: 'default', labels: {'app.kubernetes.io/instance': 'cart-prod'}},
		},
	});
	expect(owned.status).toBe(200);
	await using terminal = await open('cart');
	for (const [key, title] of [
		['c', 'Promote the canary of cart'],
		['R', 'Roll back cart'],
	] as const) {
		terminal.press(key);
		await terminal.until(shows(title));
		await terminal.until(shows('Argo CD manages this service (argocd-controller writes fields of it)'));
		terminal.press('esc');
		await terminal.until(/1 Services/);
	}
});

it('in the middle of a gradual rollout a roll back goes to what users had before it', async () => {
	world = await startWorld({pace: 1});
	await world.create('till', {spec: {containers: [container('one')]}});
	await using terminal = await open('till');
	await terminal.until(/00001.*Ready/);
	await world.patch('till', {
		metadata: {annotations: {'serving.knative.dev/rollout-duration': '600s'}},
		spec: {template: {spec: {containers: [container('two')]}}},
	});
	await terminal.until(/00002 +1 %/);
	terminal.press('R');
	await terminal.until(shows('Canary till-00002 1 %'));
	await terminal.until(shows('Stable till-00001 99 %'));
	await terminal.until(shows('A gradual rollout over 600s is in progress'));
	await agree(terminal, 'till', 'till-00002=0 till-00001=100');
});
