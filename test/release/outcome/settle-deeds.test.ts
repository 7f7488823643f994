/** What the next console makes of something made or deleted whose sender has not lived to say how that ended. */
import {describe, expect, it} from 'vitest';
import type {Deed} from '../../../source/journal/deed.js';
import {endOfDeed, type FoundObject} from '../../../source/release/outcome/settle-deeds.js';
import {revisionName} from '../../knative/objects.js';

const at = Date.parse('2026-01-02T03:04:05Z');
const name = 'helloworld-go';

function deed(of: Partial<Deed>): Deed {
	return {
		id: 'd-1',
		at,
		server: 'https://127.0.0.1',
		context: 'prod',
		namespace: 'default',
		service: name,
		what: 'delete service',
		object: name,
		uid: 'u-1',
		by: 'alice',
		own: true,
		reason: 'delete service',
		command: '',
		end: undefined,
		...of,
	};
}

const there: FoundObject = {kind: 'there', uid: 'u-1', isGoing: false};
const gone: FoundObject = {kind: 'absent'};
const after = (of: Partial<Deed>, found: FoundObject, later = 1000) =>
	endOfDeed(deed(of), found, at + later)?.how;
const late = 61_000;
const made = (moment: string): FoundObject => ({...there, creator: 'alice', createdAt: Date.parse(moment)});

describe.each([{what: 'delete service'}, {what: 'delete revision', object: revisionName(2)}] as const)(
	'$what',
	of => {
		it('was made when it is gone or going', () => {
			expect(after(of, gone)).toBe('made');
			expect(after(of, {...there, isGoing: true})).toBe('made');
		});

		it('is not known when there is another one: whoever made that may have deleted the first', () => {
			expect(after(of, {...there, uid: 'another'})).toBe('not known');
		});

		it('that is still there may be on its way for a minute, and was not made after that', () => {
			expect(after(of, there)).toBeUndefined();
			expect(after(of, there, late)).toBe('not made');
		});
	},
);

describe('a creation', () => {
	const of = {what: 'create service', uid: ''} as const;

	it('was made when there is one that is as old as the request, whoever the server says it is by', () => {
		expect(endOfDeed(deed(of), made('2026-01-02T03:04:06Z'), at)).toEqual({
			how: 'made',
			sentence: `${name} is there, made by alice.`,
		});
		expect(after({...of, by: 'jane'}, made('2026-01-02T03:04:06Z'))).toBe('made');
		expect(after(of, made('2026-01-02T09:00:00Z'))).toBe('not known');
		expect(after(of, made('2025-12-31T00:00:00Z'))).toBe('not made');
	});

	it('of which nothing is there may be on its way for a minute, and cannot be told after that', () => {
		expect(after(of, gone)).toBeUndefined();
		expect(after(of, gone, late)).toBe('not known');
	});
});
