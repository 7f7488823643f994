/** A loop on a fake clock that asks a service whose two revisions have half of the traffic each. */
import {onTestFinished} from 'vitest';
import type {LoopOptions} from '../../../source/probe/loop/loop.js';
import {createLoop} from '../../../source/probe/loop/loop.js';
import type {Answer, AskOptions, Probe, ProbeTarget} from '../../../source/probe/transport/probe.js';
import {answering} from '../answers.js';
import {createFakeClock} from '../fake-clock.js';
import {targetAt} from '../servers.js';

export const target: ProbeTarget = targetAt(80, {authority: 'h.default.example.com'});

export const tags = [
	{tag: 'stable', revision: 'h-00001', authority: 'stable-h.default.example.com'},
	{tag: 'canary', revision: 'h-00002', authority: 'canary-h.default.example.com'},
];

export const old = {weights: [{revision: 'h-00001', percent: 100}], settling: false};

export const half = {
	weights: [
		{revision: 'h-00001', percent: 50},
		{revision: 'h-00002', percent: 50},
	],
	settling: false,
};

type AskedTarget = {target: ProbeTarget; options: AskOptions; answer: (answer: Answer) => void};

/** Of a gateway that knows its hosts. */
const noSuchHost = answering('', {status: 404, code: '404', by: 'gateway'});

/**
 * A loop on a fake clock, whose requests are answered by `respond`, or by the test when that returns nothing.
 *
 * @param toAnyHost What a host that cannot exist gets; no request to one is among those that were asked.
 */
export function setUp(
	respond: (target: ProbeTarget) => Answer | undefined,
	options: Partial<LoopOptions> = {},
	toAnyHost: (target: ProbeTarget) => Answer | Promise<Answer> = () => noSuchHost,
) {
	const clock = createFakeClock();
	const asked: AskedTarget[] = [];
	let closed = false;
	const probe: Probe = {
		async ask(askedTarget, askOptions = {}) {
			if (askedTarget.authority.startsWith('kn-canary-')) return toAnyHost(askedTarget);
			return new Promise((resolve, reject) => {
				askOptions.signal?.addEventListener('abort', () => {
					reject(askOptions.signal?.reason);
				});
				asked.push({target: askedTarget, options: askOptions, answer: resolve});
				const answer = respond(askedTarget);
				if (answer) {
					resolve(answer);
				}
			});
		},
		async close() {
			closed = true;
		},
	};
	const loop = createLoop({target, probe, clock, random: () => 0.5, ...options});
	onTestFinished(async () => loop.stop());
	return {clock, loop, asked, isClosed: () => closed};
}

export const greetings: Record<string, Answer> = {
	'stable-h.default.example.com': answering('Hello World!'),
	'canary-h.default.example.com': answering('Hello Knative!'),
};

/** The tag hosts greet; the service answers by turns. */
export function alternating(): (target: ProbeTarget) => Answer {
	let turn = 0;
	return ({authority}) =>
		greetings[authority] ?? answering(turn++ % 2 === 0 ? 'Hello World!' : 'Hello Knative!');
}
