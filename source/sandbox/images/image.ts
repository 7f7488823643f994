/**
 * What an "image" of the sandbox is: a program that is built in and runs inside this process, but behind real sockets,
 * so that everything between it and a client is what it would be on a cluster.
 */

/** What a container is given when it starts. */
export type ContainerContext = {
	/** As the container sees it: that of the template and what Knative adds (`PORT`, `K_SERVICE`, `K_REVISION` …). */
	readonly env: Readonly<Record<string, string>>;
	/** A line on standard output, without its line feed. */
	log(line: string): void;
	/** Says that a port of the container (in its own network namespace) is open; `socket` is where it really listens. */
	opened(containerPort: number, socket: {host: string; port: number}): void;
	/** Waits that many milliseconds of sandbox time; rejects when the container is stopped meanwhile. */
	wait(milliseconds: number): Promise<void>;
	/** A number in [0, 1). */
	random(): number;
};

/** How a process ended. The message is that of the runtime; empty when the process merely exited. */
export type Exit = {code: number; message: string};

export type RunningContainer = {
	/** Resolves when the process ends by itself; never when it is stopped first. */
	readonly exited: Promise<Exit>;
	/** Ends it: no new connections, the open ones are cut. Idempotent. */
	stop(): Promise<void>;
};

export type Image = {
	/** The last part of the repository's path: `helloworld-go`. */
	readonly name: string;
	/** What it is for, one line. */
	readonly summary: string;
	/** Milliseconds from the start of the process until it opens its port. */
	readonly startup: number;
	run(container: ContainerContext): RunningContainer;
};

/** The port Knative tells the container to listen on; its runtime contract guarantees `PORT`. */
export function portOf(container: ContainerContext): number {
	return Number(container.env['PORT'] ?? '8080');
}

/** `TARGET`, or World: how helloworld-go greets (an empty value counts as none). */
export function greetingOf(container: ContainerContext): string {
	const target = container.env['TARGET'];
	return `Hello ${target === undefined || target === '' ? 'World' : target}!`;
}
