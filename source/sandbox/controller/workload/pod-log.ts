/** What the container of a pod wrote: the last lines of it, and those of the run before. */

export type PodLogLine = {
	/** Milliseconds since 1970. */
	at: number;
	text: string;
};

export type PodLog = {
	/** Oldest first. */
	lines(): readonly PodLogLine[];
	/** Of the run before the last restart; undefined when there was none. */
	previous(): readonly PodLogLine[] | undefined;
	/** Every line from now on; `ended` when the pod is gone. Returns the way to stop. */
	follow(listener: {line: (line: PodLogLine) => void; ended: () => void}): () => void;
};

export type WritableLog = PodLog & {
	append(text: string): void;
	/** The container starts again. */
	restart(): void;
	/** The pod is gone. */
	end(): void;
};

/** More than anybody reads; a kubelet rotates at 10 MiB. */
const limit = 1000;

/** @param now in milliseconds since 1970. */
export function createPodLog(now: () => number): WritableLog {
	let lines: PodLogLine[] = [];
	let previous: PodLogLine[] | undefined;
	const followers = new Set<Parameters<PodLog['follow']>[0]>();
	return {
		lines: () => lines,
		previous: () => previous,
		follow(listener) {
			followers.add(listener);
			return () => {
				followers.delete(listener);
			};
		},
		append(text) {
			const line = {at: now(), text};
			lines.push(line);
			if (lines.length > limit) {
				lines.shift();
			}

			for (const follower of followers) {
				follower.line(line);
			}
		},
		restart() {
			previous = lines;
			lines = [];
		},
		end() {
			for (const follower of followers) {
				follower.ended();
			}

			followers.clear();
		},
	};
}
