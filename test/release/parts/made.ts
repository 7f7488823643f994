/** Services and revisions as a server sends them, for plans: only what the test says differs from a sound one. */
import {noteAnnotation, parseNote, type ReleaseNote} from '../../../source/knative/release/evidence/note.js';
import {formatRejection, type Rejection} from '../../../source/knative/release/evidence/rejection.js';
import {patched, pointer} from '../../../source/knative/objects/patch.js';
import type {Condition, KnativeService, TrafficTarget} from '../../../source/knative/objects/wire.js';
import {parseRevision, type RevisionView} from '../../../source/knative/revision/revision.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import {set, splitOf, type Split} from '../../../source/knative/split/split.js';
import type {Facts, Planned} from '../../../source/release/plan-facts.js';
import type {Plan} from '../../../source/release/plan.js';
import type {CanaryVerdict} from '../../../source/release/verdict/canary-verdict.js';
import {noting} from '../../knative/release/noted.js';
import {knativeRevision, revisionName, serviceView, type ServiceChange} from '../../knative/objects.js';

export const [one, two, three] = [revisionName(1), revisionName(2), revisionName(3)];

export const now = Date.UTC(2026, 10, 26, 9);

/** A canary that is being tried. */
export const tried: TrafficTarget[] = [
	{revisionName: one, percent: 90, tag: 'stable'},
	{revisionName: two, percent: 10, tag: 'canary'},
];

export const whole = (revision: string): TrafficTarget[] => [{revisionName: revision, percent: 100}];

type RevisionMake = {
	image?: string;
	env?: Readonly<Record<string, string>>;
	autoscaling?: Readonly<Record<string, string>>;
	rejected?: Rejection;
	conditions?: Condition[];
	/** As in the cluster, unless a server sent none. */
	uid?: string;
};

export function revisionMade(
	generation: number,
	{image, env, autoscaling = {}, rejected, conditions, uid = `uid-${generation}`}: RevisionMake = {},
): RevisionView {
	const object = knativeRevision(generation, conditions);
	object.metadata.uid = uid;
	object.metadata.annotations = {
		...Object.fromEntries(
			Object.entries(autoscaling).map(([key, value]) => [`autoscaling.knative.dev/${key}`, value]),
		),
		...(rejected && {'kn-canary.dev/rejected': formatRejection(rejected)}),
	};
	const [container] = object.spec?.containers ?? [];
	if (container && image !== undefined) container.image = image;
	if (container && env) container.env = Object.entries(env).map(([name, value]) => ({name, value}));
	const parsed = parseRevision(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

/** What is noted on the service with its present split, unless the test says otherwise. */
export type Noted = Partial<Omit<ReleaseNote, 'split'>> & {split?: Split};

export function serviceMade({
	image,
	env,
	note,
	edit,
	...change
}: ServiceChange & {
	/** Of the template. */
	image?: string;
	env?: Readonly<Record<string, string>>;
	note?: Noted;
} = {}): ServiceView {
	const changed = (noted?: Required<ServiceChange>['edit']) =>
		serviceView({
			...change,
			edit(object) {
				object.metadata.generation = 5;
				object.status.observedGeneration = 5;
				const [container] = object.spec.template?.spec.containers ?? [];
				if (container && image !== undefined) container.image = image;
				if (container && env) container.env = Object.entries(env).map(([name, value]) => ({name, value}));
				noted?.(object);
				edit?.(object);
			},
		});
	return note
		? changed(noting({generation: 5, since: now - 60_000, split: splitOf(changed()), ...note}, 5))
		: changed();
}

/** What a server has after it has taken a plan. */
export function servicePatched(service: KnativeService, {write}: Plan, generation: number): KnativeService {
	const object = patched(service, write.kind === 'patch' ? write.operations : []);
	return {...object, metadata: {...object.metadata, generation}};
}

/** What a plan writes down on the service about its release. */
export function noteIn({write}: Plan): ReleaseNote | undefined {
	const path = pointer('metadata', 'annotations', noteAnnotation);
	const operations = write.kind === 'patch' ? write.operations : [];
	const written = operations.find(operation => operation.path === path);
	return written && 'value' in written ? parseNote(String(written.value)) : undefined;
}

export function planned(result: Planned): Plan {
	if (!result.ok) throw new Error(result.reason);
	return result.plan;
}

/** As a server has them, with what was noted and who asks. */
export const situation = ({
	traffic = tried,
	ready = 2,
	note,
	edit,
	revisions = [revisionMade(2), revisionMade(1)],
	...more
}: Partial<Facts> & {
	traffic?: TrafficTarget[];
	ready?: number;
	note?: Noted;
	edit?: NonNullable<ServiceChange['edit']>;
} = {}): Facts => ({
	service: serviceMade({traffic, ready, ...(note && {note}), ...(edit && {edit})}),
	changes: [],
	now,
	user: 'ann',
	...more,
	revisions,
});

export const percents = (split: Split | undefined) =>
	split?.map(({key, percent}) => `${key}=${percent}`).join(' ');

/** The split of a canary that is tried, with half of the traffic for the canary. */
export const half = (facts: Facts) => set(splitOf(facts.service), two, 50);

export const operationsOf = ({write}: Plan) => (write.kind === 'patch' ? write.operations : []);

/** As somebody else manages it too, who may put things back. */
export const owned: NonNullable<ServiceChange['edit']> = object => {
	object.metadata.labels = {'kustomize.toolkit.fluxcd.io/name': 'apps'};
};

/** A canary that fails where the stable one does not. */
export const worseCanary: CanaryVerdict = {
	canary: {revision: two, asked: 50, failed: 20},
	stable: {revision: one, asked: 50, failed: 0},
	pairs: 50,
	errors: 'worse',
	latency: 'not slower',
	isProven: true,
};

/** A row of a split that names a revision. */
export const row = (key: string, percent: number, tags: string[] = []) => ({
	key,
	revision: key,
	latest: false,
	percent,
	tags,
	locked: false,
});

/** An object as the server gives it back that has taken its deletion on. */
export function going(object: {metadata: object}): object {
	return {...object, metadata: {...object.metadata, deletionTimestamp: '2026-11-26T09:00:00Z'}};
}
