/** A command line tool that is installed here, working against a sandbox of its own. */
import {execFile, spawnSync} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {onTestFinished} from 'vitest';
import {startSandbox} from '../../source/sandbox/sandbox.js';

export const image = 'registry.example.com/test/helloworld-go:1';

/**
 * A Service `hello` as YAML. One pod stays, however long the commands before take: it is asked for its log, or forwarded to.
 *
 * @param more Lines that follow the container.
 */
export const helloManifest = (target = 'World', more = '') => `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: hello
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/min-scale: "1"
    spec:
      containers:
      - image: ${image}
        env:
        - name: TARGET
          value: ${target}
${more}`;

/** Whether a tool is installed, and what to say of the tests that are skipped without it. */
export function look(tool: string): {installed: boolean; skipped: string} {
	const installed = spawnSync(tool, ['--help'], {stdio: 'ignore'}).status === 0;
	return {installed, skipped: installed ? '' : ' (skipped: it is not installed here)'};
}

export type Ran = {code: number; stdout: string; stderr: string};

/** A sandbox and the tool on it. Both end with the test. */
export async function commandLine(tool: string) {
	const sandbox = await startSandbox({pace: 50, seed: false});
	const home = await mkdtemp(join(tmpdir(), `${tool}-test-`));
	onTestFinished(async () => {
		await sandbox.stop();
		await rm(home, {recursive: true});
	});
	const env = {...process.env, KUBECONFIG: sandbox.kubeconfigPath, HOME: home};
	const run = (parameters: readonly string[], more: Record<string, string> = {}): Promise<Ran> => {
		const {promise, resolve} = Promise.withResolvers<Ran>();
		execFile(tool, parameters, {env: {...env, ...more}}, (error, stdout, stderr) => {
			resolve({code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr});
		});
		return promise;
	};
	return {
		sandbox,
		env,
		run,
		/** What it prints when it goes well. */
		says: async (...parameters: string[]): Promise<string> => {
			const {code, stdout, stderr} = await run(parameters);
			if (code !== 0) {
				throw new Error(`${tool} ${parameters.join(' ')} ended with ${code}: ${stderr}`);
			}

			return stdout;
		},
		/** What it complains of when it does not. */
		fails: async (...parameters: string[]): Promise<string> => {
			const {code, stderr} = await run(parameters);
			if (code === 0) {
				throw new Error(`${tool} ${parameters.join(' ')} did not fail`);
			}

			return stderr;
		},
		file: async (name: string, content: string): Promise<string> => {
			const path = join(home, name);
			await writeFile(path, content);
			return path;
		},
	};
}
