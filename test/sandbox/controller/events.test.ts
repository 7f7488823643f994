import {expect, it} from 'vitest';
import {createEventRecorder} from '../../../source/sandbox/controller/events.js';
import {events, pods} from '../../../source/sandbox/resources.js';
import type {SandboxPace} from '../../../source/sandbox/shared-store.js';
import {createObjectStore} from '../../../source/sandbox/store/object-store.js';

const hour = 3_600_000;

/** A recorder in a time that passes by hand. */
function recorder() {
	const store = createObjectStore();
	let clock = Date.parse('2026-01-01T00:00:00Z');
	let timers: {at: number; task: () => void}[] = [];
	const pace: SandboxPace = {
		factor: 1,
		now: () => clock,
		hold: () => () => {},
		after(milliseconds, task) {
			const timer = {at: clock + milliseconds, task};
			timers.push(timer);
			return () => {
				timers = timers.filter(other => other !== timer);
			};
		},
	};
	let back = 0;
	const recorded = createEventRecorder(store, {now: () => clock - back, pace, wallClock: () => clock});
	const pod = store.create(pods, {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name: 'a', namespace: 'default'},
	});
	return {
		say: (reason: string): void => recorded.record(pod, 'Normal', reason, 'It is so.', 'kubelet'),
		reasons: (): unknown[] => store.list(events).map(event => event['reason']),
		pass: (milliseconds: number): void => {
			clock += milliseconds;
			for (const {task} of timers.filter(timer => timer.at <= clock)) {
				task();
			}
		},
		setBack: (milliseconds: number): void => {
			back = milliseconds;
		},
	};
}

it('an Event is gone an hour after it was last seen', () => {
	const {say, reasons, pass} = recorder();
	say('Pulled');
	pass(hour / 2);
	say('Started');
	pass(hour / 4);
	say('Pulled');
	pass(hour / 4);
	expect(reasons()).toEqual(expect.arrayContaining(['Pulled', 'Started']));
	pass(hour / 2);
	expect(reasons()).toEqual(['Pulled']);
	pass(hour / 4);
	expect(reasons()).toEqual([]);
});

it('what happened longer ago than that has left no Event, what happened later is counted from then', () => {
	const {say, reasons, pass, setBack} = recorder();
	setBack(3 * hour);
	say('Pulled');
	expect(reasons()).toEqual([]);
	setBack(hour / 2);
	say('Started');
	expect(reasons()).toEqual(['Started']);
	pass(hour / 2);
	expect(reasons()).toEqual([]);
});
