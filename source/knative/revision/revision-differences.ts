/** What differs between two revisions of a service, in a line each. Values of variables are never told: they may be secret. */
import type {RevisionView} from './revision.js';

/** What of a revision, or of a template, is compared. */
export type ComparedRevision = Pick<
	RevisionView,
	'image' | 'env' | 'resources' | 'autoscaling' | 'containerConcurrency' | 'protocol' | 'annotations'
>;

/** From `old` to `fresh`. Empty where nothing differs of what is known of a revision. */
export function differences(old: ComparedRevision, fresh: ComparedRevision): string[] {
	return [
		...changed('image', old.image, fresh.image),
		...named('env', valuesOf(old), valuesOf(fresh)),
		...entries(old.resources, fresh.resources),
		...entries(old.autoscaling, fresh.autoscaling),
		...changed('hard concurrency', limit(old.containerConcurrency), limit(fresh.containerConcurrency)),
		...changed('protocol', old.protocol, fresh.protocol),
		...named('annotations', old.annotations, fresh.annotations),
	];
}

const limit = (value: number) => (value === 0 ? 'none' : String(value));

function changed(what: string, before: string, after: string): string[] {
	return before === after ? [] : [`${what} ${before} → ${after}`];
}

/** What each variable is set to, by name. */
const valuesOf = ({env}: ComparedRevision) =>
	new Map(env.map(({name, value, shown}) => [name, value ?? `=${shown}`]));

/** By name alone. */
function named(
	what: string,
	before: ReadonlyMap<string, string>,
	after: ReadonlyMap<string, string>,
): string[] {
	const all = [
		...[...after.keys()].filter(name => !before.has(name)).map(name => `+${name}`),
		...[...before.keys()].filter(name => !after.has(name)).map(name => `-${name}`),
		...[...after]
			.filter(([name, value]) => before.has(name) && before.get(name) !== value)
			.map(([name]) => `${name} changed`),
	];
	return all.length === 0 ? [] : [`${what} ${all.join(', ')}`];
}

function entries(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
	return [...new Set([...before.keys(), ...after.keys()])]
		.toSorted()
		.flatMap(key => changed(key, before.get(key) ?? 'not set', after.get(key) ?? 'not set'));
}
