/** Every write there is, through one function each. Each says truly whether the change was made. */
import {guard, latestReadyPath, type PatchOperation} from '../../knative/objects/patch.js';
import type {KubernetesObject} from '../../knative/objects/wire.js';
import type {Cluster} from '../cluster.js';
import {differencesOf, isApplied, lookUp, type Difference} from './expected-state.js';
import type {Identity} from '../identity.js';
import {fieldManager, servingPath} from '../paths.js';
import {parseStatus} from '../status.js';
import {guardedDeletion} from './deletion.js';
import {mayBeOurs} from './managed-by.js';
import {
	answeredObject,
	isGoneAnswer,
	noObject,
	refused,
	unreadable,
	write,
	type Reading,
	type WriteOptions,
	type WriteOutcome,
} from './writing.js';

export type {Sent, WriteOptions, WriteOutcome} from './writing.js';

/** The state of a Service that a change was made from. */
export type WriteTarget = {namespace: string; name: string; uid: string; generation: number};

/**
 * Changes a Service of serving.knative.dev, if it is still the one the change was made from: one JSON patch whose
 * first operations test `/metadata/uid` and `/metadata/generation`. The generation moves when, and only when, somebody
 * changed the spec, so that an update of the status is no conflict. `unchanged` is told of patches of the spec alone.
 */
export async function guardedPatch(
	cluster: Cluster,
	target: WriteTarget,
	operations: readonly PatchOperation[],
	options: WriteOptions = {},
): Promise<WriteOutcome> {
	const path = servingPath('services', target.namespace, target.name);
	const specOnly = operations.every(({op, path: at}) => op === 'test' || /^\/spec(?:\/|$)/.test(at));
	const moved = ({uid, generation}: Identity) => uid !== target.uid || generation !== target.generation;
	const sameGeneration = (identity: Identity | undefined) =>
		specOnly && identity?.generation === target.generation ? {unchanged: true} : {};

	return write(
		cluster,
		{
			method: 'PATCH',
			path,
			objectPath: path,
			query: {fieldManager, fieldValidation: 'Strict'},
			contentType: 'application/json-patch+json',
			body: [...guard(target), ...operations],
			async onAnswer(answer, readAgain) {
				if (answer.status < 300) {
					const {body: object, warnings} = answer;
					const identity = answeredObject(answer, {path, uid: target.uid});
					const steps = (identity?.generation ?? Number.NaN) - target.generation;
					if (!identity || (steps !== 0 && steps !== 1)) return noObject;
					const differences = differencesOf(object, operations);
					// Somebody on the way may know it only as it was before: what is stored is read, where that is what is in doubt.
					const isOld = steps === 0 && differences.length > 0 && options.dryRun !== true;
					if (isOld && !isAsRead(identity, await readAgain())) return noObject;
					return differences.length === 0
						? {kind: 'done', object, warnings, ...sameGeneration(identity)}
						: {
								kind: 'altered',
								object,
								warnings,
								differences,
								...(steps === 0 && isNothing(operations, differences) && {unchanged: true}),
							};
				}
				const status = parseStatus(answer.body);
				if (isGoneAnswer(answer, target.name)) return {kind: 'gone'};
				// A refused test is a 422 in words that say nothing; only the object tells whether it was the guard.
				if (answer.status !== 422 && answer.status !== 409) return refused(answer);
				const reading = await readAgain();
				if (reading.kind === 'absent') return {kind: 'gone'};
				if (reading.kind === 'there') {
					const {object} = reading;
					if (isThisChange(reading, target, operations)) return {kind: 'done', object, warnings: []};
					if (moved(reading.identity)) return {kind: 'conflict', theirs: object};
					if (isOtherLatest(object, operations)) return {kind: 'conflict', theirs: object, latest: true};
				}
				// The server applies a patch again when somebody else's write, be it of the status or of a label, comes in
				// between, and gives up after five times (k8s.io/apiserver pkg/endpoints/handlers/patch.go).
				if (answer.status === 409 && status?.reason === 'Conflict') {
					return reading.kind === 'there'
						? {kind: 'conflict', theirs: reading.object, sameSpec: true}
						: {kind: 'conflict', theirs: undefined};
				}
				return refused(answer);
			},
			onLost(reading, sentence) {
				if (reading.kind === 'unreadable') return unreadable(sentence, reading);
				if (reading.kind === 'absent' || reading.identity.uid !== target.uid) {
					return {
						kind: 'unknown',
						sentence: `${sentence}; ${target.name} was deleted since, and whether the change was made before that cannot be told`,
						...(reading.kind === 'there' && {now: reading.object}),
					};
				}
				const {object: now, identity} = reading;
				// Without a generation it cannot be told which state that is.
				const steps = (identity.generation ?? Number.NaN) - target.generation;
				const asWanted = isApplied(now, operations);
				if (asWanted && (steps === 0 || steps === 1)) {
					return {kind: 'done', object: now, warnings: [], ...sameGeneration(identity)};
				}
				// Somebody else's change is the one that came next, so that the guard refuses ours for good.
				if (asWanted === false && steps === 1 && !mayBeOurs(now, cluster.fieldManager)) {
					return {kind: 'conflict', theirs: now};
				}
				const situation =
					steps <= 0
						? 'so far the object is as it was, but the request may still arrive'
						: 'the object was changed since, and whether this change is among them cannot be told';
				return {kind: 'unknown', sentence: `${sentence}; ${situation}`, now};
			},
			isMade: reading => reading.kind === 'there' && isThisChange(reading, target, operations),
			isUntouched: reading => reading.kind === 'there' && !moved(reading.identity),
		},
		options,
	);
}

/**
 * Whether the change that came next is this very one, whatever is said of it: something on the way may have sent it twice,
 * so that the guard refused the second for the first. An annotation that goes with it is nobody else's.
 */
function isThisChange(
	{object, identity}: Extract<Reading, {kind: 'there'}>,
	target: WriteTarget,
	operations: readonly PatchOperation[],
): boolean {
	const isMarked = operations.some(({op, path}) => op === 'add' && path.startsWith('/metadata/annotations'));
	const moves = operations.some(({op, path}) => op !== 'test' && path.startsWith('/spec'));
	const next = target.generation + (moves ? 1 : 0);
	const isNext = identity.uid === target.uid && identity.generation === next;
	return isMarked && isNext && isApplied(object, operations) !== false;
}

/** Whether the latest ready revision is not the one that this change is meant for. */
const isOtherLatest = (object: unknown, operations: readonly PatchOperation[]): boolean =>
	operations.some(
		operation =>
			operation.op === 'test' &&
			operation.path === latestReadyPath &&
			lookUp(object, latestReadyPath) !== operation.value,
	);

/** Whether the object that came back is the one that is there. */
const isAsRead = ({resourceVersion}: Identity, reading: Reading): boolean =>
	reading.kind === 'there' && reading.identity.resourceVersion === resourceVersion;

/** Whether none of what was to be set is there, the spec among it. */
function isNothing(operations: readonly PatchOperation[], differences: readonly Difference[]): boolean {
	const missing = new Set(differences.map(({path}) => path));
	if (!operations.some(({op, path}) => op !== 'test' && path.startsWith('/spec'))) return false;
	return operations.every(({op, path}) => op === 'test' || missing.has(path));
}

/**
 * Creates a Service of serving.knative.dev. Unknown fields are refused rather than dropped, as kubectl does. Throws
 * TypeError when the manifest has no name or namespace.
 */
export async function createService(
	cluster: Cluster,
	manifest: KubernetesObject,
	options: WriteOptions = {},
): Promise<WriteOutcome> {
	const {name, namespace} = manifest.metadata;
	if (!name || !namespace) {
		throw new TypeError('a Service to be created needs metadata.name and metadata.namespace');
	}
	const {labels} = manifest.metadata;
	// Whom it can be reached by is said in a label.
	const wanted: PatchOperation[] = [
		...(labels ? [{op: 'add' as const, path: '/metadata/labels', value: labels}] : []),
		{op: 'add', path: '/spec', value: manifest.spec},
	];
	const sentAt = (options.now ?? Date.now)();
	/** As wanted, new, and nobody has changed it: made by this request, as far as can be told. */
	const isMade = (reading: Reading): boolean =>
		reading.kind === 'there' && isNew(reading.identity, sentAt) && isApplied(reading.object, wanted) === true;
	const objectPath = servingPath('services', namespace, name);
	return write(
		cluster,
		{
			method: 'POST',
			path: servingPath('services', namespace),
			objectPath,
			query: {fieldManager, fieldValidation: 'Strict'},
			contentType: 'application/json',
			body: manifest,
			async onAnswer(answer, readAgain) {
				if (answer.status < 300) {
					const {body: object, warnings} = answer;
					const identity = answeredObject(answer, {path: objectPath});
					if (!identity || (identity.generation ?? 1) !== 1) return noObject;
					const differences = differencesOf(object, wanted);
					return differences.length === 0
						? {kind: 'done', object, warnings}
						: {kind: 'altered', object, warnings, differences};
				}
				const exists = answer.status === 409 && parseStatus(answer.body)?.reason === 'AlreadyExists';
				if (!exists) return refused(answer);
				// Something on the way may have sent it twice, so that the second finds what the first has made.
				const reading = options.dryRun === true ? undefined : await readAgain();
				return reading && isMade(reading) && isOfNow(reading, sentAt)
					? {
							kind: 'unknown',
							sentence: `the server says that there is a Service ${name} already, and it is new and as wanted: whether this request made it cannot be told`,
						}
					: {kind: 'exists'};
			},
			onLost(reading, sentence) {
				if (reading.kind === 'unreadable') return unreadable(sentence, reading);
				if (reading.kind === 'absent') {
					return {
						kind: 'unknown',
						sentence: `${sentence}; so far there is no such Service, but the request may still arrive`,
					};
				}
				const {object: now} = reading;
				if (isMade(reading)) return {kind: 'done', object: now, warnings: []};
				// A webhook may have changed what this one has made.
				return {
					kind: 'unknown',
					sentence: `${sentence}; there is a Service of this name, and whether this request made it cannot be told`,
					now,
				};
			},
			isMade,
			isUntouched: ({kind}) => kind === 'absent',
		},
		options,
	);
}

/** Milliseconds by which the clock of the server may be behind. */
const skew = 60_000;

/** Whether something was made since then and not changed, as far as it says. */
function isNew({generation, creationTimestamp}: Identity, since: number): boolean {
	const createdAt = Date.parse(creationTimestamp ?? '');
	return (generation ?? 1) === 1 && !(createdAt < since - skew);
}

/** Whether it was made in the second of the request or later, as an object says when it was made: in whole seconds. */
function isOfNow(reading: Reading, sentAt: number): boolean {
	const createdAt =
		reading.kind === 'there' ? Date.parse(reading.identity.creationTimestamp ?? '') : Number.NaN;
	return createdAt >= Math.floor(sentAt / 1000) * 1000;
}

/** Deletes a Service of serving.knative.dev, if it is still the same one (by uid); what belongs to it goes with it. */
export async function deleteService(
	cluster: Cluster,
	{namespace, name, uid}: Pick<WriteTarget, 'namespace' | 'name' | 'uid'>,
	options: WriteOptions = {},
): Promise<WriteOutcome> {
	const path = servingPath('services', namespace, name);
	return guardedDeletion(cluster, {path, name, what: 'Service', uid}, options);
}
