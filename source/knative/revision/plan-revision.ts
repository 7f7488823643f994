/**
 * The one write that makes a new revision and says in the same breath how much traffic it gets: the template changes,
 * and the revisions that have the traffic now are pinned by name, so that none of it moves when the new one is ready.
 */

import {apportion} from '../split/apportion.js';
import {autoscalingPrefix, autoscalingSettings} from '../autoscaling/autoscaling.js';
import {pointer, trafficOperation, type PatchOperation} from '../objects/patch.js';
import {printable} from '../text/printable.js';
import {envRule, imageRule} from '../forms/rules.js';
import {canaryTag, placeholderRule, unreadNotes, type Placeholders} from '../release/verbs/role-tags.js';
import {baseOperation, basedOn, comparedAfter, type Base} from './base.js';
import type {ComparedRevision} from './revision-differences.js';
import type {ServiceView} from '../service/service.js';
import {dropTag, latestKey, putTag, splitOf, toTargets, type Split, type SplitRow} from '../split/split.js';
import {pinnedSplit} from '../release/verbs/settled-split.js';
import type {EnvVar, TrafficTarget} from '../objects/wire.js';

export type EnvChange = {name: string; value: string} | {name: string; remove: true};

/** What the operator wants of the new revision. What is not given stays as it is. */
export type RevisionRequest = {
	env?: readonly EnvChange[];
	image?: string;
	/** Whole percent for the new revision, 0–100; the present ones share the rest in their proportions. */
	percent: number;
	/** Tag for the new revision; moves there if another one has it. */
	newTag?: string;
	/** Tag for the one that has most of the traffic now. */
	oldTag?: string;
	/** Annotations under `autoscaling.knative.dev/`, by the key after the slash; undefined takes one away. */
	autoscaling?: Readonly<Record<string, string | undefined>>;
	/** Hard limit of requests at once in one pod; 0 is none. */
	containerConcurrency?: number;
	/** Empty: the namespace's own. */
	serviceAccount?: string;
	/** Names of Secrets; empty: none. */
	pullSecrets?: readonly string[];
};

/** What is known beside the Service itself. */
export type RevisionContext = {
	/** What users run, when the new one is made from that instead of the template. */
	base?: Base | undefined;
	/** The revision that users had when the release began: it gets the tag for the old one. */
	stable?: string | undefined;
	/** Which names for tags are free. */
	placeholders?: Placeholders | undefined;
};

export type RevisionPlan =
	| {
			ok: true;
			/** Without the guard, which is the writer's to add. */
			operations: readonly PatchOperation[];
			/** As in the operation on `spec.traffic`. */
			targets: readonly TrafficTarget[];
			/** The same as a Split; its row that follows the latest revision is the new one, not made yet. */
			split: Split;
			/** What the new revision is, as far as it is compared with others. */
			made: ComparedRevision;
			/** Printable sentences: what happens beside what was asked for. */
			notes: readonly string[];
	  }
	| {ok: false; reason: string};

/** Plans the write. Refused, with a sentence, when nothing in the template changes or what is asked for is not allowed. */
export function planRevision(
	view: ServiceView,
	request: RevisionRequest,
	{base, stable, placeholders}: RevisionContext = {},
): RevisionPlan {
	const on = basedOn(view, base);
	const refusal = refusalOf(on, request, placeholders);
	if (refusal !== undefined) return {ok: false, reason: refusal};
	const template = templateOperations(on, request);
	if (base) template.unshift(baseOperation(base));
	if (template.length === 0) {
		return {
			ok: false,
			reason: `Nothing in the template of ${view.name} changes, so no new revision would be made.`,
		};
	}
	const notes: string[] = [];
	const split = splitWithNew(view, request, {stable, notes});
	notes.push(...unreadNotes(view, [request.newTag ?? '', request.oldTag ?? ''], placeholders));
	const name = on.template.metadata?.name;
	if (name !== undefined) {
		// The server refuses a changed template under an unchanged name.
		template.unshift({op: 'remove', path: pointer('spec', 'template', 'metadata', 'name')});
		notes.push(
			`The template names its revision ${printable(name)}; the name is removed, so that a new one is made.`,
		);
	}
	return {
		ok: true,
		made: comparedAfter(view, template),
		operations: [...template, trafficOperation(split)],
		targets: toTargets(split),
		split,
		notes,
	};
}

function refusalOf(
	view: ServiceView,
	request: RevisionRequest,
	placeholders: Placeholders | undefined,
): string | undefined {
	const {percent, newTag, oldTag, image} = request;
	if (view.template.spec.containers.length === 0) {
		return `The template of ${view.name} has no container: no revision can be made of it.`;
	}
	if (!Number.isInteger(percent) || percent < 0 || percent > 100) {
		return 'The share of the new revision is a whole percent from 0 to 100.';
	}
	if (newTag !== undefined && newTag === oldTag) {
		return `The tag ${printable(newTag)} can be on the new revision or on the old one, not on both.`;
	}
	for (const tag of [newTag, oldTag]) {
		const isInUse = view.specTraffic.some(target => target.tag === tag);
		const sentence = tag === undefined || isInUse ? undefined : placeholderRule(tag, view.name, placeholders);
		if (sentence !== undefined) return sentence;
	}
	if (image !== undefined) {
		const sentence = imageRule(image);
		if (sentence !== undefined) return sentence;
	}
	// What is there already the server has accepted, by whatever rule it has.
	const present = new Set(presentEnv(view).map(entry => entry.name));
	const added = changedEnv(view, request.env ?? []).filter(entry => !present.has(entry.name));
	return envRule(added.map(entry => entry.name));
}

/** The whole list as it is to be: entries that are not touched are kept as they were sent, with their `valueFrom`. */
function changedEnv(view: ServiceView, changes: readonly EnvChange[]): EnvVar[] {
	const env = [...presentEnv(view)];
	for (const change of changes) {
		const index = env.findIndex(entry => entry.name === change.name);
		if ('remove' in change) {
			if (index !== -1) env.splice(index, 1);
		} else if (index === -1) {
			env.push({name: change.name, value: change.value});
		} else if (env[index]?.valueFrom !== undefined || (env[index]?.value ?? '') !== change.value) {
			env[index] = {name: change.name, value: change.value};
		}
	}
	return env;
}

function presentEnv(view: ServiceView): readonly EnvVar[] {
	return view.template.spec.containers[view.summary.container]?.env ?? [];
}

/** Only what really changes; values are raw. */
function templateOperations(view: ServiceView, request: RevisionRequest): PatchOperation[] {
	const container = ['spec', 'template', 'spec', 'containers', view.summary.container] as const;
	const present = view.template.spec.containers[view.summary.container];
	const operations: PatchOperation[] = [];
	const annotations: Record<string, string> = {};
	if (request.image !== undefined && request.image !== present?.image) {
		const op = present?.image === undefined ? 'add' : 'replace';
		operations.push({op, path: pointer(...container, 'image'), value: request.image});
		annotations[userImageAnnotation] = request.image;
	}
	const before = presentEnv(view);
	const after = changedEnv(view, request.env ?? []);
	if (after.length !== before.length || after.some((entry, index) => entry !== before[index])) {
		operations.push({op: 'add', path: pointer(...container, 'env'), value: after});
	}
	if (
		request.containerConcurrency !== undefined &&
		request.containerConcurrency !== view.summary.containerConcurrency
	) {
		operations.push({
			op: 'add',
			path: pointer('spec', 'template', 'spec', 'containerConcurrency'),
			value: request.containerConcurrency,
		});
	}
	return [
		...operations,
		...accountOperations(view, request),
		...annotationOperations(view, request.autoscaling ?? {}, annotations),
	];
}

/** kn describes a revision by the image in this annotation, which it writes and nobody else would change. */
const userImageAnnotation = 'client.knative.dev/user-image';

/** Who it runs as, and by which Secrets its images are pulled. */
function accountOperations(
	{summary}: ServiceView,
	{serviceAccount, pullSecrets}: RevisionRequest,
): PatchOperation[] {
	const spec = ['spec', 'template', 'spec'] as const;
	const operations: PatchOperation[] = [];
	const set = (field: string, value: unknown, isEmpty: boolean) => {
		const path = pointer(...spec, field);
		operations.push(isEmpty ? {op: 'remove', path} : {op: 'add', path, value});
	};
	if (serviceAccount !== undefined && serviceAccount !== summary.serviceAccount) {
		set('serviceAccountName', serviceAccount, serviceAccount === '');
	}
	if (pullSecrets !== undefined && pullSecrets.join() !== summary.pullSecrets.join()) {
		set(
			'imagePullSecrets',
			pullSecrets.map(name => ({name})),
			pullSecrets.length === 0,
		);
	}
	return operations;
}

/** @param plain Other annotations to be set. */
function annotationOperations(
	view: ServiceView,
	wanted: Readonly<Record<string, string | undefined>>,
	plain: Readonly<Record<string, string>>,
): PatchOperation[] {
	const present = view.template.metadata?.annotations;
	const path = ['spec', 'template', 'metadata', 'annotations'] as const;
	const operations: PatchOperation[] = [];
	for (const [key, value] of Object.entries(wanted)) {
		const name = `${autoscalingPrefix}${key}`;
		const aliases = autoscalingSettings.find(setting => setting.key === key)?.aliases ?? [];
		const spelled = [key, ...aliases]
			.map(alias => `${autoscalingPrefix}${alias}`)
			.filter(alias => present?.[alias] !== undefined);
		const current = spelled[0] === undefined ? undefined : present?.[spelled[0]];
		if (current === value) continue;
		// The other spellings go as well: left behind, they would hold again once this one is taken away.
		for (const spelling of spelled) {
			if (spelling !== name || value === undefined) {
				operations.push({op: 'remove', path: pointer(...path, spelling)});
			}
		}
		if (value !== undefined) operations.push({op: 'add', path: pointer(...path, name), value});
	}
	for (const [key, value] of Object.entries(plain)) {
		if (present?.[key] !== value) operations.push({op: 'add', path: pointer(...path, key), value});
	}
	if (operations.length === 0 || present !== undefined) return operations;
	const parents: PatchOperation[] = [{op: 'add', path: pointer(...path), value: {}}];
	if (view.template.metadata === undefined) {
		parents.unshift({op: 'add', path: pointer('spec', 'template', 'metadata'), value: {}});
	}
	return [...parents, ...operations];
}

/** The present rows pinned and scaled to what the new one leaves, then the new one. Adds what is worth saying to `notes`. */
function splitWithNew(
	view: ServiceView,
	request: RevisionRequest,
	{stable, notes}: {stable: string | undefined; notes: string[]},
): Split {
	const tags = tagsOfNext(view);
	const present = pinned(view, notes).map(row => ({
		...row,
		tags: row.tags.filter(tag => !tags.includes(tag)),
	}));
	if (view.latestReady !== undefined && tags.length > 0) {
		notes.push(
			`The tag ${tags.join(', ')} is of the new revision, and no more of ${view.latestCreated ?? 'the last one'}, which is not ready.`,
		);
	}
	const newRow: SplitRow = {
		key: latestKey,
		revision: undefined,
		latest: true,
		percent: request.percent,
		tags,
		locked: false,
	};
	if (present.every(row => row.percent === 0)) {
		notes.push(
			`No revision of ${view.name} is ready, so there is none to keep the traffic: the new one gets 100 % as soon as it is.`,
		);
		const only: Split = [...present, {...newRow, percent: 100}];
		return request.newTag === undefined ? only : retag(only, latestKey, request.newTag, notes);
	}
	const shares = apportion(
		present.map(row => row.percent),
		100 - request.percent,
	);
	let split: Split = [...present.map((row, index) => ({...row, percent: shares[index] ?? 0})), newRow];
	const main = present.reduce((most, row) => (row.percent > most.percent ? row : most));
	const old = present.find(({key, percent}) => key === stable && percent > 0) ?? main;
	if (request.oldTag !== undefined) split = retag(split, old.key, request.oldTag, notes);
	if (request.newTag !== undefined) split = retag(split, latestKey, request.newTag, notes);
	return split;
}

/**
 * Tags of the row that follows the latest revision that are of no revision which could be pinned: while none is ready; and, while
 * the newest is not, that of what is being tried, and at 0 % every one. Pinned they would lead to what users have.
 */
function tagsOfNext(view: ServiceView): readonly string[] {
	const {percent = 0, tags = []} = splitOf(view).find(({latest}) => latest) ?? {};
	if (view.latestReady === undefined) return tags;
	if (view.latestCreated === undefined || view.latestCreated === view.latestReady) return [];
	return tags.filter(tag => percent === 0 || tag === canaryTag);
}

function retag(split: Split, key: string, tag: string, notes: string[]): Split {
	const holder = split.find(row => row.tags.includes(tag));
	if (holder?.key === key) return split;
	if (holder) {
		const to = key === latestKey ? 'the new revision' : key;
		notes.push(`The tag ${tag} moves from ${holder.key} to ${to}.`);
	}
	return putTag(dropTag(split, tag), key, tag);
}

/** Nothing in it has traffic when all of it goes to a latest revision that is not ready yet. */
function pinned(view: ServiceView, notes: string[]): Split {
	return pinnedSplit(view, (revision, percent) => {
		notes.push(
			percent > 0
				? `Pins ${revision} at ${percent} % (was: follow latest).`
				: `Pins ${revision} (was: follow latest).`,
		);
	});
}
