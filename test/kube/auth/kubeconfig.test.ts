import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createCertificate} from '../../../source/sandbox/api/http/certificate.js';
import {listContexts, selectContext} from '../../../source/kube/auth/kubeconfig.js';

let directory: string;

type Extra = {server?: string; current?: string; user?: object; cluster?: object};

/** A kubeconfig in which everything is called `name`. */
function document(name: string, extra: Extra = {}) {
	return {
		clusters: [{name, cluster: {server: extra.server ?? `https://${name}.example`, ...extra.cluster}}],
		users: [{name, user: extra.user ?? {token: name}}],
		contexts: [{name, context: {cluster: name, user: name, namespace: `${name}-ns`}}],
		...(extra.current === undefined ? {} : {'current-context': extra.current}),
	};
}

function config(name: string, extra?: Extra): string {
	return JSON.stringify(document(name, extra));
}

async function file(name: string, content: string): Promise<string> {
	const full = path.join(directory, name);
	await mkdir(path.dirname(full), {recursive: true});
	await writeFile(full, content);
	return full;
}

beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-'));
});

afterEach(async () => {
	await rm(directory, {recursive: true});
});

describe('where a kubeconfig comes from', () => {
	it('merges the files of KUBECONFIG: the first that says something wins, missing ones are ignored', async () => {
		const first = await file('first', config('a', {server: 'https://first.example'}));
		const second = await file(
			'second',
			JSON.stringify({
				...document('a', {server: 'https://second.example'}),
				'current-context': 'a',
			}),
		);
		const third = await file('third', config('b', {current: 'b'}));
		const env = {KUBECONFIG: [first, path.join(directory, 'missing'), second, third].join(path.delimiter)};
		expect(await listContexts({env})).toEqual([
			{name: 'a', cluster: 'a', user: 'a', namespace: 'a-ns', current: true, server: 'https://first.example'},
			{name: 'b', cluster: 'b', user: 'b', namespace: 'b-ns', current: false, server: 'https://b.example'},
		]);
		const selected = await selectContext({env});
		expect(selected).toMatchObject({
			name: 'a',
			namespace: 'a-ns',
			cluster: {server: 'https://first.example'},
		});
	});

	it('takes ~/.kube/config when KUBECONFIG says nothing, and --kubeconfig before either', async () => {
		await file('home/.kube/config', config('home', {current: 'home'}));
		const given = await file('given', config('given', {current: 'given'}));
		const other = await file('other', config('other', {current: 'other'}));
		const home = path.join(directory, 'home');
		expect((await selectContext({env: {}, home})).name).toBe('home');
		expect((await selectContext({env: {KUBECONFIG: other}, home})).name).toBe('other');
		expect((await selectContext({env: {KUBECONFIG: other}, home, kubeconfig: given})).name).toBe('given');
	});

	it('takes the service account of a pod when there is nothing else', async () => {
		const serviceAccount = path.join(directory, 'account');
		await file('account/token', 'secret');
		await file('account/ca.crt', (await createCertificate(Date.now())).cert);
		await file('account/namespace', 'shop\n');
		const env = {KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443'};
		expect(await selectContext({env, home: directory, serviceAccount})).toMatchObject({
			name: 'in-cluster',
			namespace: 'shop',
			cluster: {
				server: 'https://[fd00::1]:443',
				'certificate-authority': path.join(serviceAccount, 'ca.crt'),
			},
			user: {tokenFile: path.join(serviceAccount, 'token')},
		});
	});

	it('says what to do when there is none', async () => {
		await expect(selectContext({env: {}, home: directory, serviceAccount: directory})).rejects.toThrow(
			`there is no kubeconfig: ${directory}/.kube/config does not exist; set KUBECONFIG, give --kubeconfig, or start with --sandbox`,
		);
	});

	it('says which file cannot be read and why', async () => {
		const missing = path.join(directory, 'missing');
		await expect(selectContext({kubeconfig: missing})).rejects.toThrow(
			`cannot read the kubeconfig ${missing}: there is no such file`,
		);
		await expect(selectContext({kubeconfig: directory})).rejects.toThrow('it is a directory');
	});

	it.each([
		['', 'is empty'],
		['\n# nothing yet\n', 'is empty'],
		['users: [{name: u, user: {}}]', 'lists no context'],
	])('says which file leads nowhere: %j', async (content, words) => {
		const nothing = await file('nothing', content);
		const message = `the kubeconfig ${nothing} ${words}; set KUBECONFIG, give --kubeconfig, or start with --sandbox`;
		await expect(selectContext({kubeconfig: nothing})).rejects.toThrow(message);
		await expect(selectContext({kubeconfig: nothing}, 'prod')).rejects.toThrow(message);
	});

	it.each([
		['contexts: [', 'is not valid YAML'],
		['just text', 'is no kubeconfig'],
		['contexts: {a: 1}', 'is no kubeconfig: contexts'],
		['contexts: [{context: {}}]', 'is no kubeconfig: contexts.0.name'],
	])('says what is wrong with a file of %s', async (content, message) => {
		const broken = await file('broken', content);
		await expect(selectContext({kubeconfig: broken})).rejects.toThrow(message);
		await expect(selectContext({kubeconfig: broken})).rejects.toThrow(broken);
	});
});

describe('a context', () => {
	it('that does not exist is answered with those that do', async () => {
		const kubeconfig = await file('config', config('prod', {current: 'prod'}));
		await expect(selectContext({kubeconfig}, 'staging')).rejects.toThrow(
			`there is no context "staging" in ${kubeconfig} (there are: prod)`,
		);
	});

	it('must be chosen when none is current', async () => {
		await expect(selectContext({kubeconfigText: config('a')})).rejects.toThrow(
			'no context is current; choose one with --context (there are: a)',
		);
		expect((await selectContext({kubeconfigText: config('a')}, 'a')).name).toBe('a');
	});

	it('may name neither user nor namespace', async () => {
		const kubeconfigText = JSON.stringify({
			clusters: [{name: 'c', cluster: {server: 'http://127.0.0.1:8001'}}],
			contexts: [{name: 'x', context: {cluster: 'c'}}],
			'current-context': 'x',
		});
		expect(await selectContext({kubeconfigText})).toMatchObject({
			namespace: 'default',
			userName: '',
			user: {},
		});
	});

	it('takes a server without a scheme for http, as kubectl does', async () => {
		const kubeconfigText = JSON.stringify({
			clusters: [{name: 'c', cluster: {server: 'localhost:8001'}}],
			contexts: [{name: 'x', context: {cluster: 'c'}}],
			'current-context': 'x',
		});
		expect(await selectContext({kubeconfigText})).toMatchObject({
			cluster: {server: 'http://localhost:8001'},
		});
	});

	it.each([
		[{cluster: 'none'}, 'names the cluster "none", which is not in the kubeconfig'],
		[{cluster: 'c', user: 'none'}, 'names the user "none", who is not in the kubeconfig'],
		[{cluster: 'bad'}, 'cluster "bad" has the server "ftp://x", which is no http:// or https:// URL'],
		[
			{cluster: 'port'},
			'cluster "port" has the server "https://x:99999", which has a port that is no number up to',
		],
		[
			{cluster: 'login'},
			'cluster "login" has the server "https://x", which has a login with a % that is no %XX',
		],
		[{cluster: 'host'}, 'cluster "host" has the server "https://", which names no host'],
		[{cluster: 'c', user: 'number'}, 'user "number" in given as text is not valid: token: must be text'],
		[{cluster: 'c', user: 'exec'}, 'user "exec" in given as text is not valid: exec.command'],
	])('%j is refused with a sentence', async (context, message) => {
		const kubeconfigText = JSON.stringify({
			clusters: [
				{name: 'c', cluster: {server: 'https://c'}},
				{name: 'bad', cluster: {server: 'ftp://x'}},
				{name: 'port', cluster: {server: 'https://x:99999'}},
				{name: 'login', cluster: {server: 'https://me:50%zz@x'}},
				{name: 'host', cluster: {server: 'https://'}},
			],
			users: [
				{name: 'number', user: {token: 12_345}},
				{name: 'exec', user: {exec: {apiVersion: 'client.authentication.k8s.io/v1'}}},
			],
			contexts: [{name: 'x', context}],
			'current-context': 'x',
		});
		await expect(selectContext({kubeconfigText})).rejects.toThrow(message);
	});

	it('does not suffer from what is wrong with others', async () => {
		const kubeconfigText = JSON.stringify({
			...document('good', {current: 'good'}),
			users: [{name: 'broken', user: {token: 5}}, {name: 'good'}],
		});
		expect((await selectContext({kubeconfigText})).name).toBe('good');
	});

	it('has paths relative to the file they stand in', async () => {
		const user = {
			'client-certificate': 'pki/me.crt',
			'client-key': '/abs/me.key',
			exec: {apiVersion: 'client.authentication.k8s.io/v1', command: './bin/login', interactiveMode: 'Never'},
		};
		const first = await file(
			'one/config',
			config('a', {current: 'a', user, cluster: {'certificate-authority': 'ca.crt'}}),
		);
		const selected = await selectContext({env: {KUBECONFIG: first}});
		expect(selected.cluster['certificate-authority']).toBe(path.join(directory, 'one/ca.crt'));
		expect(selected.user).toMatchObject({
			'client-certificate': path.join(directory, 'one/pki/me.crt'),
			'client-key': '/abs/me.key',
			exec: {command: path.join(directory, 'one/bin/login')},
		});
	});

	it('never brings control characters into a message', async () => {
		const kubeconfigText = config('a\u001B[2J', {current: 'gone'});
		await expect(selectContext({kubeconfigText})).rejects.toThrow('there are: a␛[2J');
	});
});
