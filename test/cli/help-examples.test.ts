/** The examples that each help ends with are run on a sandbox, as they stand, and do what they say. */
import {chmodSync, mkdirSync, mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, expect, it, onTestFinished} from 'vitest';
import {builtProgram, runCommand, runProgram} from '../support/program/run-program.js';
import {startWorld} from '../support/world.js';

const folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-examples-'));
const bin = path.join(folder.path, 'bin');

beforeAll(() => {
	mkdirSync(bin);
	writeFileSync(
		path.join(bin, 'kn-canary'),
		`#!/bin/sh\nexec "${process.execPath}" "${builtProgram}" "$@"\n`,
	);
	chmodSync(path.join(bin, 'kn-canary'), 0o755);
});

afterAll(() => folder.remove());

const helpFolder = 'test/golden/help';
const examples = readdirSync(helpFolder).flatMap(name => {
	const [, listed = ''] = readFileSync(path.join(helpFolder, name), 'utf8').split('\nExamples:\n');
	const [block = ''] = listed.split('\n\n');
	return block.split('\n').flatMap(line => (line.startsWith('  kn-canary') ? [line.trim()] : []));
});

/** The console itself, what runs until it is ended, and the demo, which has tests of its own. */
const isLeftOut = (line: string) =>
	/^kn-canary (?:-|demo|sandbox)/.test(line) || /^kn-canary (?:events|logs|users) .*-[wf]\b/.test(line);

/** The place of a file of the system, and what takes long, are others here; nobody is there to say yes. */
const runnable = (line: string) => {
	const here = line
		.replaceAll(/(?<=> |x )(?:\/etc|~|\/usr\/local\/bin)\/(?:[\w.-]+\/)*/g, './')
		.replace('| man -l -', '| cat')
		.replace('--for 60s', '--for 3s');
	const asks =
		/^kn-canary (?:abandon|complete|promote|create|revision create|rollback|scale|split|tag|undo) /;
	return asks.test(here) && !/--yes|--dry-run|--help/.test(here) ? `${here} --yes` : here;
};

/** What the split of the cart is for it; elsewhere a canary at 10 %. */
const shares = (line: string): readonly [number, number] => {
	if (line.includes('complete') && /^kn-canary (?:wait|status) /.test(line)) return [0, 100];
	return line.includes('--expect 50/50') ? [50, 50] : [90, 10];
};

it('has two of each command', () => {
	expect(examples.length).toBeGreaterThan(2 * (readdirSync(helpFolder).length - 1));
});

it.each([...new Set(examples)].filter(line => !isLeftOut(line)))('%s', async line => {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	const home = path.join(folder.path, String(examples.indexOf(line)));
	mkdirSync(path.join(home, 'overlays/prod'), {recursive: true});
	const env = {
		PATH: `${bin}:${process.env['PATH'] ?? ''}`,
		HOME: home,
		KUBECONFIG: world.sandbox.kubeconfigPath,
		XDG_STATE_HOME: home,
		XDG_CONFIG_HOME: home,
		KN_CANARY_GATEWAY: world.sandbox.gatewayAddress,
		KN_CANARY_RATE: '200',
		KN_CANARY_MAX_RATE: '200',
	};
	const [stable, canary] = shares(line);
	if (canary !== 10) {
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: stable, tag: 'stable'},
			{revisionName: 'cart-00002', percent: canary, tag: 'canary'},
		]);
	}
	if (line.startsWith('kn-canary undo')) await runProgram(['split', 'cart', '1=50', '2=50', '--yes'], env);
	const {code, output} = await runCommand(
		'bash',
		['-c', `set -o pipefail; cd '${home}'; ${runnable(line)}`],
		env,
	);
	// With what it said, for whoever reads that it failed.
	expect([code, output]).toEqual([0, output]);
});
