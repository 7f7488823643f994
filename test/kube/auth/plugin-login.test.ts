import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {selectContext} from '../../../source/kube/auth/kubeconfig.js';
import {createPluginLogin} from '../../../source/kube/auth/plugin-login.js';

/** A context whose user has a plugin that is that script. */
async function withPlugin(script: string, interactiveMode: string) {
	const directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-plugin-'));
	onTestFinished(async () => rm(directory, {recursive: true}));
	const command = path.join(directory, 'plugin');
	await writeFile(command, `#!/bin/sh\n${script}\n`);
	await chmod(command, 0o755);
	const kubeconfig = path.join(directory, 'kubeconfig');
	const exec = {apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode};
	await writeFile(
		kubeconfig,
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			clusters: [{name: 'c', cluster: {server: 'http://127.0.0.1:1'}}],
			users: [{name: 'u', user: {exec}}],
			contexts: [{name: 'x', context: {cluster: 'c', user: 'u'}}],
			'current-context': 'x',
		}),
	);
	return selectContext({kubeconfig});
}

/** What a login says of a plugin that is that script, with a terminal that is lent at once. */
async function login(script: string, interactiveMode: string) {
	const selected = await withPlugin(script, interactiveMode);
	const lent: boolean[] = [];
	const made = createPluginLogin(selected, {
		terminal: {
			isDrawnOn: true,
			lend: async use => {
				lent.push(true);
				return use();
			},
		},
		onRun() {},
	});
	onTestFinished(() => made.close());
	const failed = made.get().then(
		() => 'nothing failed',
		(error: unknown) => (error instanceof Error ? error.message : String(error)),
	);
	return {said: await failed, lent: lent.length};
}

it('says what the plugin said before it got the terminal, where it fails with it as well', async () => {
	const {said, lent} = await login('echo "error: the refresh token has expired" >&2; exit 1', 'IfAvailable');
	expect(lent).toBe(1);
	expect(said).toMatch(
		/gave none: error: the refresh token has expired \(exit code 1\); the same with the terminal; ctrl-r runs it so again$/,
	);
});

it('does not say that one failed without a word of which the words went to the terminal', async () => {
	const {said} = await login('exit 3', 'Always');
	expect(said).toMatch(
		/gave none: it failed, and what it said went to the terminal \(exit code 3\); ctrl-r hands the terminal over again$/,
	);
});

it('says of one that printed no credential with the terminal what that was', async () => {
	const {said} = await login('[ -e "$0.ran" ] && exec echo hello; touch "$0.ran"; exit 1', 'IfAvailable');
	expect(said).toMatch(
		/it failed without a word \(exit code 1\); with the terminal: what it printed is no ExecCredential; ctrl-r runs it so again$/,
	);
});

it('does not get the terminal again by itself after it has failed with it, as by ctrl-c', async () => {
	const give = `printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'`;
	for (const [end, mode] of [
		['kill -INT $$', 'Always'],
		['exit 130', 'Always'],
		// What many make of ctrl-c.
		['exit 1', 'Always'],
		['exit 1', 'IfAvailable'],
		['[ -t 0 ]; kill -INT $$', 'IfAvailable'],
	] as const) {
		const selected = await withPlugin(`[ -e "$0.good" ] && exec ${give}\n${end}`, mode);
		let now = Date.now();
		let lent = 0;
		let needsTerminal = false;
		const made = createPluginLogin(selected, {
			terminal: {
				isDrawnOn: true,
				async lend(use) {
					lent++;
					return use();
				},
			},
			onRun() {},
			onNeed: needs => (needsTerminal = needs),
			timers: {now: () => now},
		});
		onTestFinished(() => made.close());
		await expect(made.get()).rejects.toThrow('gave none');
		expect(needsTerminal).toBe(true);
		for (let time = 0; time < 3; time++) {
			now += 120_000;
			await expect(made.get()).rejects.toThrow(
				/; ctrl-r (?:hands the terminal over|runs it with the terminal)$/,
			);
		}
		expect(lent).toBe(1);
		await writeFile(`${selected.user.exec!.command}.good`, '');
		made.wanted();
		await expect(made.get()).resolves.toMatchObject({token: 't'});
		expect(needsTerminal).toBe(false);
		expect(lent).toBe(mode === 'Always' ? 2 : 1);
	}
});

it('is not run for each question where what it gives has expired as it comes, by a clock that is wrong', async () => {
	const credential = {
		kind: 'ExecCredential',
		apiVersion: 'client.authentication.k8s.io/v1',
		status: {token: 'any', expirationTimestamp: '2020-01-01T00:00:00Z'},
	};
	const selected = await withPlugin(`echo '${JSON.stringify(credential)}'`, 'Never');
	let now = Date.now();
	let runs = 0;
	const made = createPluginLogin(selected, {
		onRun: run => (runs += run ? 1 : 0),
		timers: {now: () => now},
	});
	onTestFinished(() => made.close());
	for (const later of [0, 1000, 5000]) {
		now += later;
		expect(await made.get()).toMatchObject({token: 'any'});
	}
	expect(runs).toBe(1);
	now += 5000;
	await made.get();
	expect(runs).toBe(2);
	// What the server refuses is not waited for.
	expect(made.rejected()).toBe(true);
	await made.get();
	expect(runs).toBe(3);
});

it('is run again when what it gave expires, and not for each question', async () => {
	const directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-credential-'));
	onTestFinished(async () => rm(directory, {recursive: true}));
	const credential = path.join(directory, 'credential');
	const selected = await withPlugin(`cat ${credential}`, 'Never');
	const start = Date.parse('2030-01-31T12:00:00Z');
	let now = start;
	let runs = 0;
	const made = createPluginLogin(selected, {
		onRun: run => (runs += run ? 1 : 0),
		timers: {now: () => now},
	});
	onTestFinished(() => made.close());
	const give = async (token: string, life: number) =>
		writeFile(
			credential,
			JSON.stringify({
				kind: 'ExecCredential',
				apiVersion: 'client.authentication.k8s.io/v1',
				status: {token, expirationTimestamp: new Date(now + life).toISOString()},
			}),
		);
	await give('first', 5000);
	const tokens: (string | undefined)[] = [];
	for (const later of [0, 1000, 4000, 4999, 5000]) {
		now = start + later;
		if (later === 4999) await give('second', 5000);
		tokens.push((await made.get()).token);
	}
	expect(tokens).toEqual(['first', 'first', 'first', 'second', 'second']);
	expect(runs).toBe(2);
	// For an hour: the time of a request before it ends, and of next to nothing not for each.
	now += 60_000;
	await give('long', 3_600_000);
	await made.get();
	now += 3_594_000;
	expect((await made.get()).token).toBe('long');
	now += 1000;
	await give('brief', 1);
	for (const later of [0, 10, 20]) {
		now += later;
		expect((await made.get()).token).toBe('brief');
	}
	expect(runs).toBe(4);
});
