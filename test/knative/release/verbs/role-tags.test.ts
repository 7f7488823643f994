/** The tags that say which part a revision has: where they may go, and what is said where they may not. */
import {describe, expect, it} from 'vitest';
import {
	hasRoleTags,
	moveTag,
	newTags,
	placeholderRule,
	unreadNotes,
	withoutLeftovers,
	type Placeholders,
} from '../../../../source/knative/release/verbs/role-tags.js';
import {splitOf, type Split} from '../../../../source/knative/split/split.js';
import {revisionName, serviceView} from '../../objects.js';

const [one, two] = [revisionName(1), revisionName(2)];
const service = serviceView({
	traffic: [
		{revisionName: one, percent: 90, tag: 'stable'},
		{revisionName: two, percent: 10},
	],
	ready: 2,
});
const split = splitOf(service);
const known = (state: 'taken' | 'free', tag = 'canary'): Placeholders =>
	new Map([[`${tag}-helloworld-go`, state]]);
const tagsOf = (rows: Split) => rows.map(({tags}) => tags.join());

/** The tags of both rows after the tag was to go to the second, and what was said. */
function moved(tag: string, placeholders: Placeholders | undefined, isCareful?: boolean) {
	const notes: string[] = [];
	const options = {service: service.name, placeholders, notes, ...(isCareful !== undefined && {isCareful})};
	return {tags: tagsOf(moveTag(split, two, tag, options)), notes};
}

describe('a tag that is given', () => {
	it('is on one row only', () => {
		expect(moved('stable', undefined)).toEqual({tags: ['', 'stable'], notes: []});
	});

	it('moves where it is in use, whatever is known of its name', () => {
		const unread: Placeholders = new Map();
		expect(moved('stable', known('taken', 'stable'))).toEqual({tags: ['', 'stable'], notes: []});
		expect(moved('stable', unread)).toEqual({tags: ['', 'stable'], notes: []});
		expect(moved('stable', undefined, true)).toEqual({tags: ['', 'stable'], notes: []});
	});

	it('goes where its name is free, and where nobody has asked', () => {
		expect(moved('canary', known('free'))).toEqual({tags: ['stable', 'canary'], notes: []});
		expect(moved('canary', undefined)).toEqual({tags: ['stable', 'canary'], notes: []});
		expect(moved('canary', known('free'), true)).toEqual({tags: ['stable', 'canary'], notes: []});
	});

	it('does not go where another service has its name, or that could not be read, and it is said why', () => {
		expect(moved('canary', known('taken'))).toEqual({
			tags: ['stable', ''],
			notes: [
				`${two} gets no tag canary. The tag canary needs the name canary-helloworld-go, which another service of this namespace has: choose another tag.`,
			],
		});
		expect(moved('canary', new Map())).toEqual({
			tags: ['stable', ''],
			notes: [
				`${two} gets no tag canary. Whether the name canary-helloworld-go is free could not be read, and the route refuses a split with a tag whose name another object has.`,
			],
		});
	});

	it('does not go, without a word, where care is asked for and its name is not known', () => {
		expect(moved('canary', undefined, true)).toEqual({tags: ['stable', ''], notes: []});
		expect(moved('canary', new Map(), true)).toEqual({tags: ['stable', ''], notes: []});
	});
});

describe('a tag that is asked for', () => {
	it('is new where it is in no row', () => {
		expect(newTags(service, ['stable', '', 'canary'])).toEqual(['canary']);
	});

	it('is refused by the rules of a label before its name is looked at', () => {
		expect(placeholderRule('Canary', service.name, known('taken'))).toMatch(/^The tag Canary may have/);
		expect(placeholderRule('canary', service.name, known('free'))).toBeUndefined();
		expect(placeholderRule('canary', service.name, undefined)).toBeUndefined();
	});

	it('is warned of where its name could not be read, and nowhere else', () => {
		expect(unreadNotes(service, ['canary', 'stable'], new Map())).toEqual([
			'Whether the name canary-helloworld-go is free could not be read: where another object has it, the route refuses the whole split.',
		]);
		expect(unreadNotes(service, ['canary'], known('taken'))).toEqual([]);
		expect(unreadNotes(service, ['canary'], undefined)).toEqual([]);
	});
});

it('a row at 0 % stays for its tag, or where it is the way back', () => {
	const rows: Split = [
		{key: one, revision: one, latest: false, percent: 100, tags: [], locked: false},
		{key: two, revision: two, latest: false, percent: 0, tags: [], locked: false},
		{key: 'b', revision: 'b', latest: false, percent: 0, tags: ['x'], locked: false},
	];
	const keys = (...kept: readonly string[]) => withoutLeftovers(rows, kept).map(({key}) => key);
	expect(keys()).toEqual([one, 'b']);
	expect(keys(two)).toEqual([one, two, 'b']);
});

it.each([
	['stable', true],
	['canary', true],
	['previous', true],
	['preview', false],
])('the tag %s says which part a revision has: %s', (tag, is) => {
	const tagged = split.map((row, index) => ({...row, tags: index === 1 ? ['a', tag] : []}));
	expect(hasRoleTags(tagged)).toBe(is);
});
