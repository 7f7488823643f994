/**
 * Kubeconfigs as they occur, with kubectl and with the built program on the same server: what kubectl takes is taken, what it
 * refuses is refused.
 */
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {tokenOf} from '../../support/kube/api-relay.js';
import {builtProgram, runCommand, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {
	credentialVersion,
	kubeconfigCases,
	type KubeconfigCase,
	type KubeconfigParts,
} from './parts/kubeconfig-cases.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client'], {stdio: 'ignore'}).status === 0;

/** Of either program: both show the words of the server. */
function outcomeOf(output: string): KubeconfigCase[2] {
	if (/services\.serving\.knative\.dev "nosuch" not found/.test(output)) return 'reached';
	return /logged in to the server|does not accept the credentials/.test(output)
		? 'refused by the server'
		: 'no way';
}

describe('a kubeconfig', () => {
	let sandbox: SandboxProcess;
	let own: KubeconfigParts;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram);
		const original = readFileSync(sandbox.kubeconfig, 'utf8');
		const directory = `${path.dirname(sandbox.kubeconfig)}/kubeconfigs`;
		mkdirSync(directory);
		own = {
			server: /server: (\S+)/.exec(original)![1]!,
			ca: /certificate-authority-data: (\S+)/.exec(original)![1]!,
			token: tokenOf(sandbox.kubeconfig),
			directory,
		};
		writeFileSync(`${directory}/ca.crt`, Buffer.from(own.ca, 'base64'));
		writeFileSync(`${directory}/empty`, '');
		writeFileSync(`${directory}/token`, `${own.token}\n`);
		for (const [name, version] of [
			['login', credentialVersion],
			['login-beta', `${credentialVersion}beta1`],
		]) {
			const credential = {kind: 'ExecCredential', apiVersion: version, status: {token: own.token}};
			writeFileSync(`${directory}/${name}`, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
			chmodSync(`${directory}/${name}`, 0o755);
		}
	});

	afterAll(async () => {
		await sandbox.stop();
	});

	it.each(kubeconfigCases)('with %s', async (what, make, outcome, more) => {
		const made = make(own);
		const files = (typeof made === 'string' || made instanceof Uint8Array ? [made] : made).map(
			(content, index) => {
				const file = `${own.directory}/config-${index}`;
				writeFileSync(file, content);
				return file;
			},
		);
		const env = {KUBECONFIG: files.join(path.delimiter), ...more?.env?.(own)};
		const [ours, kubectl] = await Promise.all([
			runProgram(['get', 'nosuch'], env),
			hasKubectl
				? runCommand('kubectl', ['get', 'ksvc', 'nosuch'], {...env, KUBECACHEDIR: own.directory})
				: undefined,
		]);
		expect(ours.output).not.toMatch(/\n\s+at |undefined|\[object/);
		// Without what was to be shown nobody is asked for anything.
		expect(ours.output).not.toContain('system:anonymous');
		for (const {output} of [ours, ...(kubectl ? [kubectl] : [])]) {
			expect({what, outcome: outcomeOf(output), said: output}).toMatchObject({what, outcome});
		}
	});
});
