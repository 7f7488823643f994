/**
 * The revisions of a namespace, or of all, followed. In a namespace of thousands it takes a second to list them, or many over a slow
 * line; meanwhile those of the selected service are asked for by themselves.
 */
import type {Cluster} from '../../kube/cluster.js';
import {ofService, servingPath} from '../../kube/paths.js';
import type {ReflectorState} from '../../kube/watch/reflector.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {parseRevision, type RevisionView} from '../../knative/revision/revision.js';
import type {Unreadable} from '../tables/object-name.js';
import {startFeed, type Feed} from './feed.js';
import {selectedService} from '../state/read.js';
import {createRevisionsAhead} from './revisions-ahead.js';
import {followSelected, type SelectedRevisions} from '../selected/selected-revisions.js';
import type {ConsoleStore} from '../state/state.js';

/** Milliseconds in which an open watch has told what it is behind with; after that it will not come to it. */
const longestBehind = 10_000;

/**
 * Lists and watches the revisions of `namespace`, or of all namespaces.
 *
 * Beside that the selected service is asked about only where that saves time: at once where the list of the services had
 * more than its first page (`isCrowd`), else as soon as the list of the revisions turns out to have more. In any other
 * namespace one page tells of all revisions. And where those of all namespaces may not be listed.
 *
 * @param onRevisions Told of what is known: by `keyOf` of the service, newest first, never of half of a service's. The sentences are
 * about what could not be read.
 */
export function followRevisions(
	store: ConsoleStore,
	{
		cluster,
		namespace,
		only,
		isCrowd,
		interval,
		timers = systemTimers,
		onRevisions,
		onState,
	}: {
		cluster: Cluster;
		/** Undefined: of all. */
		namespace: string | undefined;
		/** Only those of the service of that name. */
		only?: string | undefined;
		isCrowd: boolean;
		interval: () => number;
		timers?: Pick<Timers, 'after'> | undefined;
		onRevisions: (
			revisions: ReadonlyMap<string, readonly RevisionView[]>,
			unreadable?: readonly Unreadable[],
		) => void;
		onState: (state: ReflectorState) => void;
	},
): Feed {
	const ahead = createRevisionsAhead();
	let isStopped = false;
	let isListed = false;
	let selected: SelectedRevisions | undefined;
	let callOffGivingUp: (() => void) | undefined;

	const publish = () => onRevisions(ahead.snapshot());
	const askAhead = () => {
		selected ??= followSelected(store, {
			cluster,
			namespace,
			timers,
			onAsk(service) {
				const askedAt = ahead.moment();
				return revisions => {
					ahead.answered(service, revisions, askedAt);
					publish();
				};
			},
		});
		selected.ask();
	};
	/** The list of all is complete, and takes over. */
	const settle = async () => {
		const service = selectedService(store.getState());
		// Its revisions were changed at the very moment at which both were asked for.
		if (service && ahead.isDoubtful(service)) await selected?.askAgain();
		selected?.stop();
		if (isStopped || !ahead.isAhead()) return;
		ahead.giveUp('doubtful');
		publish();
	};
	if (isCrowd) askAhead();
	const feed = startFeed({
		cluster,
		path: servingPath('revisions', namespace),
		...(only !== undefined && {query: ofService(only)}),
		waitsForAll: true,
		parse: parseRevision,
		table: ahead,
		interval,
		onPage({isFirst, isLast}) {
			if (isFirst) ahead.listBegan();
			if (isLast) ahead.listEnded();
			if (isListed) return;
			if (isLast) {
				isListed = true;
				void settle();
			} else if (isFirst) askAhead();
		},
		onTable: unreadable => onRevisions(ahead.snapshot(), unreadable),
		onState(state) {
			onState(state);
			// Who may not list those of all namespaces may list those of the one that the service is in.
			if (state.kind === 'forbidden' && namespace === undefined && !isListed) askAhead();
			if (state.kind !== 'live' || !ahead.isAhead()) return;
			callOffGivingUp?.();
			callOffGivingUp = timers.after(longestBehind, () => {
				ahead.giveUp('all');
				publish();
			});
		},
	});
	return {
		stop() {
			isStopped = true;
			callOffGivingUp?.();
			selected?.stop();
			feed.stop();
		},
	};
}
