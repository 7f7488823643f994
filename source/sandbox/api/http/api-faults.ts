/**
 * What may go wrong at the API server on purpose: for rehearsals of a bad night, and for tests of who has to live with it.
 * Switched while requests are under way; each request goes by what is set when it arrives.
 */

/** What can be answered instead of serving a request. */
export const faultCodes = [401, 403, 409, 410, 429, 500, 503, 504] as const;
export type FaultCode = (typeof faultCodes)[number];

/** An answer to the requests that match, in the words a real server has for it. */
export type FaultAnswer = {
	readonly code: FaultCode;
	/** All unless told: `['PATCH', 'PUT']`. */
	readonly methods?: readonly string[];
	/** What the path has to contain: `/services/hello`. All paths unless told. */
	readonly path?: string;
	/** Only dry runs (`dryRun=All` in the query; of a DELETE with a body, in that), or all but these; both unless told. */
	readonly dryRun?: boolean;
	/** After that many requests it is over; never unless told. */
	readonly times?: number;
	/** After that many seconds of real time it is over; never unless told. */
	readonly seconds?: number;
	/** Of a 429 or 503: seconds to wait before the next try, 1 unless told. */
	readonly retryAfter?: number;
};

export type ApiFaults = {
	/** The first that matches counts. */
	readonly answers: readonly FaultAnswer[];
	/** Milliseconds of real time that each request waits, 0 to ten minutes. */
	readonly delay: number;
	/** Share of requests, 0–1, that are never answered; the connection stays open until the client gives up. */
	readonly drop: number;
	/** Share of requests, 0–1, whose connection is reset instead of an answer. */
	readonly reset: number;
	/**
	 * Share of requests, 0–1, with which an HTTP/2 connection gets a GOAWAY: the request is served, the watches go on, and
	 * what comes next needs a new connection. Real ones do it to spread their clients (--goaway-chance); HTTP/1.1 has none.
	 */
	readonly goaway: number;
	/** Open watches say nothing, new ones neither, no bookmarks either; what they missed comes when it is over. */
	readonly stallWatches: boolean;
	/** Every token is refused, as one that has run out. */
	readonly expireTokens: boolean;
};

/** What becomes of one request. */
export type InjectedApiFault = 'serve' | 'drop' | 'reset' | FaultAnswer;

/** What the faults know of a request. */
export type FaultedRequest = {method: string; path: string; isDryRun: boolean};

/** A watch as the faults see it. */
export type WatchControl = {resume(): void; cut(): void};

export type ApiFaultSwitch = {
	readonly current: ApiFaults;
	/**
	 * Sets some of the faults and leaves the others.
	 *
	 * @throws RangeError that says which value cannot be; nothing is changed then.
	 */
	set(changes: Partial<ApiFaults>): void;
	/** All is well again. */
	clear(): void;
	/** Breaks every open watch off, as a server that goes down does. Returns how many there were. */
	cutWatches(): number;
	/** What becomes of a request; counts it among those that an answer is for. */
	next(request: FaultedRequest): InjectedApiFault;
	/** Whether the connection of a request is to get a GOAWAY with it. */
	goesAway(): boolean;
	/** A watch begins. Returns what to call when it has ended. */
	attach(watch: WatchControl): () => void;
};

const noApiFaults: ApiFaults = Object.freeze({
	answers: [],
	delay: 0,
	drop: 0,
	reset: 0,
	goaway: 0,
	stallWatches: false,
	expireTokens: false,
});

const longestDelay = 600_000;

/**
 * @param random in [0, 1).
 * @param now in milliseconds since 1970.
 */
export function createApiFaults(
	random: () => number = Math.random,
	now: () => number = Date.now,
): ApiFaultSwitch {
	let current = noApiFaults;
	/** How often each answer was given, and until when it may be. */
	let uses = new Map<FaultAnswer, {left: number; until: number}>();
	const watches = new Set<WatchControl>();

	function put(next: ApiFaults): void {
		const problem = problemOf(next);
		if (problem !== undefined) {
			throw new RangeError(problem);
		}

		uses = new Map(
			next.answers.map(answer => [
				answer,
				uses.get(answer) ?? {
					left: answer.times ?? Number.POSITIVE_INFINITY,
					until: now() + (answer.seconds ?? Number.POSITIVE_INFINITY) * 1000,
				},
			]),
		);
		const resumes = current.stallWatches && !next.stallWatches;
		current = next;
		if (resumes) {
			for (const watch of watches) {
				watch.resume();
			}
		}
	}

	function isDue(answer: FaultAnswer): boolean {
		const use = uses.get(answer);
		return use !== undefined && use.left > 0 && use.until > now();
	}

	return {
		get current() {
			return {...current, answers: current.answers.filter(answer => isDue(answer))};
		},
		set: changes => put({...current, ...changes}),
		clear: () => put(noApiFaults),
		cutWatches() {
			const open = [...watches];
			for (const watch of open) {
				watch.cut();
			}

			return open.length;
		},
		next({method, path, isDryRun}) {
			const answer = current.answers.find(
				candidate =>
					isDue(candidate) &&
					(candidate.methods?.includes(method) ?? true) &&
					(candidate.dryRun ?? isDryRun) === isDryRun &&
					path.includes(candidate.path ?? ''),
			);
			const use = answer && uses.get(answer);
			if (answer && use) {
				use.left--;
				return answer;
			}

			const point = current.drop + current.reset === 0 ? 1 : random();
			return point < current.drop ? 'drop' : point < current.drop + current.reset ? 'reset' : 'serve';
		},
		goesAway: () => current.goaway > 0 && random() < current.goaway,
		attach(watch) {
			watches.add(watch);
			return () => {
				watches.delete(watch);
			};
		},
	};
}

function problemOf({answers, delay, drop, reset, goaway}: ApiFaults): string | undefined {
	if (!(delay >= 0 && delay <= longestDelay)) {
		return `the delay must be from 0 to ${longestDelay} milliseconds, not ${delay}`;
	}

	if (!(drop >= 0 && reset >= 0 && drop + reset <= 1)) {
		return `the shares drop and reset must be from 0 to 1 and add up to 1 at most, not ${drop} and ${reset}`;
	}

	if (!(goaway >= 0 && goaway <= 1)) {
		return `the share goaway must be from 0 to 1, not ${goaway}`;
	}

	for (const {code, times = 1, seconds = 1, retryAfter = 1} of answers) {
		if (!faultCodes.includes(code)) {
			return `an answer can be ${faultCodes.join(', ')}, not ${code}`;
		}

		if (!(times >= 1 && seconds > 0 && retryAfter >= 0)) {
			return `times and seconds of an answer must be above 0 and retryAfter at least 0, not ${times}, ${seconds} and ${retryAfter}`;
		}
	}

	return undefined;
}
