/** Services of which CI has made revisions, and what a verb makes of their split. */
import type {Choice} from '../../../source/knative/release/verbs/choice.js';
import {toTargets} from '../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import {Model, nameOf} from './stories/model.js';

export const pin = (generation: number, percent: number, tag?: string): TrafficTarget => ({
	revisionName: nameOf(generation),
	percent,
	...(tag !== undefined && {tag}),
});

export const latest = (percent: number, tag?: string): TrafficTarget => ({
	latestRevision: true,
	percent,
	...(tag !== undefined && {tag}),
});

/** A service of which CI has made so many revisions, a minute apart, each taking the traffic over from the one before. */
export function madeOf(revisions: number): Model {
	const model = new Model();
	for (let made = 1; made < revisions; made++) {
		model.pass(60);
		model.deploy('ci', {crashes: false});
	}
	model.pass(60);
	return model;
}

/** The same with everything pinned to the first one, so that the others were in no split. */
export function pinnedFirst(revisions: number): Model {
	const model = new Model();
	model.pass(60);
	model.write('kim', [pin(1, 100)]);
	for (let made = 1; made < revisions; made++) {
		model.pass(60);
		model.deploy('ci', {crashes: false});
	}
	model.pass(60);
	return model;
}

export function wholeOf(choice: Choice): string | undefined {
	if (choice.kind !== 'split') throw new Error(choice.kind === 'ask' ? choice.question : choice.reason);
	return choice.split.find(({percent}) => percent === 100)?.revision;
}

export const targetsOf = (choice: Choice) => (choice.kind === 'split' ? toTargets(choice.split) : choice);
