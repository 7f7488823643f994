/**
 * Revisions as they are to be shown. The list of all of them comes in pages, and half of a service's revisions would pass
 * for all of them: which is the newest, for one. So nothing of that list is shown before it is complete; only whole
 * answers about single services are, which are ahead of it.
 *
 * Such an answer may also be newer than the list, which is of the moment of its first page, so that the list must not simply
 * take its place: a revision just made would be gone again until the watch has told of it. Which of two resourceVersions is
 * newer cannot be told, they are opaque. But an answer that was asked for after the list had begun is of a state that list
 * and watch, which leave no state out, are at or are still to come to: they take over when they are there. Of one that was
 * asked for before, it is not known unless both are of the same state; then it has to be asked for again.
 */
import type {RevisionView} from '../../knative/revision/revision.js';
import type {FeedTable} from './feed.js';
import {keyOf, type ObjectName} from '../tables/object-name.js';
import {createRevisionTable} from '../tables/tables.js';

/** By `keyOf` of the revision. */
type Versions = Map<string, string>;

/** A revision and the resourceVersion it was read at. */
export type ReadRevision = {view: RevisionView; version: string};

type RevisionsAnswer = {
	views: readonly RevisionView[];
	versions: Versions;
	askedAt: Moment;
	/** Where list and watch are with the same service; from the end of the list on. */
	followed: Versions;
};

/** How many lists had begun. */
export type Moment = number;

export type RevisionsAhead = FeedTable<RevisionView> & {
	moment(): Moment;
	/** All revisions of a service, none left out, and the moment at which they were asked for. */
	answered(service: ObjectName, revisions: readonly ReadRevision[], askedAt: Moment): void;
	/** The first page of the list of all is there: of the first one, or of one that replaces it. */
	listBegan(): void;
	/** The last page is there, too. */
	listEnded(): void;
	/** Whether something else is shown than list and watch say. */
	isAhead(): boolean;
	/** Whether that may be older than what they say, for all that is known. */
	isDoubtful(service: ObjectName): boolean;
	/** Shows what list and watch say, wherever they are: of all services, or where there are doubts. */
	giveUp(which: 'all' | 'doubtful'): void;
	/** By `keyOf` of the service, newest first. Before the end of the first list only what was answered, be it that there is none. */
	snapshot(): ReadonlyMap<string, readonly RevisionView[]>;
};

const isSame = (one: Versions, other: Versions): boolean =>
	one.size === other.size && [...one].every(([key, version]) => other.get(key) === version);

/** Empty, before the first list. Moments are counted, not timed. */
export function createRevisionsAhead(): RevisionsAhead {
	const table = createRevisionTable();
	/** By `keyOf` of the service. */
	const answers = new Map<string, RevisionsAnswer>();
	/** Of all revisions: only while the first list is under way, because later nobody needs to know thousands of them. */
	let listed: Versions | undefined = new Map();
	let now: Moment = 0;

	const isNewer = ({askedAt}: RevisionsAnswer) => askedAt > 0 && askedAt === now;
	const letGo = () => {
		for (const [service, {versions, followed}] of answers) {
			if (isSame(versions, followed)) answers.delete(service);
		}
	};
	return {
		put(view, version) {
			const isNews = table.put(view);
			const key = keyOf(view);
			if (listed) listed.set(key, version);
			if (listed || answers.size === 0) return isNews;
			const home = keyOf({namespace: view.namespace, name: view.service ?? ''});
			for (const [service, {followed}] of answers) {
				if (home === service) followed.set(key, version);
				else followed.delete(key);
			}
			letGo();
			return true;
		},
		drop(object) {
			const wasThere = table.drop(object);
			const key = keyOf(object);
			if (listed) listed.delete(key);
			if (listed || answers.size === 0) return wasThere;
			for (const {followed} of answers.values()) followed.delete(key);
			letGo();
			return true;
		},
		moment: () => now,
		answered(named, revisions, askedAt) {
			const service = keyOf(named);
			const before = answers.get(service);
			// By now list and watch say it, and are not in doubt.
			if (!listed && !before) return;
			const one = createRevisionTable();
			for (const {view} of revisions) one.put(view);
			answers.set(service, {
				views: one.snapshot().get(service) ?? [],
				versions: new Map(revisions.map(({view, version}) => [keyOf(view), version])),
				askedAt,
				followed: before?.followed ?? new Map(),
			});
			if (!listed) letGo();
		},
		listBegan() {
			now++;
		},
		listEnded() {
			// A list that comes after another one comes after all answers, too.
			if (!listed) answers.clear();
			const rows = table.snapshot();
			for (const [service, {followed}] of answers) {
				for (const view of rows.get(service) ?? []) {
					const key = keyOf(view);
					followed.set(key, listed?.get(key) ?? '');
				}
			}
			listed = undefined;
			letGo();
		},
		isAhead: () => answers.size > 0,
		isDoubtful(service) {
			const answer = answers.get(keyOf(service));
			return answer !== undefined && !isNewer(answer);
		},
		giveUp(which) {
			for (const [service, answer] of answers) {
				if (which === 'all' || !isNewer(answer)) answers.delete(service);
			}
		},
		snapshot() {
			const rows = listed ? new Map<string, readonly RevisionView[]>() : table.snapshot();
			if (answers.size === 0) return rows;
			const shown = new Map(rows);
			for (const [service, {views}] of answers) shown.set(service, views);
			return shown;
		},
	};
}
