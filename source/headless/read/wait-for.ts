/** Waits until a service is as it is wanted, and says meanwhile what the server says. */
import type {Cluster} from '../../kube/cluster.js';
import {releaseOf} from '../../knative/release/release.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import {condition, routeSettled, serviceState} from '../../knative/service/service-state.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {followService} from './followed-service.js';
import {readRevisions} from './read-service.js';
import {waitGoals, type WaitGoal} from './wait-goals.js';

export type Waited =
	| {kind: 'so'}
	| {kind: 'gone'; sentence: string}
	/** Not in time; what the server said last. */
	| {kind: 'late'; sentence: string}
	| {kind: 'failed'; sentence: string};

function isSo(goal: WaitGoal, service: ServiceView, revisions: readonly RevisionView[] | undefined): boolean {
	switch (goal) {
		case 'settled':
			return hasSplit(service);
		case 'ready':
			return serviceState(service).kind === 'ready';
		case 'complete':
			return hasSplit(service) && releaseOf({service, revisions, changes: []}).whole !== undefined;
		case 'canary-ready': {
			const {canary} = releaseOf({service, revisions, changes: []});
			return revisions?.find(({name}) => name === canary?.revision)?.state.kind === 'ready';
		}
		case 'deleted':
			return false;
	}
}

/** As `status` says `settled`. */
const hasSplit = (service: ServiceView) => routeSettled(service) && service.splitDoubt === undefined;

/** @param within Milliseconds. */
export async function waitFor(
	cluster: Cluster,
	{
		namespace,
		name,
		goal,
		within,
		signal,
		progress,
	}: {
		namespace: string;
		name: string;
		goal: WaitGoal;
		within: number;
		signal: AbortSignal;
		progress: (words: string) => void;
	},
): Promise<Waited> {
	const {promise, resolve} = Promise.withResolvers<Waited>();
	/** When it was looked at once, or could not be. */
	const looked = Promise.withResolvers<void>();
	let said = '';
	let problem = '';
	const look = async (object: unknown) => {
		const parsed = parseService(object);
		if (!parsed.ok || parsed.value.name !== name) return;
		const service = parsed.value;
		const revisions =
			goal === 'canary-ready' || goal === 'complete'
				? await readRevisions(cluster, namespace, name)
				: undefined;
		if (isSo(goal, service, revisions)) return resolve({kind: 'so'});
		const {word, sentence} = serviceState(service);
		const routes = condition(service, 'RoutesReady');
		const why = sentence === '' ? (service.splitDoubt ?? routes?.message ?? '') : sentence;
		const words = `${word}${why === '' ? '' : `: ${why}`}`;
		if (words !== said) progress(words);
		said = words;
	};
	const gone = () =>
		resolve(
			goal === 'deleted'
				? {kind: 'so'}
				: {kind: 'gone', sentence: `There is no service ${name} in namespace ${namespace}.`},
		);
	const following = followService(
		cluster,
		{namespace, name},
		{
			onSeen(object) {
				if (object === undefined) return gone();
				void look(object).then(() => looked.resolve(), looked.reject);
			},
			onProblem(why, isRefused) {
				problem = why;
				looked.resolve();
				if (isRefused) resolve({kind: 'failed', sentence: `${name} cannot be watched: ${why}.`});
			},
		},
	);
	const late = () => {
		const last = said === '' ? problem : said;
		resolve({
			kind: 'late',
			sentence: `Not so after ${within / 1000} s: ${waitGoals[goal]}.${last === '' ? '' : ` Last heard: ${last}`}`,
		});
	};
	// However short the time is, what is so is so: it is judged by what was seen, never by nothing.
	const timer = setTimeout(() => void looked.promise.then(late, late), within);
	signal.addEventListener('abort', late, {once: true});
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', late);
		following.stop();
	}
}
