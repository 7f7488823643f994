/** Services with two revisions, and their traffic. */
import {at, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {image, isReady, serviceOf, type Target} from './target.js';

/** A target that follows the latest revision that is ready. */
export const latest = (percent: number) => ({latestRevision: true, percent});

/** A target of one revision. */
export const pinned = (revisionName: string, percent: number, tag?: string) => ({
	revisionName,
	percent,
	...(tag === undefined ? {} : {tag}),
});

export const generation = (object: JsonObject): unknown => at(object, 'metadata', 'generation');

/** A Service with a second revision, traffic on the first. */
export async function withTwoRevisions(target: Target, name: string) {
	const service = serviceOf(target, name);
	await service.create();
	await service.ready();
	await service.patch({
		spec: {
			template: {spec: {containers: [{image, env: [{name: 'TARGET', value: 'two'}]}]}},
			traffic: [pinned(`${name}-00001`, 100)],
		},
	});
	await service.until(
		object => isReady(object) && at(object, 'status', 'latestReadyRevisionName') === `${name}-00002`,
	);
	return service;
}
