import type {Image} from '../../images/image.js';
import type {SandboxPace} from '../../shared-store.js';
import type {PodContainer} from './pod-spec.js';

export type ContainerExit = {
	code: number;
	/** As the runtime reports it: what it could not start, or the end of the log (FallbackToLogsOnError). */
	message: string;
	reason: 'Error' | 'Completed' | 'StartError';
};

export type ContainerProcess = {
	/** Resolves when the port that Knative expects is open; never when another one is. */
	readonly listening: Promise<{host: string; port: number}>;
	readonly exited: Promise<ContainerExit>;
	/** Where a port of the container really listens; undefined while it is not open. */
	socketOf(containerPort: number): {host: string; port: number} | undefined;
	stop(): Promise<void>;
};

/** The end of a log that becomes the termination message: 80 lines or 2 KiB (kubernetes pkg/kubelet/kuberuntime). */
const tailLines = 80;
const tailLength = 2048;

const nothing = (): void => {};

/** Starts an image as a container, in a network namespace of its own as far as ports go. */
export function startContainer(
	image: Image,
	container: PodContainer,
	options: {
		env: Readonly<Record<string, string>>;
		pace: SandboxPace;
		random: () => number;
		log: (line: string) => void;
	},
): ContainerProcess {
	const {env, pace, random, log} = options;
	const {promise: listening, resolve: listen} = Promise.withResolvers<{host: string; port: number}>();
	const missing = missingCommand(image, container);
	if (missing !== undefined) {
		const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${missing}": executable file not found in $PATH: unknown`;
		return {
			listening,
			exited: Promise.resolve({code: 128, message, reason: 'StartError'}),
			socketOf: () => undefined,
			stop: async () => {},
		};
	}

	const sockets = new Map<number, {host: string; port: number}>();
	const written: string[] = [];
	const cancels = new Set<() => void>();
	/** Opening a port takes no time in the sandbox. */
	let openPort = nothing;
	const running = image.run({
		env,
		random,
		log(line) {
			written.push(line);
			if (written.length > tailLines) {
				written.shift();
			}

			log(line);
		},
		opened(port, socket) {
			sockets.set(port, socket);
			openPort();
			if (port === container.port) {
				listen(socket);
			}
		},
		wait: milliseconds =>
			new Promise((resolve, reject) => {
				const cancel = pace.after(milliseconds, () => {
					openPort = pace.hold();
					resolve();
				});
				cancels.add(() => {
					cancel();
					reject(new Error('the container was stopped'));
				});
			}),
	});
	return {
		listening,
		socketOf: containerPort => sockets.get(containerPort),
		exited: running.exited.then(({code, message}) => {
			openPort();
			return {
				code,
				message: message === '' && code !== 0 ? `${written.join('\n')}\n`.slice(-tailLength) : message,
				reason: code === 0 ? 'Completed' : 'Error',
			};
		}),
		async stop() {
			for (const cancel of cancels) {
				cancel();
			}

			openPort();
			await running.stop();
		},
	};
}

/** A `command` instead of the image's own must be a program that the image has: there is one, named like it, in `/`. */
function missingCommand(image: Image, {command}: PodContainer): string | undefined {
	const [program] = command;
	const programs = [image.name, `/${image.name}`, `/ko-app/${image.name}`, '/server'];
	return program === undefined || programs.includes(program) ? undefined : program;
}
