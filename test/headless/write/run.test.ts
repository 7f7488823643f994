/** From flags and a terminal to an exit code: which context is production, and which word agrees. */
import {PassThrough, Writable} from 'node:stream';
import {beforeEach, describe, expect, it} from 'vitest';
import {runObject, runRelease, type WriteFlags} from '../../../source/headless/write/run.js';
import {openOperators, type Operators} from './operators.js';

const before = '1=90#stable 2=10#canary';

let world: Operators;

beforeEach(async () => {
	world = await openOperators();
	await world.madeOf('cart', 2, before);
});

type Typed = {
	production?: RegExp;
	/** What somebody at a terminal types when asked; nobody is there where it is not given. */
	line?: string;
	flags?: Partial<WriteFlags>;
};

type Command = 'split' | 'rollback' | 'delete';

async function typed(
	command: Command,
	{production, line, flags = {}}: Typed,
): Promise<{code: number; told: string; question: string}> {
	const stdin = new PassThrough();
	const question: string[] = [];
	const prompt = new Writable({
		write(chunk, _encoding, written) {
			question.push(String(chunk));
			written();
		},
	});
	const told: string[] = [];
	if (line !== undefined) stdin.write(`${line}\n`);
	const dependencies = {
		cluster: world.cluster,
		history: undefined,
		production,
		terminal: {
			stdin,
			stdout: {write() {}},
			stderr: {write: (text: string) => told.push(text)},
			prompt,
			isTerminal: line !== undefined,
		},
	};
	const target = {service: 'cart', namespace: undefined};
	const all: WriteFlags = {output: 'text', wait: 0, ...flags};
	const code =
		command === 'delete'
			? await runObject(target, () => ({verb: 'delete', revision: undefined}), all, dependencies)
			: await runRelease(
					command,
					{...target, shares: command === 'split' ? ['1=50', '2=50'] : []},
					all,
					dependencies,
				);
	return {code, told: told.join(''), question: question.join('')};
}

describe('at the question', () => {
	it.each(['', 'y', 'no', 'Yes', 'yes yes', 'cart'])('"%s" is a no', async line => {
		const {code, told, question} = await typed('split', {line});
		expect(question).toContain('Type yes to apply it: ');
		expect(told).toBe('Not applied: not confirmed.\n');
		expect(code).toBe(5);
		expect(await world.splitOf('cart')).toBe(before);
	});

	it.each(['yes', ' yes '])('"%s" is a yes', async line => {
		expect(await typed('split', {line})).toMatchObject({code: 0, told: ''});
		expect(await world.splitOf('cart')).toBe('1=50#stable 2=50#canary');
	});

	it('the name of another service deletes nothing, nor does yes', async () => {
		for (const line of ['yes', 'desk', 'car']) {
			const {code, question} = await typed('delete', {line});
			expect(question).toContain('Type cart to apply it: ');
			expect(code).toBe(5);
		}
		expect(await world.splitOf('cart')).toBe(before);
		expect(await typed('delete', {line: 'cart'})).toMatchObject({code: 0});
		await expect(world.service('cart')).rejects.toThrow(/cart/);
	});
});

describe('a context that is production', () => {
	const production = /^sandbox$/;

	it('takes no --yes, but the name of the service, typed or said', async () => {
		expect(await typed('split', {production, flags: {yes: true}})).toMatchObject({
			code: 5,
			told: expect.stringMatching(/^Not applied: sandbox is production: type "cart" at a terminal/),
		});
		const asked = await typed('split', {production, line: 'yes', flags: {yes: true}});
		expect(asked).toMatchObject({code: 5, question: expect.stringContaining('Type cart to apply it: ')});
		expect(await world.splitOf('cart')).toBe(before);
		expect(await typed('split', {production, flags: {yes: true, confirm: 'cart'}})).toMatchObject({code: 0});
		expect(await world.splitOf('cart')).toBe('1=50#stable 2=50#canary');
	});

	it('takes --yes for a roll back', async () => {
		expect(await typed('rollback', {production, flags: {yes: true}})).toMatchObject({code: 0});
	});

	it.each([undefined, /prod/])('is not one of another name: %s', async pattern => {
		const other = {...(pattern && {production: pattern}), flags: {yes: true as const}};
		expect(await typed('split', other)).toMatchObject({code: 0, told: ''});
	});
});
