import {setImmediate as nextTurn} from 'node:timers/promises';
import {afterEach, expect, test} from 'vitest';
import {findImage, images, resolveDigest} from '../../../source/sandbox/images/catalog.js';
import {parseErrorRate} from '../../../source/sandbox/images/helloworld-flaky.js';
import type {Exit} from '../../../source/sandbox/images/image.js';
import {parseImageReference} from '../../../source/sandbox/images/reference.js';
import {runImage, type TestContainer} from '../gateway/containers.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0)) {
		await cleanup();
	}
});

async function run(...parameters: Parameters<typeof runImage>): Promise<TestContainer> {
	const container = await runImage(...parameters);
	cleanups.push(() => container.stop());
	return container;
}

const fetchText = async ({port}: TestContainer): Promise<[number, string]> => {
	const response = await fetch(`http://127.0.0.1:${port}/any/path`);
	return [response.status, await response.text()];
};

/** Runs an image that ends by itself. */
async function exitOf(name: string, env: Record<string, string>): Promise<Exit & {log: string[]}> {
	const log: string[] = [];
	const container = findImage(name)?.run({
		env,
		log: line => void log.push(line),
		opened: () => {},
		wait: () => nextTurn(),
		random: Math.random,
	});
	const exit = await container?.exited;
	if (!exit) {
		throw new Error(`there is no image ${name}`);
	}

	return {...exit, log};
}

const digest = `sha256:${'0a'.repeat(32)}`;

test.each([
	['redis', {registry: 'index.docker.io', repository: 'library/redis', tag: 'latest'}],
	[
		'docker.io/knative/helloworld-go:v1',
		{registry: 'index.docker.io', repository: 'knative/helloworld-go', tag: 'v1'},
	],
	[
		'knative/helloworld-go',
		{registry: 'index.docker.io', repository: 'knative/helloworld-go', tag: 'latest'},
	],
	['localhost/hello', {registry: 'localhost', repository: 'hello', tag: 'latest'}],
	['localhost:5000/a/b:1', {registry: 'localhost:5000', repository: 'a/b', tag: '1'}],
	[`ghcr.io/a/b@${digest}`, {registry: 'ghcr.io', repository: 'a/b', digest}],
	[`ghcr.io/a/b:1@${digest}`, {registry: 'ghcr.io', repository: 'a/b', digest}],
])('%s is taken apart as a registry client does', (reference, parts) => {
	expect(parseImageReference(reference)).toEqual(parts);
});

test.each(['', 'a b', 'UPPER/case', 'a/b:', 'a/b@sha256:12', 'a//b', ':tag', '-a', 'a/b:tag:tag'])(
	'%j is no image reference',
	reference => {
		expect(parseImageReference(reference)).toBeUndefined();
	},
);

test('an image is found in every registry, under every path, tag and digest', () => {
	for (const reference of [
		'helloworld-go',
		'registry.cn-hangzhou.aliyuncs.com/knative-sample/helloworld-go:73fbdd56',
		`ghcr.io/knative/helloworld-go@${digest}`,
	]) {
		expect(findImage(reference)?.name).toBe('helloworld-go');
	}

	expect(findImage('ghcr.io/helloworld-go/other')).toBeUndefined();
	expect(new Set(images.map(({name}) => name)).size).toBe(images.length);
});

test('a tag has one digest, another tag another one, and a digest stays', () => {
	const first = resolveDigest('ghcr.io/a/helloworld-go:1');
	expect(first).toEqual({digest: expect.stringMatching(/^ghcr\.io\/a\/helloworld-go@sha256:[0-9a-f]{64}$/)});
	expect(resolveDigest('ghcr.io/a/helloworld-go:1')).toEqual(first);
	expect(resolveDigest('ghcr.io/a/helloworld-go:2')).not.toEqual(first);
	expect(resolveDigest(`ghcr.io/a/nothing@${digest}`)).toEqual({digest: `ghcr.io/a/nothing@${digest}`});
});

test('an image that no registry has is an error of the registry', () => {
	expect(resolveDigest('ghcr.io/a/nothing:2')).toEqual({
		error:
			'HEAD https://ghcr.io/v2/a/nothing/manifests/2: unexpected status code 404 Not Found (HEAD responses have no body, use GET for details)',
	});
	expect(resolveDigest('nothing')).toEqual({error: expect.stringContaining('401 Unauthorized')});
});

test.each([
	[{}, 'Hello World!\n'],
	[{TARGET: ''}, 'Hello World!\n'],
	[{TARGET: 'Knative'}, 'Hello Knative!\n'],
	[{TARGET: 'Wörld'}, 'Hello Wörld!\n'],
])('helloworld-go with %j answers %j', async (env, body) => {
	const container = await run('helloworld-go', env);
	expect(await fetchText(container)).toEqual([200, body]);
	expect(container.log).toEqual([
		'helloworld: starting server...',
		'helloworld: listening on port 8080',
		'helloworld: received a request',
	]);
});

test.each([
	['0', 0],
	['1', 1],
	['0.25', 0.25],
	['.5', 0.5],
	['25', 0.25],
	['25%', 0.25],
	['0.5%', 0.005],
	['100', 1],
	['101', undefined],
	['-1', undefined],
	['half', undefined],
	['', undefined],
])('an ERROR_RATE of %j is a share of %s', (text, rate) => {
	expect(parseErrorRate(text)).toBe(rate);
});

test('helloworld-flaky fails that share of requests', async () => {
	const draws = [0.1, 0.5, 0.29, 0.3];
	const container = await run('helloworld-flaky', {ERROR_RATE: '30%'}, () => draws.shift() ?? 1);
	const answers = [];
	for (let count = 0; count < 4; count++) {
		answers.push(await fetchText(container));
	}

	expect(answers).toEqual([
		[500, 'Internal Server Error\n'],
		[200, 'Hello World!\n'],
		[500, 'Internal Server Error\n'],
		[200, 'Hello World!\n'],
	]);
});

test.each([
	[{ERROR_RATE: 'often'}, 'ERROR_RATE is "often", but must be a share from 0 to 1 or a percentage'],
	[{LATENCY_MS: '1s'}, 'LATENCY_MS is "1s", but must be whole milliseconds from 0 to 999999'],
])('helloworld-flaky with %j says what is wrong and exits', async (env, line) => {
	expect(await exitOf('helloworld-flaky', env)).toEqual({code: 2, message: '', log: [line]});
});

test('helloworld-crash writes its last words and exits with 1', async () => {
	const {code, log} = await exitOf('helloworld-crash', {});
	expect(code).toBe(1);
	expect(log.at(-1)).toMatch(/^panic: /);
});

test('a container that is stopped before it listens never does', async () => {
	const opened: number[] = [];
	const started = Promise.withResolvers<void>();
	const container = findImage('helloworld-slow')?.run({
		env: {PORT: '8080'},
		log: () => {},
		opened: port => void opened.push(port),
		wait: () => started.promise,
		random: Math.random,
	});
	await container?.stop();
	started.resolve();
	await nextTurn();
	await nextTurn();
	expect(opened).toEqual([]);
});
