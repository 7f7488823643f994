import {describe, expect, it} from 'vitest';
import {commandLine, image, look} from './command-line.js';

const {installed, skipped} = look('kn');
/** The words of a table's line. */
const cells = (table: string, line: number): string[] =>
	(table.split('\n')[line] ?? '').trim().split(/\s{2,}/);

describe.skipIf(!installed)(`kn${skipped}`, () => {
	it('creates, updates, splits, tags, describes, lists, waits and deletes', async () => {
		const {says, fails} = await commandLine('kn');
		const created = await says('service', 'create', 'hello', '--image', image, '--env', 'TARGET=World');
		expect(created).toContain("Creating service 'hello' in namespace 'default':");
		expect(created).toContain('Waiting for load balancer to be ready');
		expect(created).toContain('Ready to serve.');
		expect(created).toContain(
			"Service 'hello' created to latest revision 'hello-00001' is available at URL:\nhttp://hello.default.example.com",
		);
		const updated = await says('service', 'update', 'hello', '--env', 'TARGET=Knative');
		expect(updated).toContain('Traffic is not yet migrated to the latest revision.');
		expect(updated).toContain(
			"Service 'hello' updated to latest revision 'hello-00002' is available at URL:",
		);
		const split = ['--traffic', 'hello-00001=90', '--traffic', '@latest=10', '--tag', '@latest=canary'];
		expect(await says('service', 'update', 'hello', ...split)).toContain(
			"Service 'hello' with latest revision 'hello-00002' (unchanged) is available at URL:",
		);
		const description = await says('service', 'describe', 'hello');
		expect(description).toMatch(/10%\s+@latest \(hello-00002\) #canary \[2\]/);
		expect(description).toMatch(/90%\s+hello-00001 \[1\]/);
		expect(description).toMatch(/\+\+ RoutesReady/);
		const list = await says('service', 'list');
		expect(cells(list, 0)).toEqual(['NAME', 'URL', 'LATEST', 'AGE', 'CONDITIONS', 'READY', 'REASON']);
		expect(list).toMatch(
			/hello\s+http:\/\/hello\.default\.example\.com\s+hello-00002\s+\S+\s+3 OK \/ 3\s+True/,
		);
		expect(await says('service', 'wait', 'hello')).toContain(
			"Service 'hello' in namespace 'default' is ready.",
		);
		expect(await says('service', 'delete', 'hello', '--wait')).toContain(
			"Service 'hello' successfully deleted in namespace 'default'.",
		);
		expect(await says('service', 'list')).toContain('No services found.');
		expect(await fails('service', 'describe', 'hello')).toContain(
			'Error: services.serving.knative.dev "hello" not found',
		);
	});

	it('lists, describes and deletes revisions, and lists routes', async () => {
		const {says} = await commandLine('kn');
		await says('service', 'create', 'hello', '--image', image);
		await says('service', 'update', 'hello', '--env', 'TARGET=Two', '--traffic', 'hello-00001=100');
		const revisions = await says('revision', 'list', '-s', 'hello');
		expect(revisions).toMatch(/hello-00002\s+hello\s+2\s+\S+\s+\d OK \/ 4\s+True/);
		expect(revisions).toMatch(/hello-00001\s+hello\s+100%\s+1\s+\S+\s+4 OK \/ 4\s+True/);
		expect(await says('revision', 'describe', 'hello-00001')).toMatch(/Service:\s+hello/);
		expect(await says('revision', 'delete', 'hello-00001')).toContain(
			"Revision 'hello-00001' deleted in namespace 'default'.",
		);
		expect(await says('route', 'list')).toMatch(/hello\s+http:\/\/hello\.default\.example\.com/);
	});

	it('applies the same again without a new revision', async () => {
		const {says} = await commandLine('kn');
		expect(await says('service', 'apply', 'hello', '--image', image)).toContain(
			"Service 'hello' created to latest revision 'hello-00001' is available at URL:",
		);
		await says('service', 'apply', 'hello', '--image', image);
		expect(await says('service', 'apply', 'hello', '--image', image, '--env', 'A=b')).toContain(
			"'hello-00002'",
		);
		expect((await says('revision', 'list')).trim().split('\n')).toHaveLength(3);
	});

	it('is told why a release failed, and what it may not do', async () => {
		const {says, fails} = await commandLine('kn');
		expect(await fails('service', 'create', 'broken', '--image', image.replace('go', 'none'))).toMatch(
			/Error: Revision(?:Failed|Missing): /,
		);
		await says('service', 'create', 'hello', '--image', image);
		expect(await fails('--context', 'sandbox-viewer', 'service', 'delete', 'hello')).toContain(
			'services.serving.knative.dev "hello" is forbidden: User "sandbox-viewer" cannot delete resource "services" in API group "serving.knative.dev" in the namespace "default"',
		);
		expect(await fails('service', 'update', 'hello', '--traffic', 'hello-00001=90')).toContain('Error: ');
	});
});
