import {describe, expect, it} from 'vitest';
import {createSight, isMultiplexed, positionRequest} from '../../source/terminal/sight.js';

function start({multiplexed = false} = {}) {
	let time = 0;
	const sight = createSight({isMultiplexed: multiplexed, now: () => time});
	/** A frame that shows this is written. */
	const show = (shown: string) => {
		sight.drawing(shown);
		return sight.behind(sight.taken());
	};
	return {
		sight,
		show,
		wait: (milliseconds: number) => {
			time += milliseconds;
		},
		pressed: (shown: string, answers: number) => sight.couldSee(shown, {answers, at: time, before: 0}),
	};
}

describe('with a terminal that answers', () => {
	it('a key counts after the answer to the request behind the frame, and not before, however long that takes', () => {
		const {show, wait, pressed} = start();
		expect(show('panes')).toBe(positionRequest);
		expect(show('sheet')).toBe(positionRequest);
		expect(pressed('sheet', 1)).toBe(false);
		wait(3000);
		expect(pressed('sheet', 1)).toBe(false);
		expect(pressed('sheet', 2)).toBe(true);
	});

	it('what is on the screen already is not asked for again', () => {
		const {show, pressed} = start();
		show('sheet');
		expect(show('sheet')).toBe('');
		expect(pressed('sheet', 1)).toBe(true);
	});

	it('what was never drawn was never seen', () => {
		const {show, wait, pressed} = start();
		show('sheet');
		wait(60_000);
		expect(pressed('another sheet', 9)).toBe(false);
	});

	it('an answer that got lost locks nobody out', () => {
		const {show, wait, pressed} = start();
		show('panes');
		show('sheet');
		wait(5000);
		expect(pressed('sheet', 1)).toBe(true);
	});
});

it('with a terminal that answers nothing a key counts when some time has passed since the frame', () => {
	const {show, wait, pressed} = start();
	show('sheet');
	wait(900);
	expect(pressed('sheet', 0)).toBe(false);
	wait(100);
	expect(pressed('sheet', 0)).toBe(true);
});

/** Keys as they come, each with the one before it. */
const typing = () => {
	const {sight, show, wait} = start();
	let before = 0;
	let time = 0;
	const after = (milliseconds: number) => {
		wait(milliseconds);
		time += milliseconds;
		const isHeeded = sight.isHeeded('conflict', {answers: 9, at: time, before});
		before = time;
		return isHeeded;
	};
	return {show, after};
};

describe('what comes up by itself under what is being typed', () => {
	it('takes none of the keys that follow each other as letters of a word do, though it could be seen', () => {
		const {show, after} = typing();
		show('panes');
		expect(after(3000)).toBe(false);
		show('conflict');
		for (const between of [150, 300, 900]) expect(after(between)).toBe(false);
		expect(after(1000)).toBe(true);
		// Whoever has looked at it once may be as quick as they like.
		expect(after(50)).toBe(true);
	});

	it('takes no first letter that is pressed as it comes up, however long nothing was typed before', () => {
		const {show, after} = typing();
		show('panes');
		after(1);
		show('conflict');
		expect(after(500)).toBe(false);
		expect(after(1000)).toBe(true);
	});
});

it('the answer of a multiplexer says nothing of the terminal behind it: the time counts', () => {
	const {show, wait, pressed} = start({multiplexed: true});
	show('sheet');
	expect(pressed('sheet', 5)).toBe(false);
	wait(1000);
	expect(pressed('sheet', 5)).toBe(true);
	expect(isMultiplexed({TMUX: '/tmp/tmux-0/default,1,0'})).toBe(true);
	expect(isMultiplexed({STY: '1.pts-0'})).toBe(true);
	expect(isMultiplexed({TERM: 'screen-256color'})).toBe(true);
	expect(isMultiplexed({TERM: 'xterm-256color', TMUX: ''})).toBe(false);
});

describe('a terminal that says which it is', () => {
	it.each([
		['GNU screen', [83, 40_500, 0]],
		['tmux', [84, 0, 0]],
		['mosh', [1, 10, 0]],
	])('%s: its answer says nothing of the one behind it', (_, attributes) => {
		const {sight, show, wait, pressed} = start();
		show('panes');
		sight.identified(attributes);
		show('sheet');
		expect(pressed('sheet', 2)).toBe(false);
		wait(1000);
		expect(pressed('sheet', 2)).toBe(true);
	});

	it.each([
		['xterm', [41, 354, 0]],
		['xterm.js', [0, 276, 0]],
		['kitty', [1, 4000, 33]],
		['VTE', [65, 6800, 1]],
	])('%s: its answer counts', (_, attributes) => {
		const {sight, show, pressed} = start();
		show('panes');
		sight.identified(attributes);
		show('sheet');
		expect(pressed('sheet', 2)).toBe(true);
	});
});
