/** A cluster that a test scripts and a state directory, again for each test of a file, and the built program on them. */
import {spawn} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {afterEach, beforeEach} from 'vitest';
import {builtProgram} from '../../support/program/run-program.js';
import {startScriptedCluster, type ScriptedCluster} from '../../support/kube/scripted-cluster.js';

export type ScriptedEnd = {code: number | null; signal: NodeJS.Signals | null; said: string};

/** To be called at the top of a file. */
export function onScripted() {
	let scripted: ScriptedCluster;
	let directory: string;
	let kubeconfig: string;

	beforeEach(async () => {
		scripted = await startScriptedCluster({protocol: 'https'});
		directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-scripted-'));
		kubeconfig = path.join(directory, 'config');
		await writeFile(kubeconfig, scripted.server.kubeconfig());
	});

	afterEach(async () => {
		await scripted.server.close();
		await rm(directory, {recursive: true, force: true});
	});

	/** A command without a screen; `signal` ends it. */
	function start(...args: string[]): {ended: Promise<ScriptedEnd>; signal: (signal: NodeJS.Signals) => void} {
		const child = spawn(process.execPath, [builtProgram, '--kubeconfig', kubeconfig, ...args], {
			env: {...process.env, XDG_STATE_HOME: directory, KUBECONFIG: ''},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let said = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				said += text;
			});
		}
		const ended = new Promise<ScriptedEnd>(resolve => {
			child.once('close', (code, signal) => resolve({code, signal, said}));
		});
		return {ended, signal: signal => void child.kill(signal)};
	}

	return {
		get scripted() {
			return scripted;
		},
		get directory() {
			return directory;
		},
		get kubeconfig() {
			return kubeconfig;
		},
		start,
		run: async (...args: string[]) => start(...args).ended,
		/** The server has made the change, whoever hears of it. */
		make: () => void Object.assign(scripted.service, scripted.changed()),
	};
}
