/** What the operator may do in the namespace, asked before it is offered and again when the server says no after all. */
import {mayI, type Access, type AccessAction} from '../../kube/auth/access.js';
import type {Cluster} from '../../kube/cluster.js';
import type {ConsoleState, ConsoleStore, Right, Rights} from '../state/state.js';

export type RightName = keyof Rights;

const serving = {group: 'serving.knative.dev'};

const asked: Readonly<Record<RightName, AccessAction>> = {
	create: {verb: 'create', ...serving, resource: 'services'},
	patch: {verb: 'patch', ...serving, resource: 'services'},
	delete: {verb: 'delete', ...serving, resource: 'services'},
	deleteRevision: {verb: 'delete', ...serving, resource: 'revisions'},
};

const readOnly: Right = {allowed: false, reason: 'started with --read-only: nothing is written'};
export const readOnlyRights: Rights = {
	create: readOnly,
	patch: readOnly,
	delete: readOnly,
	deleteRevision: readOnly,
};

/** The context means another cluster by now: nothing is written to the one that is shown. */
export function movedRights(movedTo: string): Rights {
	const moved: Right = {allowed: false, reason: `${movedTo}; :ctx goes there`};
	return {create: moved, patch: moved, delete: moved, deleteRevision: moved};
}

/** Asks for the namespace; an answer that comes after `signal` is not used. */
export async function askRights(
	store: ConsoleStore,
	cluster: Cluster,
	namespace: string,
	signal: AbortSignal,
): Promise<void> {
	if (cluster.readOnly) {
		store.setState({rights: readOnlyRights});
		return;
	}
	if (cluster.standing.movedTo !== undefined) {
		store.setState({rights: movedRights(cluster.standing.movedTo)});
		return;
	}
	const names: RightName[] = ['create', 'patch', 'delete', 'deleteRevision'];
	const answers = await mayI(
		cluster,
		namespace,
		names.map(name => asked[name]),
	);
	if (signal.aborted) return;
	const of = (name: RightName) => rightOf(answers[names.indexOf(name)]);
	store.setState({
		rights: {
			create: of('create'),
			patch: of('patch'),
			delete: of('delete'),
			deleteRevision: of('deleteRevision'),
		},
	});
}

function rightOf(answer: Access | undefined): Right {
	if (answer?.kind === 'denied') return {allowed: false, reason: answer.reason};
	return {allowed: true, reason: ''};
}

/** Why an action is not open to the operator, as a sentence; undefined when it is. */
export function refusedRight({rights}: Pick<ConsoleState, 'rights'>, name: RightName): string | undefined {
	const {allowed, reason} = rights[name];
	return allowed ? undefined : `Not possible here: ${reason}.`;
}
