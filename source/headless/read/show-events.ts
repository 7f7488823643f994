/** `kn-canary events`: what the cluster had to say about a service and what belongs to it, oldest first. */
import type {Cluster} from '../../kube/cluster.js';
import {corePath} from '../../kube/paths.js';
import {reflect} from '../../kube/watch/reflector.js';
import {concerns, parseEvent, type EventView} from '../../knative/objects/event.js';
import {zoned} from '../../knative/text/moment.js';
import type {MessageStream} from '../said.js';
import {visibleJson} from '../said.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {age} from '../print/age.js';
import {textTable} from '../print/text-table.js';
import {readRevisions, readService} from './read-service.js';

export type EventsOptions = {
	namespace: string;
	service: string;
	/** Goes on until `signal`. */
	watch: boolean;
	output: 'text' | 'json';
	signal: AbortSignal;
};

/** With `watch` it goes on until `signal` is aborted. Returns what the program is to exit with. */
export async function showEvents(
	cluster: Cluster,
	{namespace, service, watch, output, signal}: EventsOptions,
	{
		stdout,
		stderr,
		fail,
	}: {
		stdout: MessageStream;
		stderr: MessageStream;
		fail: (code: ExitCode, sentence: string) => ExitCode;
	},
): Promise<ExitCode> {
	const found = await readService(cluster, namespace, service);
	if (!found.ok) return fail(exitCodes.notMade, found.reason);
	const revisions = new Set((await readRevisions(cluster, namespace, service))?.map(({name}) => name));
	const seen = new Map<string, number>();
	const listed: EventView[] = [];
	let isListed = false;
	let trouble = '';
	const {promise, resolve} = Promise.withResolvers<ExitCode>();
	const addEvent = (item: unknown) => {
		const parsed = parseEvent(item);
		if (!parsed.ok || !concerns({kind: 'service', name: service}, parsed.value, revisions)) return;
		const event = parsed.value;
		if (seen.get(event.name) === event.version) return;
		seen.set(event.name, event.version);
		if (!isListed) listed.push(event);
		else if (output === 'json') stdout.write(`${visibleJson(eventJson(event))}\n`);
		else stdout.write(`${lines([event]).slice(1).join('\n')}\n`);
	};
	const print = () => {
		const sorted = listed.toSorted((a, b) => (a.last ?? 0) - (b.last ?? 0) || a.version - b.version);
		if (output === 'json' && watch) {
			for (const event of sorted) stdout.write(`${visibleJson(eventJson(event))}\n`);
		} else if (output === 'json') {
			stdout.write(
				`${visibleJson(
					sorted.map(event => eventJson(event)),
					2,
				)}\n`,
			);
		} else if (sorted.length === 0) stdout.write(`No events of ${service} in namespace ${namespace}.\n`);
		else stdout.write(`${lines(sorted).join('\n')}\n`);
	};
	const reflector = reflect(
		cluster,
		{path: corePath('events', namespace)},
		{
			onState(state) {
				if (state.kind === 'live' || state.kind === 'connecting') return;
				if (isListed && state.why !== trouble) stderr.write(`Not current: ${state.why}. Retrying.\n`);
				trouble = state.why;
				if (isListed) return;
				resolve(fail(exitCodes.notMade, `The events cannot be read: ${state.why}.`));
			},
			onChange(change) {
				if (change.type === 'gone') return;
				if (change.type === 'put') return addEvent(change.object);
				for (const item of change.items) addEvent(item);
				if (!change.isLast || isListed) return;
				print();
				isListed = true;
				if (!watch) resolve(exitCodes.done);
			},
		},
	);
	signal.addEventListener('abort', () => resolve(exitCodes.done), {once: true});
	try {
		return await promise;
	} finally {
		reflector.stop();
	}
}

function lines(events: readonly EventView[]): string[] {
	const now = Date.now();
	return textTable([
		['LAST', 'TYPE', 'REASON', 'OBJECT', 'COUNT', 'MESSAGE'],
		...events.map(({last, isWarning, reason, kind, about, count, message}) => [
			age(last, now),
			isWarning ? 'Warning' : 'Normal',
			reason,
			`${kind.toLowerCase()}/${about}`,
			String(count),
			message,
		]),
	]);
}

const eventJson = ({last, isWarning, reason, kind, about, count, message}: EventView) => ({
	last: last === undefined ? null : zoned(last),
	type: isWarning ? 'Warning' : 'Normal',
	reason,
	kind,
	name: about,
	count,
	message,
});
