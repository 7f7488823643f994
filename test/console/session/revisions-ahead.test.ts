/** Which revisions are shown, in every order in which a list, its watch and answers about single services can come. */
import {beforeEach, expect, it} from 'vitest';
import {
	createRevisionsAhead,
	type ReadRevision,
	type RevisionsAhead,
} from '../../../source/console/session/revisions-ahead.js';
import {keyOf} from '../../../source/console/tables/object-name.js';
import {revisionView} from '../../knative/objects.js';

const service = 'helloworld-go';
const named = (name: string) => ({namespace: 'default', name});
let ahead: RevisionsAhead;

/** A revision of that generation, of the service unless told otherwise. */
const read = (generation: number, version: string, of = service): ReadRevision => ({
	view: {...revisionView(generation), service: of, name: `${of}-${generation}`},
	version,
});
const put = (...revisions: ReadRevision[]) => {
	for (const {view, version} of revisions) ahead.put(view, version);
};
const shown = (of = service) =>
	ahead
		.snapshot()
		.get(keyOf(named(of)))
		?.map(({generation}) => generation);

beforeEach(() => {
	ahead = createRevisionsAhead();
});

it('shows nothing of a list before it is complete, and whole answers at once', () => {
	ahead.listBegan();
	put(read(1, 'a'), read(1, 'b', 'other'));
	expect(ahead.snapshot().size).toBe(0);
	ahead.answered(named(service), [read(1, 'a'), read(2, 'c')], ahead.moment());
	expect(shown()).toEqual([2, 1]);
	expect(shown('other')).toBeUndefined();
	put(read(2, 'c'));
	ahead.listEnded();
	expect(shown()).toEqual([2, 1]);
	expect(shown('other')).toEqual([1]);
	expect(ahead.isAhead()).toBe(false);
});

it('an answer that the list is at already gives way to it when it is complete', () => {
	ahead.listBegan();
	ahead.answered(named(service), [read(1, 'a')], ahead.moment());
	put(read(1, 'a'));
	// Until then nothing else is shown of it.
	expect(shown()).toEqual([1]);
	ahead.listEnded();
	put(read(2, 'b'));
	expect(shown()).toEqual([2, 1]);
});

it('a newer answer stays until the watch has come to its very state, through all those between', () => {
	ahead.listBegan();
	put(read(1, 'a'), read(2, 'b'), read(3, 'c'));
	// Since the list began, 1 has gone, 2 was changed twice, 4 was made.
	ahead.answered(named(service), [read(2, 'h'), read(3, 'c'), read(4, 'f')], ahead.moment());
	ahead.listEnded();
	expect(shown()).toEqual([4, 3, 2]);
	put(read(2, 'e'), read(4, 'f'));
	ahead.drop(named(`${service}-1`));
	expect(shown()).toEqual([4, 3, 2]);
	expect(ahead.isAhead()).toBe(true);
	put(read(2, 'h'));
	expect(ahead.isAhead()).toBe(false);
	ahead.drop(named(`${service}-3`));
	expect(shown()).toEqual([4, 2]);
});

it('what happens to others does not hold up a service', () => {
	ahead.listBegan();
	put(read(1, 'a', 'other'));
	ahead.answered(named(service), [read(1, 'c')], ahead.moment());
	ahead.listEnded();
	put(read(1, 'b', 'other'), read(1, 'c'));
	expect(ahead.isAhead()).toBe(false);
});

it('that a service has no revision any more is an answer, too', () => {
	ahead.listBegan();
	put(read(1, 'a'));
	ahead.answered(named(service), [], ahead.moment());
	ahead.listEnded();
	expect(shown()).toEqual([]);
	ahead.drop(named(`${service}-1`));
	expect(ahead.isAhead()).toBe(false);
	expect(shown()).toBeUndefined();
});

it('the last of several answers about a service counts', () => {
	ahead.listBegan();
	ahead.answered(named(service), [read(1, 'a')], ahead.moment());
	ahead.answered(named(service), [read(1, 'b')], ahead.moment());
	put(read(1, 'a'));
	ahead.listEnded();
	expect(ahead.isAhead()).toBe(true);
	put(read(1, 'b'));
	expect(ahead.isAhead()).toBe(false);
});

it('of an answer that was asked for before the list began, it is in doubt which is newer, unless they are the same', () => {
	const early = ahead.moment();
	ahead.listBegan();
	ahead.answered(named(service), [read(1, 'a')], early);
	ahead.answered(named('other'), [read(1, 'c', 'other')], early);
	put(read(1, 'a'), read(1, 'd', 'other'));
	ahead.listEnded();
	expect(ahead.isDoubtful(named(service))).toBe(false);
	expect(ahead.isDoubtful(named('other'))).toBe(true);
	put(read(2, 'e'), read(2, 'f', 'other'));
	expect(shown()).toEqual([2, 1]);
	expect(shown('other')).toEqual([1]);
	ahead.giveUp('doubtful');
	expect(shown('other')).toEqual([2, 1]);
});

it('what is asked for again is of no doubt: list and watch are there already, or will be', () => {
	for (const of of [service, 'other']) ahead.answered(named(of), [read(1, 'a', of)], ahead.moment());
	ahead.listBegan();
	for (const of of [service, 'other']) put(read(1, 'b', of));
	ahead.listEnded();
	ahead.answered(named(service), [read(1, 'b')], ahead.moment());
	ahead.answered(named('other'), [read(1, 'c', 'other'), read(2, 'd', 'other')], ahead.moment());
	expect(ahead.isDoubtful(named('other'))).toBe(false);
	put(read(3, 'e'), read(1, 'c', 'other'));
	expect(shown()).toEqual([3, 1]);
	expect(shown('other')).toEqual([2, 1]);
	put(read(2, 'd', 'other'), read(3, 'f', 'other'));
	expect(shown('other')).toEqual([3, 2, 1]);
});

it('a list that is begun again puts in doubt what was newer than the one before', () => {
	ahead.listBegan();
	ahead.answered(named(service), [read(1, 'a')], ahead.moment());
	ahead.listBegan();
	put(read(1, 'b'));
	ahead.listEnded();
	expect(ahead.isDoubtful(named(service))).toBe(true);
});

it('an answer about what list and watch say without doubt comes too late', () => {
	ahead.listBegan();
	put(read(1, 'a'));
	ahead.listEnded();
	ahead.answered(named(service), [], ahead.moment());
	expect(shown()).toEqual([1]);
});

it('a list after a gap in the watch takes over from an answer that the watch never came to, when it is complete', () => {
	ahead.listBegan();
	put(read(1, 'a'));
	ahead.answered(named(service), [read(1, 'b'), read(2, 'c')], ahead.moment());
	ahead.listEnded();
	ahead.listBegan();
	put(read(1, 'd'));
	expect(shown()).toEqual([2, 1]);
	put(read(2, 'e'), read(3, 'f'));
	ahead.listEnded();
	expect(shown()).toEqual([3, 2, 1]);
});

it('whoever gives up waiting sees what list and watch say', () => {
	ahead.listBegan();
	put(read(1, 'b'));
	ahead.answered(named(service), [read(1, 'a'), read(2, 'a')], ahead.moment());
	ahead.listEnded();
	ahead.giveUp('all');
	expect(shown()).toEqual([1]);
});
