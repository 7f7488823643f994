/** What each command prints with `-o json`, held against the schema that scripts may rely on. */
import {readFileSync} from 'node:fs';
import {Ajv2020} from 'ajv/dist/2020.js';
import {describe, expect, it} from 'vitest';
import {createProgram} from '../../source/cli/program.js';
import {runProgram} from '../support/program/run-program.js';
import {worldPerFile} from './world-per-file.js';

const ajv = new Ajv2020({strict: true, allowUnionTypes: true, allErrors: true, strictRequired: false});
ajv.addSchema(JSON.parse(readFileSync('docs/json/schemas.json', 'utf8')), 'schemas');

const test = worldPerFile();

const image = 'registry.example.com/samples/helloworld-go:1';

/** Command line → what it prints. In this order, as each does something. */
const lines: readonly (readonly [line: string, schema: string])[] = [
	['get', 'list'],
	['get cart', 'object'],
	['get nope', 'error'],
	['get nope nor', 'error'],
	['export cart', 'object'],
	['version', 'version'],
	['config view', 'config'],
	['status cart', 'status'],
	['status cart --compare --rate 50', 'status'],
	['status payments --for ready --wait 1s', 'status'],
	['wait cart --for ready', 'error'],
	['events payments', 'events'],
	['verify cart --requests 40 --rate 50', 'verify'],
	['verify nope', 'verify'],
	['verify cart --expect 1/2', 'verify'],
	['verify cart --revision @canary', 'verifyRevision'],
	['verify cart --revision nope', 'verifyRevision'],
	['verify nope --revision 1', 'verifyRevision'],
	['verify ksvc/', 'error'],
	['users cart --for 2s', 'users'],
	[`create shop --image ${image} --yes`, 'write'],
	['create shop --image Not/An:Image:1 --yes', 'write'],
	['revision create shop --env A=b --yes', 'write'],
	['scale shop --max 3 --dry-run', 'write'],
	['tag shop 1=beta --yes', 'write'],
	['split shop 1=50 2=50 --yes', 'write'],
	['split shop 1=50 2=50 --yes', 'write'],
	['split shop 1=50', 'write'],
	['complete shop --no-compare --yes', 'write'],
	['rollback shop --yes', 'write'],
	['undo shop --dry-run', 'write'],
	['abandon shop --yes', 'write'],
	['delete shop --yes', 'write'],
	['delete shop --confirm shop', 'write'],
	['history', 'history'],
	['split', 'error'],
	['status nope', 'error'],
	['events nope', 'error'],
	['export ksvc/', 'error'],
	['users nope', 'error'],
];

describe('with -o json', () => {
	it('each command prints one document that its schema describes', async () => {
		const problems: unknown[] = [];
		for (const [line, schema] of lines) {
			// Refused by those that send no request.
			const isSending = line.startsWith('verify') || line.includes(' --compare');
			const gateway = isSending ? ['--gateway', test.world.sandbox.gatewayAddress] : [];
			const args = [...line.split(' '), '-o', 'json', ...gateway];
			const {stdout, code} = await runProgram(args, {
				KUBECONFIG: test.world.sandbox.kubeconfigPath,
				XDG_STATE_HOME: test.folder,
				XDG_CONFIG_HOME: test.folder,
			});
			const validate = ajv.getSchema(`schemas#/$defs/${schema}`);
			let document: unknown;
			try {
				document = JSON.parse(stdout);
			} catch {
				problems.push({line, stdout});
				continue;
			}
			if (validate?.(document) !== true) problems.push({line, errors: validate?.errors, document});
			if (
				document !== null &&
				typeof document === 'object' &&
				'exitCode' in document &&
				document.exitCode !== code
			) {
				problems.push({line, code, says: document.exitCode});
			}
		}
		expect(problems).toEqual([]);
	}, 240_000);

	it('is tried for each command that takes it', () => {
		const tried = new Set(lines.map(([line]) => line.split(' ')[0]));
		const takes = createProgram({words: []})
			.commands.flatMap(command => [command, ...command.commands])
			.filter(({options}) => options.some(({long}) => long === '--output'))
			.map(command => (command.parent?.parent ? command.parent.name() : command.name()));
		expect([...new Set(takes)].filter(name => !tried.has(name))).toEqual([]);
	});
});
