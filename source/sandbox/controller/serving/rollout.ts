/**
 * How a new latest revision takes up its traffic little by little. Pure: states in, states out.
 *
 * Source: knative/serving pkg/reconciler/route/traffic/rollout.go.
 */

/** Its share of the whole route, percent. */
export type RevisionShare = {revisionName: string; percent: number};

/** The state for one configuration under one name of the route (its own, or a tag). */
export type ConfigurationRollout = {
	configurationName: string;
	/** Left out for the route itself. */
	tag?: string;
	/** What the revisions add up to. */
	percent: number;
	/** Oldest first; one alone when nothing is under way. */
	revisions: RevisionShare[];
	/** Nanoseconds since 1970, in time of the sandbox; when the first percent was given. */
	starttime?: number;
	nextStepTime?: number;
	/** Nanoseconds. */
	stepDuration?: number;
	/** Percent. */
	stepSize?: number;
};

/** The value of the annotation, as JSON. */
export type Rollout = {configurations?: ConfigurationRollout[]};

export const rolloutAnnotation = 'networking.internal.knative.dev/rollout';
const second = 1e9;

/** Whether no revision is taking over traffic of another. */
export function isDone({configurations = []}: Rollout): boolean {
	return configurations.every(({revisions}) => revisions.length < 2);
}

/** The annotation of a state: what a rollout goes by is one level down there. */
export function rolloutText({configurations}: Rollout): string {
	return JSON.stringify({
		configurations: configurations?.map(({configurationName, tag, percent, revisions, ...stepParams}) => ({
			configurationName,
			tag,
			percent,
			revisions,
			stepParams,
		})),
	});
}

/** The state an annotation holds; undefined when it holds none, or one that does not add up. */
export function parseRollout(text: string | undefined): Rollout | undefined {
	let parsed: unknown;
	try {
		parsed = JSON.parse(text ?? 'null', (key, value: unknown) => (key === '' ? value : flattened(value)));
	} catch {
		return undefined;
	}

	return isRollout(parsed) ? parsed : undefined;
}

/** An object with the fields of its `stepParams` among its own. */
function flattened(value: unknown): unknown {
	if (typeof value !== 'object' || value === null || !('stepParams' in value)) {
		return value;
	}

	const {stepParams, ...others} = value;
	return {...others, ...(typeof stepParams === 'object' ? stepParams : {})};
}

function isRollout(value: unknown): value is Rollout {
	if (typeof value !== 'object' || value === null) {
		return false;
	}

	const configurations: unknown = 'configurations' in value ? value.configurations : [];
	return Array.isArray(configurations) && configurations.every(isConfigurationRollout);
}

function isConfigurationRollout(value: unknown): boolean {
	if (typeof value !== 'object' || value === null || !('percent' in value) || !('revisions' in value)) {
		return false;
	}

	const {percent, revisions} = value;
	if (typeof percent !== 'number' || percent > 100 || !Array.isArray(revisions)) {
		return false;
	}

	const shares = revisions.map((revision): unknown =>
		typeof revision === 'object' && revision !== null ? Reflect.get(revision, 'percent') : undefined,
	);
	let sum = 0;
	for (const share of shares) {
		sum += typeof share === 'number' ? share : Number.NaN;
	}

	const times = ['starttime', 'nextStepTime', 'stepDuration', 'stepSize'].map((field): unknown =>
		Reflect.get(value, field),
	);
	return (
		'configurationName' in value &&
		typeof value.configurationName === 'string' &&
		times.every(time => time === undefined || typeof time === 'number') &&
		sum === percent
	);
}

export type StepOptions = {
	/** What would be without a rollout: one revision for each configuration and name. */
	goal: Rollout;
	previous: Rollout | undefined;
	/** Nanoseconds since 1970, in time of the sandbox. */
	now: number;
	/** How long it shall take in all, nanoseconds. */
	duration: number;
	/** Whether the gateway is known to serve `previous`. */
	isServed: boolean;
};

/** The next state, and when it is to be looked at again (0: when something changes). */
export function step({goal, previous, now, duration, isServed}: StepOptions): {
	rollout: Rollout;
	nextStepTime: number;
} {
	const before = new Map((previous?.configurations ?? []).map(state => [keyOf(state), state]));
	let nextStepTime = 0;
	const configurations = (goal.configurations ?? []).map(wanted => {
		const earlier = before.get(keyOf(wanted));
		// What is new begins in full; a share of one percent cannot be divided.
		if (!earlier || earlier.revisions.length === 0 || wanted.percent <= 1) {
			return wanted;
		}

		const current = isServed ? timed(earlier, now, duration) : earlier;
		const next = advanced(wanted, current, now);
		if (next.nextStepTime !== undefined && (nextStepTime === 0 || next.nextStepTime < nextStepTime)) {
			nextStepTime = next.nextStepTime;
		}

		return next;
	});
	return {rollout: configurations.length > 0 ? {configurations} : {}, nextStepTime};
}

const keyOf = ({configurationName, tag = ''}: ConfigurationRollout): string => `${tag}/${configurationName}`;

/** Plans the steps once the first one is known to be served: none is shorter than that one took. */
function timed(state: ConfigurationRollout, now: number, duration: number): ConfigurationRollout {
	const {starttime, stepDuration, percent} = state;
	if (starttime === undefined || stepDuration !== undefined) {
		return state;
	}

	const shortest = Math.max(1, Math.ceil((now - starttime) / second));
	const remaining = Math.max(1, duration / second - shortest);
	const steps = Math.min(Math.max(1, Math.floor(remaining / shortest)), Math.max(1, percent - 1));
	const length = Math.round((remaining / steps) * second);
	return {
		...state,
		stepSize: Math.max(1, Math.round((percent - 1) / steps)),
		stepDuration: length,
		nextStepTime: now + length,
	};
}

function advanced(
	wanted: ConfigurationRollout,
	previous: ConfigurationRollout,
	now: number,
): ConfigurationRollout {
	const revisions = resized(previous.revisions, wanted.percent - previous.percent);
	const newest = wanted.revisions.at(-1)?.revisionName ?? '';
	const {configurationName, tag, percent} = wanted;
	const base = {configurationName, ...(tag === undefined ? {} : {tag}), percent};
	if (revisions.at(-1)?.revisionName !== newest) {
		// A revision that comes back in the middle of its replacement is not listed twice.
		const own = revisions.find(({revisionName}) => revisionName === newest)?.percent ?? 0;
		const rest = revisions.filter(({revisionName}) => revisionName !== newest);
		const others = moved([...rest, {revisionName: newest, percent: own}], 1);
		return others.length > 1
			? {...base, revisions: others, starttime: now}
			: {...base, revisions: wanted.revisions};
	}

	const {starttime, stepDuration, stepSize, nextStepTime} = previous;
	if (revisions.length < 2) {
		return {...base, revisions};
	}

	const timing = {
		...(starttime === undefined ? {} : {starttime}),
		...(stepDuration === undefined ? {} : {stepDuration}),
		...(stepSize === undefined ? {} : {stepSize}),
	};
	if (
		nextStepTime === undefined ||
		stepDuration === undefined ||
		stepSize === undefined ||
		now < nextStepTime
	) {
		return {...base, revisions, ...timing, ...(nextStepTime === undefined ? {} : {nextStepTime})};
	}

	const stepped = moved(revisions, stepSize);
	return stepped.length > 1
		? {...base, revisions: stepped, ...timing, nextStepTime: now + stepDuration}
		: {...base, revisions: stepped};
}

/** Gives the newest that much of the others, the youngest of them first; what is left with nothing goes. */
function moved(revisions: readonly RevisionShare[], wanted: number): RevisionShare[] {
	let missing = wanted;
	const others = revisions
		.slice(0, -1)
		.toReversed()
		.map(share => {
			const taken = Math.min(missing, share.percent);
			missing -= taken;
			return {...share, percent: share.percent - taken};
		});
	return [
		...others.toReversed().filter(({percent}) => percent > 0),
		...revisions.slice(-1).map(share => ({...share, percent: share.percent + wanted - missing})),
	];
}

/** More goes to the newest; less is taken from the oldest first. */
function resized(revisions: readonly RevisionShare[], difference: number): RevisionShare[] {
	if (difference >= 0) {
		return revisions.map((share, index) =>
			index === revisions.length - 1 ? {...share, percent: share.percent + difference} : share,
		);
	}

	let excess = -difference;
	return revisions
		.map(share => {
			const taken = Math.min(excess, share.percent);
			excess -= taken;
			return {...share, percent: share.percent - taken};
		})
		.filter(({percent}) => percent > 0);
}
