import {expect, it} from 'vitest';
import {cutAtClause, widthOf} from '../../../../source/screen/widgets/table/fit-text.js';

const text = 'pods are not read: you may not get pods/proxy, so that nothing is known of users';

it('what has room is whole', () => {
	expect(cutAtClause(text, text.length, '…')).toBe(text);
});

it.each([
	[text.length - 1, 'pods are not read: you may not get pods/proxy …'],
	[47, 'pods are not read: you may not get pods/proxy …'],
	[30, 'pods are not read …'],
])('in %i columns it ends with a whole clause that fills half of them', (width, cut) => {
	expect(cutAtClause(text, width, '…')).toBe(cut);
});

it('a dot between two things ends one, and a colon only where nothing else does', () => {
	const change = 'bob changed cart: 90│10 → 60│40 · not from this console';
	expect(cutAtClause(change, 40, '…')).toBe('bob changed cart: 90│10 → 60│40 …');
	expect(cutAtClause(`somebody else ${change}`, 50, '…')).toBe(
		'somebody else bob changed cart: 90│10 → 60│40 …',
	);
	expect(cutAtClause('a short end, of it: which is then much longer', 25, '…')).toBe('a short end …');
	expect(cutAtClause('a b; c d; e f', 9, '…')).toBe('a b …');
});

it('where whole clauses would leave more than half empty it is cut where the room ends', () => {
	expect(cutAtClause(text, 40, '…')).toBe('pods are not read: you may not get pods…');
	expect(cutAtClause('no: '.concat('x'.repeat(60)), 30, '…')).toBe(`no: ${'x'.repeat(25)}…`);
	expect(cutAtClause('x'.repeat(60), 30, '~')).toBe(`${'x'.repeat(29)}~`);
});

it('columns count, not characters', () => {
	const wide = cutAtClause('日本語日本語, 日本語日本語日本語', 16, '…');
	expect(wide).toBe('日本語日本語 …');
	expect(widthOf(wide)).toBeLessThanOrEqual(16);
});
