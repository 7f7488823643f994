/**
 * Asks the pods of some revisions for their requests, in rounds: each pod at most once in two seconds, eight at a time, twenty
 * of a revision, and no more than ten questions a second in all. It stops asking while it is paused.
 */
import type {Cluster} from '../../kube/cluster.js';
import {corePath} from '../../kube/paths.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {reflect, type Reflector, type ReflectorState} from '../../kube/watch/reflector.js';
import {askPod, type AskedFor, type PodReport} from './ask-pod.js';
import {createPodMemory, shortestPeriod, type PodKnowledge, type PodMemory} from './pod-memory.js';
import {createPodSet, type KnownPod, type PodSet} from './pod-set.js';
import {forwardReader, proxyReader, type PodReader, type PodReading} from './pod-reader.js';

/** What a pod said, or why it did not. `at` is when it was asked; milliseconds since 1970. */
export type Scrape = {readonly pod: KnownPod; readonly at: number; readonly report: PodReport};

export type Round = {
	/** When it began: each pod is asked about as long after that as in any other round, however long another one takes. */
	readonly at: number;
	/** Pods of the revisions that run, also those that were not asked. */
	readonly pods: readonly KnownPod[];
	/** Of those that were to be asked in this round. */
	readonly scrapes: readonly Scrape[];
	/** What is known of each by now, also of those that are waited for. */
	readonly standings: readonly PodStanding[];
	/** Whether all of the pods were asked, or of a revision with very many a fixed sample of them. */
	readonly isSampled: boolean;
	/** The way there is: through pods/proxy, over port-forwards, or none. */
	readonly way: 'proxy' | 'port-forward' | 'none';
	/** Why there is none: each right that is missing, in the server's words. */
	readonly forbidden: readonly Extract<PodReading, {kind: 'forbidden'}>[];
};

export type PodStanding = PodKnowledge & {readonly pod: KnownPod};

export type Scraper = {
	/** Which revisions are followed; the pods of others are forgotten. */
	setRevisions(revisions: readonly string[]): void;
	start(): void;
	/** Nothing is asked any more; the list of pods is let go of too. */
	pause(): void;
};

export const mostAtOnce = 8;
const mostOfRevision = 20;
/** Questions a second, of all pods together. */
const mostPerSecond = 10;
/** In milliseconds, and a little: the first ones open connections, and come later than they are sent. */
const second = 1200;
/** Milliseconds that a question waits for its turn at most. */
const longestTurn = 3000;
/** Milliseconds until a right that was missing is tried again. */
const again = 60_000;
/** The same for credentials that are not accepted: somebody logs in again. */
const afterLogin = 10_000;

/**
 * @param onRound Told of each round as it is over.
 * @param onState Told when the list of pods becomes current, or ceases to be.
 */
export function createScraper({
	cluster,
	namespace,
	onRound,
	onState = () => {},
	timers = systemTimers,
}: {
	cluster: Cluster;
	namespace: string;
	onRound: (round: Round) => void;
	onState?: (state: ReflectorState) => void;
	timers?: Timers;
}): Scraper {
	let revisions: readonly string[] = [];
	let isStarted = false;
	let running: {stop(): void} | undefined;
	const ways: readonly {name: 'proxy' | 'port-forward'; read: PodReader}[] = [
		{name: 'proxy', read: proxyReader(cluster)},
		{name: 'port-forward', read: forwardReader(cluster)},
	];
	/** By way: until when it is not tried, and what was said. */
	const barred = new Map<string, {until: number; answer: Extract<PodReading, {kind: 'forbidden'}>}>();
	const memories = new Map<string, PodMemory>();

	const memoryOf = ({uid}: KnownPod): PodMemory => {
		const known = memories.get(uid) ?? createPodMemory();
		memories.set(uid, known);
		return known;
	};
	const openWay = () => ways.find(({name}) => (barred.get(name)?.until ?? 0) <= timers.now());

	function portOf(pod: KnownPod, pods: readonly KnownPod[]): AskedFor {
		const now = timers.now();
		const isClosed = (other: KnownPod) => memoryOf(other).isWithoutCounts(now);
		if (isClosed(pod)) return 'rate';
		if (pod.metrics.kind === 'prometheus') return 'counts';
		if (pod.metrics.kind !== 'unknown') return 'rate';
		// Pods of one revision are alike.
		return pods.some(other => other.revision === pod.revision && isClosed(other)) ? 'rate' : 'counts';
	}

	/** When the last questions were sent. */
	const sent: number[] = [];
	let queue: Promise<void> = Promise.resolve();

	/** Waits until the pod was asked long enough ago, and until one question more in a second is not too many. */
	async function turn(notBefore: number, signal: AbortSignal): Promise<void> {
		const wait = async (until: number) => {
			const now = timers.now();
			// A clock that was set back would have it wait for as long as that.
			if (until > now) await timers.sleep(Math.min(until - now, longestTurn), signal);
		};
		await wait(notBefore);
		// One after the other: what counts is when they are sent, not when they were to be.
		const before = queue;
		const own = Promise.withResolvers<void>();
		queue = own.promise;
		await before;
		const [tenth = -Infinity] = sent.length < mostPerSecond ? [] : sent;
		await wait(tenth + second);
		if (!signal.aborted) sent.push(timers.now());
		if (sent.length > mostPerSecond) sent.shift();
		own.resolve();
	}

	async function ask(
		pod: KnownPod,
		pods: readonly KnownPod[],
		signal: AbortSignal,
	): Promise<Scrape | undefined> {
		if (!openWay()) return undefined;
		const memory = memoryOf(pod);
		await turn(memory.askedAt + shortestPeriod, signal);
		if (signal.aborted) return undefined;
		const askedFor = portOf(pod, pods);
		for (let way = openWay(); way; way = openWay()) {
			const at = timers.now();
			memory.askedAt = at;
			const report = await askPod(way.read, pod, {namespace, askFor: askedFor, signal});
			const isPrometheus = pod.metrics.kind === 'prometheus';
			memory.record(report, {askedFor, now: timers.now(), isPrometheus});
			if (report.kind !== 'forbidden') return {pod, at, report};
			// Nothing was asked of the pod: the other way is tried at once.
			const until = timers.now() + (report.right === undefined ? afterLogin : again);
			barred.set(way.name, {until, answer: report});
			await turn(-Infinity, signal);
		}
		return undefined;
	}

	/** Those of a round: of each revision at most twenty, always the same ones, without those that are waited for. */
	function chosen(pods: readonly KnownPod[]): {due: KnownPod[]; isSampled: boolean} {
		const byRevision = Map.groupBy(pods, ({revision}) => revision);
		const sampled = [...byRevision.values()].flatMap(own =>
			own.toSorted((one, other) => (one.uid < other.uid ? -1 : 1)).slice(0, mostOfRevision),
		);
		const now = timers.now();
		const due = sampled.filter(pod => !memoryOf(pod).isResting(now));
		return {due, isSampled: sampled.length < pods.length};
	}

	async function round(set: PodSet, signal: AbortSignal): Promise<void> {
		const at = timers.now();
		const pods = set.list().filter(({isRunning, revision}) => isRunning && revisions.includes(revision));
		const known = new Set(pods.map(({uid}) => uid));
		for (const uid of memories.keys()) if (!known.has(uid)) memories.delete(uid);
		const {due, isSampled} = chosen(pods);
		const scrapes: Scrape[] = [];
		const waiting = [...due];
		const worker = async () => {
			for (let pod = waiting.shift(); pod && !signal.aborted; pod = waiting.shift()) {
				const scrape = await ask(pod, pods, signal);
				if (scrape) scrapes.push(scrape);
			}
		};
		await Promise.all(Array.from({length: mostAtOnce}, worker));
		if (signal.aborted) return;
		onRound({
			at,
			pods,
			scrapes,
			standings: pods.flatMap(pod => {
				const memory = memories.get(pod.uid);
				return memory ? [{pod, ...memory.known}] : [];
			}),
			isSampled,
			way: openWay()?.name ?? 'none',
			forbidden: ways.flatMap(({name}) => barred.get(name)?.answer ?? []),
		});
	}

	function run(): {stop(): void} {
		const aborter = new AbortController();
		const {signal} = aborter;
		const set = createPodSet();
		const listed = Promise.withResolvers<void>();
		const reflector: Reflector = reflect(
			cluster,
			{
				path: corePath('pods', namespace),
				query: {labelSelector: `serving.knative.dev/revision in (${revisions.join(',')})`},
			},
			{
				onChange(change) {
					set.apply(change);
					if (set.isListed) listed.resolve();
				},
				onState,
			},
			timers,
		);
		signal.addEventListener('abort', () => {
			reflector.stop();
			listed.resolve();
		});
		const loop = async () => {
			await listed.promise;
			while (!signal.aborted) {
				const begun = timers.now();
				await round(set, signal);
				const asked = Math.min(set.list().length, mostOfRevision * revisions.length);
				const period = Math.max(shortestPeriod, (asked / mostPerSecond) * 1000);
				await timers.sleep(Math.max(0, begun + period - timers.now()), signal);
			}
		};
		// What ends it is a fault of this program: whoever waits for a round must not wait for ever.
		void loop().catch((error: unknown) => {
			if (!signal.aborted) throw error;
		});
		return {stop: () => aborter.abort()};
	}

	function follow(): void {
		running?.stop();
		running = isStarted && revisions.length > 0 ? run() : undefined;
	}

	return {
		setRevisions(next) {
			const sorted = [...new Set(next)].toSorted();
			if (sorted.join(' ') === revisions.join(' ')) return;
			revisions = sorted;
			follow();
		},
		start() {
			if (isStarted) return;
			isStarted = true;
			follow();
		},
		pause() {
			isStarted = false;
			follow();
		},
	};
}
