/** What is to be done, in the order of when; of two at the same time the one that was asked for first. */
export type Task = {readonly due: number; run(): void};

export type TaskQueue = {
	readonly first: Task | undefined;
	add(task: Task): void;
	/** Without effect when it is not in there. */
	remove(task: Task): void;
};

export function createTaskQueue(): TaskQueue {
	const tasks: Task[] = [];

	/** Where the first task after a time is, or would be. */
	function after(due: number): number {
		let low = 0;
		let high = tasks.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((tasks[middle]?.due ?? 0) <= due) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}

		return low;
	}

	return {
		get first() {
			return tasks[0];
		},
		add(task) {
			tasks.splice(after(task.due), 0, task);
		},
		remove(task) {
			// It is among those at its time, of which the next after them tells the end.
			for (let index = after(task.due) - 1; index >= 0 && tasks[index]?.due === task.due; index--) {
				if (tasks[index] === task) {
					tasks.splice(index, 1);
					return;
				}
			}
		},
	};
}
