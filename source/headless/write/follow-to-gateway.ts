/**
 * Follows a change to the gateway: until RoutesReady at its generation, the route's no, or the time is over; of a new revision
 * until that is ready, too, or has failed.
 */
import type {Cluster} from '../../kube/cluster.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {parseService} from '../../knative/service/service.js';
import {followService} from '../read/followed-service.js';
import {wayToGateway, wayToReady, type WayToGateway} from '../../release/outcome/arrival.js';

export type Arrival = {kind: 'moved' | 'refused' | 'changed again' | 'late'; sentence: string};

/** @param within Milliseconds. */
export async function followToGateway(
	cluster: Cluster,
	{
		namespace,
		service,
		generation,
		within,
		makesRevision = false,
		progress,
		timers = systemTimers,
	}: {
		namespace: string;
		service: string;
		generation: number;
		within: number;
		makesRevision?: boolean;
		progress: (words: string) => void;
		timers?: Timers;
	},
): Promise<Arrival> {
	const {promise, resolve} = Promise.withResolvers<Arrival>();
	let said = '';
	/** Why it cannot be seen at the moment, or what is seen says nothing. */
	let problem = '';
	const tell = (words: string) => {
		if (words !== said) progress(words);
		said = words;
	};
	const look = (object: unknown) => {
		const parsed = parseService(object);
		if (!parsed.ok) return;
		const way = wayToGateway(parsed.value, generation);
		if (way.kind === 'not told') return;
		if (way.kind === 'under way') return tell(way.words);
		if (way.kind === 'not clear') {
			problem = way.words.replace(/\.$/, '');
			return tell(way.words);
		}
		const made = way.kind === 'moved' && makesRevision ? wayToReady(parsed.value) : undefined;
		if (made?.kind === 'under way') return tell(made.words);
		if (made?.kind === 'failed') {
			const name = parsed.value.latestCreated ?? 'the new revision';
			return resolve({kind: 'refused', sentence: `But ${name} is not ready: ${made.words}`});
		}
		return resolve(arrivalOf(way));
	};
	const following = followService(
		cluster,
		{namespace, name: service},
		{
			onSeen(object) {
				problem = '';
				look(object);
			},
			onProblem(why) {
				problem = why;
			},
		},
		timers,
	);
	const callOff = timers.after(within, () => {
		const seconds = within / 1000;
		const sentence =
			problem === ''
				? `The gateway does not have it after ${seconds} s${said === '' ? '.' : `: ${said}`}`
				: `Whether the gateway has it is not known after ${seconds} s: ${problem}.`;
		resolve({kind: 'late', sentence});
	});
	try {
		return await promise;
	} finally {
		callOff();
		following.stop();
	}
}

function arrivalOf(way: Exclude<WayToGateway, {kind: 'not told' | 'under way' | 'not clear'}>): Arrival {
	switch (way.kind) {
		case 'moved':
			return {kind: 'moved', sentence: 'It is in place, says Knative.'};
		case 'changed again':
			return {kind: 'changed again', sentence: `It was changed again since, by ${way.by ?? 'somebody'}.`};
		case 'refused':
			return {
				kind: 'refused',
				sentence: `But the route refuses it: ${way.refusal.said} ${way.refusal.meaning}`,
			};
	}
}
