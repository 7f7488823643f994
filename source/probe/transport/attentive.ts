/**
 * What was not listened to is not observed. While the process is stopped (ctrl-z), its machine is suspended, or a lid is closed,
 * answers come and time runs out, and none of that says anything of the service: a request during which that happened is
 * asked again, and only what it brings then is an answer.
 */
import type {AskOptions, Probe, ProbeTarget} from './probe.js';

/** Time, so that tests can make it pass. */
export type Times = {
	/** Milliseconds on the scale of `performance.now()`, which some systems stop while they sleep. */
	now(): number;
	/** Milliseconds since 1970, which go on. */
	date(): number;
	/** Runs `task` again and again, every so many milliseconds; returns the way to call it off. */
	every(milliseconds: number, task: () => void): () => void;
};

const systemTimes: Times = {
	now: () => performance.now(),
	date: () => Date.now(),
	every(milliseconds, task) {
		const timer = setInterval(task, milliseconds).unref();
		return () => {
			clearInterval(timer);
		};
	},
};

/** Milliseconds between two beats, while something is asked. */
const interval = 250;

/**
 * Milliseconds that a beat may be late before nobody is taken to have been there. More than a busy machine takes, less than
 * would be seen of the latencies of a service.
 */
const tolerance = 400;

/** Notes when nobody was there, as long as something is asked. */
class Attendance {
	readonly #times: Times;
	#asking = 0;
	#stop: (() => void) | undefined;
	#last = {now: 0, date: 0};
	#absences = 0;

	constructor(times: Times) {
		this.#times = times;
	}

	/** How often nobody was there so far. Also what no beat has told yet. */
	get absences(): number {
		this.#beat();
		return this.#absences;
	}

	enter(): void {
		if (this.#asking++ > 0) return;
		this.#last = this.#read();
		this.#stop = this.#times.every(interval, () => {
			this.#beat();
		});
	}

	leave(): void {
		if (--this.#asking > 0) return;
		this.#stop?.();
		this.#stop = undefined;
	}

	#read() {
		return {now: this.#times.now(), date: this.#times.date()};
	}

	#beat() {
		const next = this.#read();
		const passed = Math.max(next.now - this.#last.now, next.date - this.#last.date);
		this.#last = next;
		if (passed > interval + tolerance) this.#absences++;
	}
}

/** Methods whose request may be made once more without harm (RFC 9110, section 9.2.1). */
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Of gRPC the health check alone: what a method that the operator chose does on the server, nobody here knows. */
const maySendTwice = ({protocol, path, request}: ProbeTarget): boolean =>
	protocol === 'grpc' ? path === '/' : safe.has(request?.method ?? 'GET');

/** A probe that answers with what was observed from the sending to the end. */
export function attentive(probe: Probe, times: Times = systemTimes): Probe {
	const attendance = new Attendance(times);

	async function ask(target: ProbeTarget, options: AskOptions = {}): ReturnType<Probe['ask']> {
		const before = attendance.absences;
		const answer = await probe.ask(target, options);
		if (attendance.absences === before || !maySendTwice(target)) return answer;
		options.signal?.throwIfAborted();
		// It was due when nobody was there; now is when it is sent.
		return ask(target, {...options, ...(options.slot !== undefined && {slot: times.now()})});
	}

	return {
		async ask(target, options) {
			attendance.enter();
			try {
				return await ask(target, options);
			} finally {
				attendance.leave();
			}
		},
		close: async () => probe.close(),
	};
}
