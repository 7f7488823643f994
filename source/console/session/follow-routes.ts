/**
 * Follows each change of a spec to the gateway: from the answer of the API server, which is only a promise, to
 * RoutesReady at that generation, or to the route's late no.
 */
import type {ServiceView} from '../../knative/service/service.js';
import {wayToGateway} from '../../release/outcome/arrival.js';
import {notify} from '../state/select.js';
import type {ConsoleState, ConsoleStore, Move} from '../state/state.js';

/** Milliseconds between two looks at the clock, and those without any after which nobody was there: more than a busy machine takes. */
const beat = {every: 1000, most: 4000};

/** When the watch was last not listened to, or told nothing: the console was stopped, its machine slept, the line was down. */
const unheardAt = new WeakMap<ConsoleStore, number>();

const wasUnheard = (store: ConsoleStore, since: number): boolean =>
	(unheardAt.get(store) ?? -Infinity) >= since;

/** Of the last write from here. The watch may have told of it already. */
export function beginMove(store: ConsoleStore, uid: string, generation: number, askedAt: number): void {
	store.setState(state => {
		const seen = state.moves.get(uid);
		if (seen && seen.generation > generation) return {};
		const movedAt = seen?.generation === generation ? seen.movedAt : undefined;
		const isLate = movedAt !== undefined && wasUnheard(store, askedAt);
		const move: Move = {
			generation,
			askedAt,
			own: true,
			movedAt,
			refusalTold: false,
			...(isLate && {isLate}),
		};
		return {moves: new Map(state.moves).set(uid, move)};
	});
	look(store, store.getState().services, Date.now());
}

/** Keeps `moves` in step with the watch. Returns what ends it. */
export function followRoutes(store: ConsoleStore, {now = Date.now}: {now?: () => number} = {}): () => void {
	let heardAt = now();
	const listen = () => {
		const at = now();
		const {kind} = store.getState().feeds.services;
		if (at - heardAt > beat.most || (kind !== 'live' && kind !== 'connecting')) unheardAt.set(store, at);
		heardAt = at;
	};
	const listening = setInterval(listen, beat.every);
	listening.unref();
	look(store, store.getState().services, now());
	const unsubscribe = store.subscribe((state: ConsoleState, before) => {
		if (state.services === before.services) return;
		// What came while nobody was there may be read before the timer has gone off.
		listen();
		// Of a thousand services an event changes one; where one came or went, those after it are looked at once more.
		const others = state.services.filter((service, index) => service !== before.services[index]);
		look(store, others, now(), before.services);
	});
	return () => {
		clearInterval(listening);
		unsubscribe();
	};
}

/** @param before What the watch had told of until then; nothing at the first look. */
function look(
	store: ConsoleStore,
	services: readonly ServiceView[],
	now: number,
	before: readonly ServiceView[] = [],
): void {
	const {moves} = store.getState();
	const next = new Map(moves);
	const told: (() => void)[] = [];
	for (const service of services) {
		const known = moves.get(service.uid);
		const followed = known && wayToGateway(service, known.generation);
		// The watch is behind the write.
		if (followed?.kind === 'not told') continue;
		const isNew = !followed || followed.kind === 'changed again';
		const way = isNew ? wayToGateway(service, service.generation) : followed;
		// Seen for the first time in order: nothing is under way.
		if (!known && way.kind === 'moved') continue;
		let move = isNew || !known ? begun(service, now, {isFirst: !known && !isChange(service, before)}) : known;
		if (way.kind === 'moved' && move.movedAt === undefined) {
			move = {...move, movedAt: now, ...(wasUnheard(store, move.askedAt) && {isLate: true})};
			if (move.own) told.push(() => tellMoved(store, service));
		}
		if (way.kind === 'refused' && !move.refusalTold) {
			move = {...move, refusalTold: true};
			const {said, meaning, wayBack} = way.refusal;
			told.push(() => notify(store, {tone: 'bad', text: `${service.name}: ${said} ${meaning} ${wayBack}`}));
		}
		if (move !== known) next.set(service.uid, move);
	}
	if (next.size === moves.size && [...next].every(([uid, move]) => moves.get(uid) === move)) return;
	store.setState({moves: next});
	for (const tell of told) tell();
}

/** Whether an earlier state of the service was told of before: then what is refused now was asked for meanwhile. */
const isChange = ({uid, generation}: ServiceView, before: readonly ServiceView[]): boolean =>
	before.some(earlier => earlier.uid === uid && earlier.generation < generation);

/** A change that the watch has told of. What was refused before anybody looked is no news. */
const begun = ({generation}: ServiceView, now: number, {isFirst}: {isFirst: boolean}): Move => ({
	generation,
	askedAt: now,
	own: false,
	movedAt: undefined,
	refusalTold: isFirst,
});

/** Only in the place of what was said of that change: whatever else is said there now, or beside it of what was missed, matters more. */
function tellMoved(store: ConsoleStore, service: ServiceView): void {
	const {name, uid} = service;
	const {notice} = store.getState();
	if (notice?.tone !== 'good' || notice.arriving?.uid !== uid) return;
	const {deed} = notice.arriving;
	const all = service.statusTraffic.find(({percent}) => percent === 100);
	const now = deed && all ? `${all.revision} has 100 %` : `${name} is now ${sharesWord(service)}`;
	notify(store, {tone: 'good', text: deed === undefined ? `${now}.` : `${deed}: ${now}.`});
}

/** `90│10`, in the order of the split; of more than two it would not be known whose a share is, and they are named. */
function sharesWord({statusTraffic}: ServiceView): string {
	const shares = new Map<string, number>();
	for (const {revision = '', percent} of statusTraffic) {
		shares.set(revision, (shares.get(revision) ?? 0) + percent);
	}
	if (shares.size <= 2) return [...shares.values()].join('│');
	return [...shares]
		.filter(([, percent]) => percent > 0)
		.map(([revision, percent]) => `${revision} ${percent} %`)
		.join(', ');
}

/** What is said when the server has taken a change that the gateway has not yet. */
export const waitingSentence = 'pane 3 says when the gateway has it';
