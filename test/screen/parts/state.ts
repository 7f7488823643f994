/** What a console knows of a cluster, for parts that are drawn without one. */
import type {Condition} from '../../../source/knative/objects/wire.js';
import {parseRevision, type RevisionView} from '../../../source/knative/revision/revision.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import type {ConsoleState} from '../../../source/console/state/state.js';
import {keyOf} from '../../../source/console/tables/object-name.js';
import {condition, knativeRevision, revisionName, serviceView} from '../../knative/objects.js';

export const [one, two] = [revisionName(1), revisionName(2)];

/** 90/10 between two revisions, tagged stable and canary. */
export const canaryTraffic = [
	{revisionName: one, percent: 90, tag: 'stable'},
	{revisionName: two, percent: 10, tag: 'canary'},
];

/** The same, of which the route refuses a revision in these words of the server. */
export const refusedByRoute = (words = 'Revision "x" not found') =>
	serviceView({
		traffic: canaryTraffic,
		ready: 2,
		edit(object) {
			object.status.conditions = [
				condition('ConfigurationsReady', 'True'),
				condition('Ready', 'False', 'RevisionMissing', words),
				condition('RoutesReady', 'False', 'RevisionMissing', words),
			];
		},
	});

export function revisionOf(generation: number, conditions?: Condition[]): RevisionView {
	const object = knativeRevision(generation, conditions);
	object.metadata.uid = `uid-${generation}`;
	const parsed = parseRevision(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

export const connected: Partial<ConsoleState> = {
	connection: {
		kind: 'connected',
		context: 'test-context',
		server: 'https://127.0.0.1:6443',
		user: 'ann',
		flags: [],
		readOnly: false,
		production: false,
	},
	feeds: {services: {kind: 'live'}, revisions: {kind: 'live'}},
};

/** Connected, with this service selected, and its revisions. */
export function knowing(
	service: ServiceView = serviceView({traffic: canaryTraffic, ready: 2}),
	revisions: readonly RevisionView[] = [revisionOf(2), revisionOf(1)],
): Partial<ConsoleState> {
	return {...connected, services: [service], revisions: new Map([[keyOf(service), revisions]])};
}
