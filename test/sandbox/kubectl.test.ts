/** kubectl against the whole sandbox; test/sandbox/api/kubectl.test.ts has it against the API server alone. */
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {describe, expect, it, onTestFinished} from 'vitest';
import {commandLine, helloManifest, look} from './command-line.js';

const {installed, skipped} = look('kubectl');

describe.skipIf(!installed)(`kubectl${skipped}`, () => {
	it('goes through a release: apply, wait, describe, patch, edit, explain, logs, delete', async () => {
		const {says, fails, run, file} = await commandLine('kubectl');
		expect(await says('apply', '-f', await file('one.yaml', helloManifest('World')))).toContain(
			'hello created',
		);
		const ready = ['wait', 'ksvc/hello', '--for=condition=Ready', '--timeout=30s'];
		expect(await says(...ready)).toContain('condition met');
		expect(await says('get', 'ksvc')).toMatch(
			/hello\s+http:\/\/hello\.default\.example\.com\s+hello-00001\s+hello-00001\s+True/,
		);
		expect(await says('apply', '-f', await file('two.yaml', helloManifest('Knative')))).toContain(
			'hello configured',
		);
		// The template has its defaults by now, so kubectl sends the list of containers again: it changes nothing.
		await says('apply', '-f', await file('two.yaml', helloManifest('Knative')));
		expect(await says('get', 'ksvc', 'hello', '-o', 'jsonpath={.metadata.generation}')).toBe('2');
		await says(
			'wait',
			'ksvc/hello',
			'--for=jsonpath={.status.latestReadyRevisionName}=hello-00002',
			'--timeout=30s',
		);
		expect(await says('describe', 'ksvc', 'hello')).toMatch(
			/Created\s+\S+\s+service-controller\s+Created Configuration "hello"/,
		);
		const split =
			'{"spec":{"traffic":[{"revisionName":"hello-00001","percent":50},{"latestRevision":true,"percent":50}]}}';
		expect(await says('patch', 'ksvc', 'hello', '--type=merge', '-p', split)).toContain('hello patched');
		expect(await fails('patch', 'ksvc', 'hello', '-p', split)).toContain(
			'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json',
		);
		const edited = await run(['edit', 'ksvc', 'hello'], {EDITOR: 'sed -i.bak s/percent:.50/percent:\\ 40/'});
		expect(edited.stderr).toContain('Traffic targets sum to 80, want 100: spec.traffic');
		expect(await says('explain', 'ksvc.spec.traffic')).toMatch(
			/percent\s+<integer>\s+The share of requests, in whole percent\./,
		);
		expect(await says('get', 'rev', '-l', 'serving.knative.dev/service=hello', '-o', 'name')).toBe(
			'revision.serving.knative.dev/hello-00001\nrevision.serving.knative.dev/hello-00002\n',
		);
		expect(
			await says('logs', '-l', 'serving.knative.dev/revision=hello-00002', '-c', 'user-container'),
		).toContain('listening on port 8080');
		expect(await says('delete', 'ksvc', 'hello', '--cascade=foreground')).toContain('"hello" deleted');
		expect(await fails('get', 'ksvc', 'hello')).toContain('services.serving.knative.dev "hello" not found');
	});

	it('makes what is built in, which it sends in protobuf', async () => {
		const {says} = await commandLine('kubectl');
		expect(await says('create', 'ns', 'elsewhere')).toContain('namespace/elsewhere created');
		expect(await says('create', 'configmap', 'words', '--from-literal=a=b', '-n', 'elsewhere')).toContain(
			'words created',
		);
		expect(
			await says('patch', 'configmap', 'words', '-n', 'elsewhere', '-p', '{"data":{"c":"d"}}'),
		).toContain('patched');
		expect(await says('get', 'configmap', 'words', '-n', 'elsewhere', '-o', 'jsonpath={.data}')).toBe(
			'{"a":"b","c":"d"}',
		);
		expect(await says('delete', 'ns', 'elsewhere')).toContain('"elsewhere" deleted');
	});

	it('applies on the side of the server, and is told of conflicts', async () => {
		const {says, fails, file} = await commandLine('kubectl');
		const path = await file(
			'one.yaml',
			helloManifest('World', '  traffic:\n  - {latestRevision: true, percent: 100}\n'),
		);
		expect(await says('apply', '--server-side', '-f', path)).toContain('hello serverside-applied');
		await says(
			'patch',
			'ksvc',
			'hello',
			'--type=merge',
			'-p',
			'{"spec":{"traffic":[{"latestRevision":true,"percent":100,"tag":"x"}]}}',
		);
		expect(await fails('apply', '--server-side', '-f', path)).toMatch(
			/Apply failed with 1 conflict: conflict with "kubectl-patch" using serving\.knative\.dev\/v1 at \S+: \.spec\.traffic/,
		);
		expect(await says('apply', '--server-side', '--force-conflicts', '-f', path)).toContain(
			'serverside-applied',
		);
	});

	it('is who its context says, with the rights of that one', async () => {
		const {says, run, fails, file} = await commandLine('kubectl');
		const path = await file('one.yaml', helloManifest('World'));
		await says('apply', '-f', path);
		expect(await says('auth', 'whoami')).toMatch(/Username\s+sandbox-admin/);
		expect(await says('auth', 'whoami', '--as', 'jane', '--as-group', 'ops')).toMatch(
			/Groups\s+\[ops system:authenticated\]/,
		);
		const can = async (context: string, ...what: string[]) =>
			(await run(['--context', context, 'auth', 'can-i', ...what])).stdout.trim();
		expect(await can('sandbox-operator', 'patch', 'ksvc')).toBe('yes');
		expect(await can('sandbox-operator', 'create', 'ksvc')).toBe('no');
		expect(await can('sandbox-viewer', 'patch', 'ksvc')).toBe('no');
		expect(await can('sandbox-viewer', 'get', 'pods', '--subresource=log')).toBe('yes');
		expect(await says('--context', 'sandbox-operator', 'label', 'ksvc', 'hello', 'seen=yes')).toContain(
			'labeled',
		);
		expect(await fails('--context', 'sandbox-operator', 'delete', 'ksvc', 'hello')).toContain(
			'services.serving.knative.dev "hello" is forbidden: User "sandbox-operator" cannot delete resource "services" in API group "serving.knative.dev" in the namespace "default"',
		);
	});

	it('watches a Service get ready', async () => {
		const {says, env, file} = await commandLine('kubectl');
		// What is there already is told first: from then on it watches.
		await says(
			'apply',
			'-f',
			await file('first.yaml', helloManifest('World').replace(/(?<=^ *name: )\S+/m, 'first')),
		);
		await says('wait', '--for=condition=Ready', 'ksvc/first');
		const watching = spawn('kubectl', ['get', 'ksvc', '-w', '--no-headers'], {env});
		onTestFinished(() => void watching.kill());
		const lines: string[] = [];
		for await (const line of createInterface({input: watching.stdout})) {
			if (line.startsWith('first ')) {
				await says('apply', '-f', await file('one.yaml', helloManifest('World')));
				continue;
			}

			lines.push(line);
			if (/\sTrue\s*$/.test(line)) {
				break;
			}
		}

		expect(lines.some(line => /Unknown\s+RevisionMissing/.test(line))).toBe(true);
	});
});
