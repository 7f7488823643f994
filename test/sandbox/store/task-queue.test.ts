import * as fc from '../../support/property.js';
import {expect, it} from 'vitest';
import {createTaskQueue} from '../../../source/sandbox/store/task-queue.js';

it('gives tasks in the order of their times, those of one time as they came, without those that were removed', () => {
	const task = fc.record({due: fc.nat(9), isRemoved: fc.boolean()});
	fc.assert(
		fc.property(fc.array(task), given => {
			const queue = createTaskQueue();
			const tasks = given.map(({due, isRemoved}, place) => ({due, isRemoved, place, run() {}}));
			for (const each of tasks) {
				queue.add(each);
			}

			for (const each of tasks.filter(({isRemoved}) => isRemoved)) {
				queue.remove(each);
				queue.remove(each);
			}

			const taken: unknown[] = [];
			for (let {first} = queue; first; {first} = queue) {
				taken.push(first);
				queue.remove(first);
			}

			expect(taken).toEqual(
				tasks
					.filter(({isRemoved}) => !isRemoved)
					.toSorted((left, right) => left.due - right.due || left.place - right.place),
			);
		}),
	);
});
