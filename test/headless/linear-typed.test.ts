/** Lines that are typed, in time and ahead of it. */
import {PassThrough} from 'node:stream';
import {expect, it} from 'vitest';
import {typedLines} from '../../source/headless/linear/typed-lines.js';

it('gives the lines in their order, also those that were typed before they were asked for, until there are no more', async () => {
	const input = new PassThrough();
	const lines = typedLines(input);
	const first = lines.next();
	input.write('one\ntwo\nthree');
	expect(await first).toBe('one');
	expect(await lines.next()).toBe('two');
	const last = lines.next();
	input.end();
	expect(await last).toBe('three');
	expect(await lines.next()).toBeUndefined();
});

it('drops those that have come before, and none that comes after', async () => {
	const input = new PassThrough();
	const lines = typedLines(input);
	const first = lines.next();
	input.write('rollback\nyes\nyes\n');
	expect(await first).toBe('rollback');
	expect(await lines.dropped()).toBe(2);
	expect(await lines.dropped()).toBe(0);
	const answer = lines.next();
	input.write('no\n');
	expect(await answer).toBe('no');
});
