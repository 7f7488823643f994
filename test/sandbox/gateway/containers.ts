import {setTimeout as sleep} from 'node:timers/promises';
import {findImage} from '../../../source/sandbox/images/catalog.js';
import type {RunningContainer} from '../../../source/sandbox/images/image.js';

export type TestContainer = RunningContainer & {host: string; port: number; log: string[]};

/** Runs a built-in image without its start-up time; resolves when its port is open. */
export async function runImage(
	name: string,
	env: Record<string, string> = {},
	random: () => number = Math.random,
): Promise<TestContainer> {
	const image = findImage(name);
	if (!image) {
		throw new Error(`there is no image ${name}`);
	}

	const log: string[] = [];
	const {promise, resolve} = Promise.withResolvers<{host: string; port: number}>();
	const container = image.run({
		env: {PORT: '8080', ...env},
		log: line => void log.push(line),
		opened: (_port, socket) => resolve(socket),
		wait: () => sleep(0),
		random,
	});
	return {...container, ...(await promise), log};
}
