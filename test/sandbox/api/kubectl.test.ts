import {execFile, spawn, spawnSync} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';
import {describe, expect, it, onTestFinished} from 'vitest';
import {events, revisions, services} from '../../../source/sandbox/resources.js';
import {writeKubeconfig} from '../../../source/sandbox/api/http/sandbox-kubeconfig.js';
import {start, token, user} from './support.js';

const run = promisify(execFile);
const installed = spawnSync('kubectl', ['version', '--client'], {stdio: 'ignore'}).status === 0;

/** A kubectl that talks to a fresh server. */
async function kubectlHere() {
	const running = await start({tls: true});
	const directory = await mkdtemp(join(tmpdir(), 'kubectl-test-'));
	onTestFinished(() => rm(directory, {recursive: true}));
	const kubeconfig = await writeKubeconfig(
		{
			server: running.server.url,
			certificateAuthority: running.server.certificateAuthority,
			token,
			userName: user,
			contextName: 'sandbox',
		},
		directory,
	);
	const env = {...process.env, KUBECONFIG: kubeconfig.path, HOME: directory};
	const file = join(directory, 'service.yaml');
	return {
		...running,
		env,
		file,
		write: (target: string, more = '') =>
			writeFile(
				file,
				`apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec:
  template:
    spec:
      containers:
      - image: registry.example.com/helloworld-go:1
        env: [{name: TARGET, value: ${target}}]
${more}`,
			),
		kubectl: async (...parameters: string[]) => (await run('kubectl', parameters, {env})).stdout,
		/** What it says when it fails. */
		refused: async (...parameters: string[]) => {
			const {promise, resolve, reject} = Promise.withResolvers<string>();
			execFile('kubectl', parameters, {env}, (error, _stdout, stderr) => {
				if (error) {
					resolve(stderr);
				} else {
					reject(new Error('it did not fail'));
				}
			});
			return promise;
		},
	};
}

describe.skipIf(!installed)(`kubectl${installed ? '' : ' (skipped: it is not installed here)'}`, () => {
	it('applies, reads, patches, annotates and deletes', async () => {
		const {kubectl, refused, write, file, store} = await kubectlHere();
		await write('World');
		expect(await kubectl('apply', '-f', file)).toContain('service.serving.knative.dev/hello created');
		expect((await kubectl('get', 'ksvc')).split('\n')[0]?.split(/\s+/)).toEqual([
			'NAME',
			'URL',
			'LATESTCREATED',
			'LATESTREADY',
			'READY',
			'REASON',
		]);
		await write('Knative');
		expect(await kubectl('apply', '--dry-run=server', '-f', file)).toContain('configured (server dry run)');
		expect(store.get(services, 'default', 'hello')?.metadata.generation).toBe(1);
		expect(await kubectl('apply', '-f', file)).toContain('configured');
		expect(await kubectl('get', 'ksvc', 'hello', '-o', 'yaml')).toContain('value: Knative');
		expect(await kubectl('describe', 'ksvc', 'hello')).toMatch(/Generation:\s+2/);
		expect(
			await kubectl(
				'patch',
				'ksvc',
				'hello',
				'--type=json',
				'-p',
				'[{"op":"test","path":"/metadata/generation","value":2},{"op":"add","path":"/spec/traffic/0/tag","value":"now"}]',
			),
		).toContain('patched');
		expect(
			await refused(
				'patch',
				'ksvc',
				'hello',
				'--type=merge',
				'-p',
				'{"spec":{"traffic":[{"latestRevision":true,"percent":90}]}}',
			),
		).toContain('validation failed: Traffic targets sum to 90, want 100: spec.traffic');
		expect(await kubectl('annotate', 'ksvc', 'hello', 'a=b')).toContain('annotated');
		expect(await kubectl('delete', 'ksvc', 'hello')).toContain('deleted');
		expect(await refused('get', 'ksvc', 'hello')).toContain(
			'Error from server (NotFound): services.serving.knative.dev "hello" not found',
		);
	});

	it('has its fields checked by the server, by default strictly', async () => {
		const {refused, write, file} = await kubectlHere();
		await write('World', '        lifecycle: {}\n');
		expect(await refused('apply', '-f', file)).toContain(
			'strict decoding error: unknown field "spec.template.spec.containers[0].lifecycle"',
		);
	});

	it('reads revisions, pods and events', async () => {
		const {kubectl, store} = await kubectlHere();
		store.create(revisions, {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Revision',
			metadata: {
				name: 'hello-00001',
				namespace: 'default',
				labels: {'serving.knative.dev/configurationGeneration': '1'},
			},
			spec: {containers: []},
			status: {actualReplicas: 2},
		});
		const event = {
			apiVersion: 'v1',
			kind: 'Event',
			metadata: {name: 'hello.1', namespace: 'default'},
			involvedObject: {kind: 'Service', name: 'hello', namespace: 'default'},
			type: 'Normal',
			reason: 'Created',
			message: 'Created Configuration "hello"',
		};
		store.create(events, event);
		expect(await kubectl('get', 'revisions')).toMatch(/hello-00001\s+1\s+2/);
		expect(await kubectl('get', 'events')).toMatch(/Created\s+service\/hello\s+Created Configuration/);
		expect((await run('kubectl', ['get', 'pods'], {env: (await kubectlHere()).env})).stderr).toContain(
			'No resources found',
		);
	});

	it('watches', async () => {
		const {env, store} = await kubectlHere();
		const watching = spawn('kubectl', ['get', 'ksvc', '-w', '--no-headers'], {env});
		onTestFinished(() => {
			watching.kill();
		});
		const lines = createInterface({input: watching.stdout})[Symbol.asyncIterator]();
		const put = (name: string) =>
			store.create(services, {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name, namespace: 'default'},
				spec: {},
			});
		put('first');
		expect((await lines.next()).value).toMatch(/^first\s*$/);
		put('second');
		expect((await lines.next()).value).toMatch(/^second\s*$/);
	});
});
