/** Objects nested deeper than the stack reaches: refused by name where they come in, and nothing is written of them. */
import {beforeEach, describe, expect, it} from 'vitest';
import {servingPath} from '../../../source/kube/paths.js';
import {runProgram} from '../../support/program/run-program.js';
import {useRelayedSandbox} from '../../support/program/relayed-sandbox.js';

const world = useRelayedSandbox({cols: 120, rows: 30, prepare});

const depth = 10_000;
const nested = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** What the sandbox says at each path, with what is nested put into the templates of cart. */
const answers = new Map<string, string>();

const services = servingPath('services', 'default');
const revisions = servingPath('revisions', 'default');

/** As text: a printer of JSON does not get to the end of it either. */
const deepened = (object: unknown) =>
	JSON.stringify(object, (key, value: unknown) =>
		key === 'containers' && Array.isArray(value)
			? value.map(container => ({...Object(container), nested: 'here'}))
			: value,
	).replaceAll('"nested":"here"', `"nested":${nested}`);

async function prepare(): Promise<void> {
	for (const path of [`${services}/cart`, `${revisions}/cart-00001`, `${revisions}/cart-00002`]) {
		const {status, body} = await world.cluster.request({method: 'GET', path});
		expect(status).toBe(200);
		answers.set(path, deepened(body));
	}
	for (const path of [services, revisions]) {
		const {body} = await world.cluster.request({method: 'GET', path});
		const {items, ...list}: {items?: {metadata: {name: string}}[]} = Object(body);
		const shown = items?.map(item =>
			item.metadata.name.startsWith('cart') ? deepened(item) : JSON.stringify(item),
		);
		answers.set(path, `${JSON.stringify(list).slice(0, -1)},"items":[${shown?.join(',') ?? ''}]}`);
	}
}

/** Has the answers at these paths nested. */
function nest(isNested: (path: string) => boolean): void {
	world.relay.rules.answer = ({method, path, query}) => {
		const body = method === 'GET' && !query.has('watch') && isNested(path) ? answers.get(path) : undefined;
		return body === undefined
			? undefined
			: {status: 200, body, headers: {'content-type': 'application/json'}};
	};
}

const writes = () =>
	world.relay.seen
		.filter(({method, path}) => method !== 'GET' && !path.includes('accessreview'))
		.map(({method, path}) => `${method} ${path}`);

const run = async (...args: string[]) =>
	runProgram([...args, '--kubeconfig', world.kubeconfig], {XDG_STATE_HOME: world.directory});

const image = ['--image', 'registry.example.com/samples/helloworld-go:3'];

describe('a service', () => {
	beforeEach(() => nest(path => path.startsWith(services)));

	it.each([
		[
			'revision create --from template',
			['revision', 'create', 'cart', ...image, '--from', 'template', '--yes'],
		],
		['revision create --from users', ['revision', 'create', 'cart', ...image, '--from', 'users', '--yes']],
		['abandon --template', ['abandon', 'cart', '--template', '--yes']],
		['split', ['split', 'cart', 'cart-00001=100', '--yes']],
		['export', ['export', 'cart']],
		['status', ['status', 'cart']],
	])('is refused by name: %s', async (_, args) => {
		const {output, code} = await run(...args);
		expect(output.replace(/^Not done: /, '')).toBe(
			'Service cart cannot be read: it is nested deeper than 500 levels.\n',
		);
		expect(code).not.toBe(0);
		expect(writes()).toEqual([]);
	});

	it('is named in the console, which shows the others', async () => {
		await using terminal = world.open();
		await terminal.until(/checkout [█▓▒░#=. ]+100/);
		await terminal.until(/cart cannot be read: it is nested deeper than 500 levels/);
	});
});

describe('a revision', () => {
	beforeEach(() => nest(path => path.startsWith(revisions)));

	it('is refused by name when another is to be made like it', async () => {
		const {output, code} = await run('revision', 'create', 'cart', ...image, '--from', 'users', '--yes');
		expect(output).toMatch(/Revision cart-00001 cannot be read: it is nested deeper than 500 levels/);
		expect(code).not.toBe(0);
		expect(writes()).toEqual([]);
	});

	it('is named in the console, and r makes none like it', async () => {
		await using terminal = world.open();
		await terminal.until(/cart [█▓▒░#=. ]+90│10/);
		await terminal.until(/cart-0000\d cannot be read: it is nested deeper than 500 levels/);
		terminal.press('r');
		await terminal.until(/New revision/);
		expect(writes()).toEqual([]);
	});
});

it('one that is so deep by the time its YAML is asked for is named, and the console goes on', async () => {
	await using terminal = world.open();
	await terminal.until(/cart [█▓▒░#=. ]+90│10/);
	nest(path => path.startsWith(services));
	terminal.press('y');
	await terminal.until(/The service cart cannot be shown: it is nested deeper than 500 levels/);
	terminal.press('esc');
	await terminal.until(screen => !screen.includes('cannot be shown'));
	expect(writes()).toEqual([]);
});
