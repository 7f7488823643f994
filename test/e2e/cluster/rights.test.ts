/** What a console shows to whom: with each right missing by itself, all that can be shown is, and what cannot names the right. */
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {everything, type PolicyRule} from '../../../source/sandbox/api/access/rbac.js';
import {startApiRelay, tokenOf, type ApiRelay} from '../../support/kube/api-relay.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {attributesOf, editorIn, reading, withRights} from '../../support/kube/rights.js';
import {builtProgram, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal, type TestTerminal} from '../../support/terminal/terminal.js';

let sandbox: SandboxProcess;
let directory: string;
let kubeconfig: string;
let relay: ApiRelay;

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram, {args: ['--pace', '20']});
});

afterAll(async () => {
	await sandbox.stop();
});

beforeEach(async () => {
	directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-rights-'));
	kubeconfig = path.join(directory, 'kubeconfig');
	relay = await startApiRelay(sandbox.kubeconfig);
	writeFileSync(
		kubeconfig,
		kubeconfigFor(relay.url, {context: {namespace: 'default'}, user: {token: 'any'}}),
	);
});

afterEach(async () => {
	await relay.close();
	rmSync(directory, {recursive: true});
});

/** An editor of the namespace, without what `isTaken` names. */
function grant(
	isTaken: (asked: {
		verb: string;
		resource: string;
		group: string;
		namespace?: string | undefined;
	}) => boolean,
	{rules = editorIn('default'), reviews = true}: {rules?: readonly PolicyRule[]; reviews?: boolean} = {},
): void {
	const {answer} = withRights(rules, {reviews});
	const nothing = withRights([]).answer;
	relay.rules = {
		token: tokenOf(sandbox.kubeconfig),
		answer(request) {
			const attributes = attributesOf(request);
			if (!attributes) return undefined;
			if (attributes.resource === 'selfsubjectaccessreviews' && reviews) {
				const asked = JSON.parse(request.body).spec.resourceAttributes;
				return isTaken(asked) ? nothing(request) : answer(request);
			}
			return isTaken(attributes) ? nothing(request) : answer(request);
		},
	};
}

const nothingElse = () => false;

/** Lists and watches over all namespaces, of anything that is in namespaces. */
const clusterWide = () =>
	relay.seen.filter(request => {
		const attributes = attributesOf(request);
		return (
			attributes !== undefined &&
			['list', 'watch'].includes(attributes.verb) &&
			attributes.namespace === undefined &&
			!['namespaces', 'nodes'].includes(attributes.resource)
		);
	});

const open = (...args: string[]): TestTerminal =>
	openTerminal({
		command: process.execPath,
		args: [builtProgram, '--kubeconfig', kubeconfig, ...args],
		env: {XDG_STATE_HOME: directory},
		cols: 140,
	});

const isListed = (screen: string) => /cart [█▓▒░#=. ]+90│10/.test(screen);
/** Without frames and breaks of lines. */
const flat = (screen: string) => screen.replaceAll(/[\s│]+/g, ' ');

it('one namespace alone is enough to see, and nothing is listed beyond it', async () => {
	grant(nothingElse);
	await using terminal = open();
	await terminal.until(text => isListed(text) && text.includes('● watching'));
	terminal.type(':ns');
	terminal.press('enter');
	await terminal.until(/namespaces.*is forbidden|cannot list resource "namespaces"/);
	expect(clusterWide()).toEqual([]);
});

it('without Revisions the services are shown, and the pane of the revisions says what is missing', async () => {
	grant(({resource}) => resource === 'revisions');
	await using terminal = open();
	const screen = await terminal.until(text => isListed(text) && /not revisions/.test(text));
	expect(flat(screen)).toMatch(/list .*revisions/i);
	terminal.press('R');
	await terminal.until(/Equivalent command/);
	terminal.press('esc');
	// Of one that has everything nothing tells what had it before; the operator may know.
	terminal.type('/checkout');
	terminal.press('enter');
	await terminal.until(/Revisions of checkout/);
	terminal.press('R');
	const said = await terminal.until(text => flat(text).includes(':rollback REVISION names it.'));
	expect(flat(said)).toContain('cannot be told: the revisions could not be listed');
});

it('who may list the revisions of one namespace sees them beside the services of all', async () => {
	grant(({resource, namespace}) => resource === 'revisions' && namespace === undefined, {rules: everything});
	await using terminal = open('-A');
	const screen = await terminal.until(
		text => text.includes('not revisions') && /00002 +10 %/.test(text) && /00001 +90 %/.test(text),
	);
	expect(flat(screen)).not.toContain('You may not list revisions here');
});

it('without pods the log says so, and everything else is as ever', async () => {
	grant(({resource}) => resource === 'pods');
	await using terminal = open();
	await terminal.until(isListed);
	terminal.press('L');
	const screen = await terminal.until(/cannot list resource "pods"/);
	expect(flat(screen)).toContain('pods is forbidden');
	terminal.press('esc', 'e');
	await terminal.until(/Events of service cart/);
});

it('without events their sheet says so', async () => {
	grant(({resource}) => resource === 'events');
	await using terminal = open();
	await terminal.until(isListed);
	terminal.press('e');
	expect(flat(await terminal.until(/may not be read by you/))).toContain('cannot list resource "events"');
});

it('without config maps the form says that the defaults of the cluster are not known', async () => {
	grant(({resource}) => resource === 'configmaps', {rules: everything});
	await using terminal = open();
	await terminal.until(isListed);
	terminal.press('s');
	await terminal.until(/Autoscaling of cart/);
	const screen = await terminal.until(/The defaults of this cluster are not known/);
	expect(flat(screen)).toContain('cannot get resource "configmaps"');
});

it('without access reviews nothing is withheld, and the server has the last word', async () => {
	grant(({verb}) => verb === 'patch', {reviews: false});
	await using terminal = open();
	await terminal.until(isListed);
	terminal.press('R');
	const screen = await terminal.until(/cannot patch resource "services"/);
	expect(flat(screen)).toContain('Dry run');
});

it('without the right to patch the key says which right is missing', async () => {
	grant(({verb}) => verb === 'patch');
	await using terminal = open();
	await terminal.until(text => isListed(text) && text.includes('(R'));
	terminal.press('R');
	await terminal.until(/Not allowed here: you may not patch services\./);
});

it('with list and without watch the services are shown, and it is said that changes are not', async () => {
	grant(({verb}) => verb === 'watch');
	await using terminal = open();
	const screen = await terminal.until(
		text => isListed(text) && /cannot watch resource "services"/.test(text),
	);
	expect(screen).not.toMatch(/● watching/);
});

it('with list and without watch what was written is seen to reach the gateway', async () => {
	grant(({verb}) => verb === 'watch');
	await using terminal = open();
	await terminal.until(text => isListed(text) && /cannot watch resource "services"/.test(text));
	terminal.type('/checkout');
	terminal.press('enter');
	await terminal.until(/Revisions of checkout/);
	terminal.press('t');
	await terminal.until(/Tags of checkout-00001/);
	terminal.type('blue');
	terminal.press('ctrl-s');
	await terminal.until(/✓ Dry run/);
	terminal.press('enter');
	await terminal.until(text => /00001 .*blue/.test(text) && text.includes('in place, says Knative'));
});

it('with watch and without list it is said that the list is missing', async () => {
	grant(({verb, resource}) => verb === 'list' && resource === 'services');
	await using terminal = open();
	await terminal.until(text => flat(text).includes('cannot list resource "services"'));
	expect(terminal.screen()).toContain('not allowed');
});

it('with nothing at all there is a sentence, and a way out', async () => {
	grant(nothingElse, {rules: []});
	await using terminal = open();
	await terminal.until(text => flat(text).includes('cannot list resource "services"'));
	terminal.press('q');
	expect((await terminal.exited).code).toBe(0);
});

it('a command that cannot list the revisions says so, and shows the rest', async () => {
	grant(({resource}) => resource === 'revisions');
	const args = ['status', 'cart', '--kubeconfig', kubeconfig];
	const {code, stdout, stderr} = await runProgram(args, {XDG_STATE_HOME: directory});
	expect(stdout).toMatch(/^Canary +cart-00002 10 %/m);
	expect(stderr).toMatch(/^The revisions cannot be listed: .*cannot list resource "revisions"/);
	expect(code).toBe(0);
	const json = await runProgram([...args, '-o', 'json'], {XDG_STATE_HOME: directory});
	expect(JSON.parse(json.stdout).revisions).toBeNull();
	expect(json.stderr).toContain('cannot list resource "revisions"');
});

it('a command reads one service with get alone', async () => {
	grant(({verb}) => verb !== 'get');
	const {stdout, code} = await runProgram(['get', 'cart', '--kubeconfig', kubeconfig]);
	expect(stdout).toContain('cart');
	expect(code).toBe(0);
	const all = await runProgram(['get', '--kubeconfig', kubeconfig]);
	expect(all.output).toContain('cannot list resource "services"');
	expect(all.code).toBe(1);
});

it('a pipeline that may get and patch one service alone learns that the gateway has its split', async () => {
	grant(({verb}) => !['get', 'patch'].includes(verb));
	const args = ['split', 'cart', '00001=75', '00002=25', '--yes', '--wait', '60'];
	const {output, code} = await runProgram([...args, '--kubeconfig', kubeconfig], {XDG_STATE_HOME: directory});
	expect(output).toContain('Done: the server took it. It is in place, says Knative.');
	expect(code).toBe(0);
	const again = ['split', 'cart', '00001=90', '00002=10', '--yes', '--kubeconfig', kubeconfig];
	expect((await runProgram(again, {XDG_STATE_HOME: directory})).code).toBe(0);
});

/** One service of the namespace by its name (resourceNames), and the revisions of all. */
const ofCartAlone: readonly PolicyRule[] = [
	{
		verbs: ['get', 'list', 'watch', 'patch'],
		apiGroups: ['serving.knative.dev'],
		resources: ['services'],
		resourceNames: ['cart'],
		namespaces: ['default'],
	},
	{
		verbs: reading,
		apiGroups: ['serving.knative.dev', 'networking.internal.knative.dev'],
		resources: ['revisions', 'ingresses'],
		namespaces: ['default'],
	},
];

it('who may see and change one service by its name alone opens the console on it', async () => {
	grant(nothingElse, {rules: ofCartAlone});
	await using refused = open();
	await refused.until(text => flat(text).includes('One by its name: kn-canary ksvc/NAME'));
	await using terminal = open('ksvc/cart');
	await terminal.until(text => isListed(text) && /00002 +10 %/.test(text) && text.includes('● watching'));
	const before = relay.seen.length;
	terminal.press('R');
	await terminal.until(/Equivalent command/);
	terminal.press('enter');
	await terminal.until(/cart [█▓▒░#=. ]+100/);
	expect(relay.seen.slice(before).some(({method}) => method === 'PATCH')).toBe(true);
	expect(clusterWide()).toEqual([]);
});

it('who may get one service and not list it is told what to call instead', async () => {
	grant(({verb, resource}) => resource === 'services' && verb !== 'get', {rules: ofCartAlone});
	await using terminal = open('ksvc/cart');
	await terminal.until(text => flat(text).includes('kn-canary status cart'));
});

it('one service is not opened in all namespaces, nor by a name alone, which may be a mistyped command', async () => {
	const all = await runProgram(['ksvc/cart', '-A', '--kubeconfig', kubeconfig]);
	expect(all).toMatchObject({code: 2, stdout: ''});
	expect(all.stderr).toContain('ksvc/cart is one service: give its namespace with -n instead of -A');
	expect((await runProgram(['cart', '--kubeconfig', kubeconfig])).stderr).toContain("unknown command 'cart'");
	expect((await runProgram(['pod/cart'])).stderr).toContain("unknown command 'pod/cart'");
});
