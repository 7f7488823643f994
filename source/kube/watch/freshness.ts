/**
 * Whether what a reflector has handed over is what the server has, and how long a watch that says nothing passes for current.
 *
 * That nothing happens and that nothing is told look alike. What tells them apart are bookmarks, which come about every
 * minute (kube-apiserver, pkg/storage/cacher: bookmarkFrequency), but they are optional; a watch that was merely
 * accepted may lead into a proxy that keeps everything to itself. So after a silence the objects are listed again: a list
 * is the truth, whatever the watch is worth, and it shows whether the watch has kept something back.
 *
 * What that costs: a page is up to 250 objects, some 30 kB packed. 10,000 revisions are 40 pages, 19 MB as JSON, 1 MB
 * packed, and about a second for both sides. Once in 90 s that is little for a server, but not for nothing: lists of
 * several pages become rarer while they find nothing new.
 */
import type {Timers} from '../timers.js';
import {stampOf} from '../identity.js';

/** Milliseconds that what was listed or told is taken for current. Longer than between two bookmarks. */
const silenceLimit = 90_000;
/** Milliseconds between two lists of one page while a watch keeps back what happens. */
const betweenPolls = 30_000;
/** Milliseconds between two lists of many pages that find nothing new. */
const longestSilence = 300_000;

/** Of one list and the watch after it. Told of all that comes, it says since when that is known to be current. */
export class Freshness {
	/** When the server last said how things are, by a list, an event or a bookmark; milliseconds since 1970. */
	provenAt: number;
	/** A list found what the watch had kept back, and the watch has told nothing since. */
	isMute = false;
	/** Milliseconds of silence after which everything is listed again. */
	private toleratedSilence = silenceLimit;
	/** The resourceVersions as they were handed over, by uid. */
	private versions = new Map<string, string>();
	private listed = new Map<string, string>();
	private pages = 0;
	private isNews = false;

	constructor(private readonly timers: Pick<Timers, 'now'>) {
		this.provenAt = timers.now();
	}

	/** Whether what was handed over may be called current. */
	get isFresh(): boolean {
		return this.age < silenceLimit;
	}

	/**
	 * What a silence from now on leads to: nothing that was handed over is current any more, or everything is to be listed
	 * again; and in how many milliseconds.
	 */
	get next(): {kind: 'old' | 'list'; after: number} {
		const kind = this.toleratedSilence > silenceLimit && this.isFresh ? 'old' : 'list';
		return {kind, after: Math.max(0, (kind === 'old' ? silenceLimit : this.toleratedSilence) - this.age)};
	}

	/** A page of a list. `afterSilence`: it was asked for because a watch said nothing, the moment that was called off. */
	takePage(
		items: readonly unknown[],
		{isFirst, isLast, afterSilence}: {isFirst: boolean; isLast: boolean; afterSilence: boolean},
	): void {
		if (isFirst) {
			this.listed = new Map();
			this.pages = 0;
			this.isNews = false;
		}
		this.pages++;
		for (const item of items) {
			const {uid, resourceVersion} = stampOf(item);
			this.isNews ||= this.versions.get(uid) !== resourceVersion;
			this.listed.set(uid, resourceVersion);
		}
		if (!isLast) return;
		if (afterSilence) this.judge(this.isNews || this.listed.size !== this.versions.size);
		this.versions = this.listed;
		this.listed = new Map();
		this.provenAt = this.timers.now();
	}

	/** An event, or a bookmark: the watch tells what happens. */
	takeEvent(type: string, object: unknown): void {
		if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
			const {uid, resourceVersion} = stampOf(object);
			if (type === 'DELETED') this.versions.delete(uid);
			else this.versions.set(uid, resourceVersion);
		}
		this.provenAt = this.timers.now();
		this.toleratedSilence = silenceLimit;
		this.isMute = false;
	}

	/** Not negative, though clocks are set back: a silence would pass for current that much longer. */
	private get age(): number {
		return Math.max(0, this.timers.now() - this.provenAt);
	}

	private judge(hasKeptBack: boolean): void {
		const isLong = this.pages > 1;
		if (hasKeptBack) {
			this.isMute = true;
			this.toleratedSilence = isLong ? silenceLimit : betweenPolls;
		} else {
			this.toleratedSilence = Math.min(this.toleratedSilence * 2, isLong ? longestSilence : silenceLimit);
		}
	}
}
