/** What a real cluster answered, as it was recorded; reduced to what the sandbox is held against. */
import {readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import type {JsonObject} from '../../../source/sandbox/api/body/json.js';

/** Of a watch: what came, without the objects themselves. */
export type RecordedEvent = {
	type: string;
	/** Of an ERROR: the Status. */
	object?: JsonObject;
	kind?: string;
	name?: string;
	annotations?: Record<string, string>;
};

export type RecordedAnswer = {
	status: number;
	headers: Record<string, string>;
	/** As they came, `299 - "…"` included. */
	warnings?: string[];
	/** Left out where the sandbox has other objects than the cluster had (pods, discovery of kinds it has none of). */
	body?: unknown;
	events?: RecordedEvent[];
};

export type Recorded = {
	name: string;
	/** The admin unless told. */
	as?: 'viewer' | 'anonymous' | 'unknown token';
	method: string;
	path: string;
	headers?: Record<string, string>;
	/** Text as it was sent; anything else in JSON. `{uid}`, `{resourceVersion}` and `{creationTimestamp}` are the object's of the path. */
	body?: unknown;
	answer: RecordedAnswer;
};

export type RecordedDeletion = Recorded & {afterwards: 'there' | 'gone'};

/** One step of a release, and what all watches told of meanwhile. */
export type RecordedStep = {
	step: string;
	/** A merge patch of the Service; the first step creates it and the last one deletes it. */
	patch: JsonObject | null;
	/** By kind and name: the states in their order, each a line. */
	states: Record<string, string[]>;
	/** Of Knative's own objects. */
	events: string[];
};

/** Differences between the sandbox and the recording that are there on purpose, or not yet mended. */
export type KnownDifference = {requests: string[]; differs: string[]; why: string};

const read = (name: string): Buffer => readFileSync(new URL(name, import.meta.url));

function linesOf<T>(name: string): T[] {
	return gunzipSync(read(name))
		.toString('utf8')
		.split('\n')
		.filter(line => line !== '')
		.map((line): T => JSON.parse(line));
}

export const answers = (): Recorded[] => linesOf('answers.jsonl.gz');
export const deletions = (): RecordedDeletion[] => linesOf('deletions.jsonl.gz');
export const releases = (): RecordedStep[] => JSON.parse(read('releases.json').toString('utf8'));
export const knownDifferences = (): KnownDifference[] =>
	JSON.parse(read('known-differences.json').toString('utf8'));
