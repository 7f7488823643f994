/** Somebody else at work in the cluster: changes objects at a steady rate, so that every watch hears of it. */
import {Agent, request} from 'undici';
import {accessOf} from './kubeconfig.ts';
import {pause} from './statistics.ts';

export type Events = {
	/** Changes made so far. */
	readonly made: number;
	/** They do not come before this is called. */
	resume(): void;
	/** Resolves when the last of them is made. */
	pause(): Promise<void>;
	/** Ends it; throws when a change was refused. */
	stop(): Promise<void>;
};

const namespace = '/apis/serving.knative.dev/v1/namespaces/default';

/** What is changed: where, and by what patch. */
const kinds = {
	/** The number of pods of a revision, as an autoscaler does. */
	pods: {
		list: `${namespace}/revisions`,
		change: (name: string, tick: number) => ({
			path: `${namespace}/revisions/${name}/status`,
			patch: {status: {actualReplicas: 1 + (tick % 99)}},
		}),
	},
	/** A label of a service, which is shown nowhere. */
	touches: {
		list: `${namespace}/services`,
		change: (name: string, tick: number) => ({
			path: `${namespace}/services/${name}`,
			patch: {metadata: {labels: {touched: String(tick)}}},
		}),
	},
};

/**
 * Changes objects. Every second change is one of the service `shown`, so that the screen has as much to draw whatever the size of
 * the cluster; the others go round all there are.
 */
export async function startEvents(
	kubeconfig: string,
	{perSecond, shown, kind = 'pods'}: {perSecond: number; shown: string; kind?: keyof typeof kinds},
): Promise<Events> {
	const {list: collection, change: changeOf} = kinds[kind];
	const {server, ca, token} = accessOf(kubeconfig);
	const dispatcher = new Agent({connect: {ca}, allowH2: true});
	const headers = {authorization: `Bearer ${token}`};
	const ask = async (path: string, patch?: object): Promise<string> => {
		const {statusCode, body} = await request(server + path, {
			dispatcher,
			...(patch === undefined
				? {headers}
				: {
						method: 'PATCH',
						headers: {...headers, 'content-type': 'application/merge-patch+json'},
						body: JSON.stringify(patch),
					}),
		});
		const text = await body.text();
		if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${text}`);
		return text;
	};
	const list: {items: {metadata: {name: string}}[]} = JSON.parse(await ask(collection));
	const names = list.items.map(({metadata}) => metadata.name);
	const seen = names.filter(name => name === shown || name.startsWith(`${shown}-`));
	if (seen.length === 0) throw new Error(`there is nothing of ${shown}`);

	let made = 0;
	let refused: unknown;
	const change = async (name: string, turn: number): Promise<void> => {
		try {
			const {path, patch} = changeOf(name, turn);
			await ask(path, patch);
			made++;
		} catch (error) {
			refused ??= error;
		}
	};
	let tick = 0;
	const work = async (signal: AbortSignal): Promise<void> => {
		const begun = performance.now();
		const waiting = new Set<Promise<void>>();
		for (let turn = 0; !signal.aborted; turn++, tick++) {
			await pause(begun + (turn * 1000) / perSecond - performance.now());
			const from = tick % 2 === 0 ? seen : names;
			const one = change(from[Math.floor(tick / 2) % from.length] ?? '', tick);
			waiting.add(one);
			void one.then(() => waiting.delete(one));
		}
		await Promise.all(waiting);
	};
	let running: {ending: AbortController; done: Promise<void>} | undefined;
	const events: Events = {
		get made() {
			return made;
		},
		resume() {
			if (running) return;
			const ending = new AbortController();
			running = {ending, done: work(ending.signal)};
		},
		async pause() {
			running?.ending.abort();
			await running?.done;
			running = undefined;
		},
		async stop() {
			await events.pause();
			await dispatcher.close();
			if (refused !== undefined) throw refused;
		},
	};
	return events;
}
