/** A sandbox and a console on its cart, again for each test of a file. */
import {afterEach, beforeEach} from 'vitest';
import type {Console} from '../../source/console/console.js';
import {startWorld, type World} from './world.js';

/** To be called at the top of a file, or of a `describe`. A test may put another console in the place of the first. */
export function onCart(): {readonly world: World; console: Console} {
	let world: World;
	let console: Console;
	beforeEach(async () => {
		world = await startWorld();
		console = await world.console('cart');
	});
	afterEach(async () => {
		await world.stop();
	});
	return {
		get world() {
			return world;
		},
		get console() {
			return console;
		},
		set console(another) {
			console = another;
		},
	};
}
