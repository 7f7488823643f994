/** What is so, as sentences under names: what is new in one of them is told as a line of its own. Pure. */
import {podWords} from '../../knative/revision/pod-words.js';
import {count} from '../../knative/text/short-words.js';
import {waitingSentence} from '../../console/session/follow-routes.js';
import {isGotLately, isOfGateway, latelyIn, shareGot, tagsSilentSince} from '../../console/live/verdicts.js';
import type {BesideView, ConsoleState, LoopSnapshot, ServiceVerdict} from '../../console/state/state.js';
import {absenceOfRevision, absenceOfService, absenceWords} from '../../console/state/absence.js';
import {missingGateway} from '../../console/selected/missing-gateway.js';
import {changesOf} from '../../console/session/change-recorder.js';
import {requestOptionsFor, whyNoTags} from '../../console/live/request-target.js';
import {revisionsOf, selectedService, toldRevisions} from '../../console/state/read.js';
import {inSplitFirst} from '../../console/state/sorted.js';
import {askedBy, remedies} from '../../knative/commands/identify-revisions.js';
import {rejectionOf} from '../../knative/release/evidence/release-facts.js';
import {releaseOf, roleOf} from '../../knative/release/release.js';
import {serviceState} from '../../knative/service/service-state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {timeOf} from '../../probe/judging/user-trouble.js';
import {changesTold} from './changes-told.js';
import {commandWords} from './linear-commands.js';
import {takesBack, usersLines} from './users-told.js';

/** What an about begins with whose sentence is told once, though its numbers change. */
const once = 'once ';

/** By what it is about. Texts are printable. */
export type LinearNews = ReadonlyMap<string, string>;

/** Services that are told of one by one: of more, only those in trouble and the selected one. */
export const mostTold = 30;

/** By what each sentence is about, so that only what is other than before is read out. */
export function toldOf(state: ConsoleState, now = Date.now()): LinearNews {
	const {connection, feeds, services, notice, standing} = state;
	const told = new Map<string, string>();
	const tell = (about: string, sentence: string) => {
		if (sentence !== '') told.set(about, sentence);
	};
	if (connection.kind === 'connected' && state.namespace !== '') {
		const marks = [connection.production ? ' PRODUCTION.' : '', connection.readOnly ? ' Read-only.' : ''];
		tell('connection', `Connected to ${connection.context}, namespace ${state.namespace}.${marks.join('')}`);
	}
	if (connection.kind === 'failed') tell('connection', `Not connected: ${connection.sentence}`);
	tell('watch', watchWords(feeds.services, standing));
	tell('gateway', gatewayWords(state));
	const selected = selectedService(state);
	for (const {about, sentence} of changesTold(state, now)) tell(`${once}${about}`, sentence);
	for (const service of services) {
		const isBad = serviceState(service).kind === 'failed';
		if (services.length <= mostTold || isBad || service === selected) {
			tell(`service ${service.uid}`, serviceWords(service));
		}
	}
	for (const {uid, sentence} of selected ? revisionsTold(state, selected) : []) {
		tell(`revision ${uid}`, sentence);
	}
	for (const verdict of state.verdicts.values()) {
		const service = services.find(({uid}) => uid === verdict.uid);
		if (service && verdict.word !== '') {
			const {uid, word, trouble} = verdict;
			const about = word === 'unsure' && trouble ? `${once}verdict ${uid} ${trouble.kind}` : `verdict ${uid}`;
			tell(about, verdictOfService(state, service, verdict));
		}
	}
	if (notice && notice.isPassing !== true) tell('notice', spoken(notice.text));
	return told;
}

/** What is to be said after a change: sentences that were not so before. */
export function newlyTold(before: LinearNews, after: LinearNews): string[] {
	return [...after]
		.filter(([about, sentence]) =>
			about.startsWith(once) ? !before.has(about) : before.get(about) !== sentence,
		)
		.map(([, sentence]) => sentence);
}

/** What was told of and is no more, while the same is looked at: services, and revisions of the chosen one. */
export function goneLines(told: LinearNews, before: ConsoleState, after: ConsoleState): string[] {
	if (!isSameView(before, after)) return [];
	const services = missing(before.services, after.services)
		.filter(({uid}) => told.has(`service ${uid}`))
		.map(service => absenceWords(service.name, absenceOfService(after, service)));
	const selected = selectedService(after);
	const isSame = selected !== undefined && selectedService(before)?.uid === selected.uid;
	const revisions = isSame
		? missing(revisionsOf(before, selected), revisionsOf(after, selected)).map(revision =>
				absenceWords(revision.name, absenceOfRevision(after, revision)),
			)
		: [];
	return [...services, ...revisions].map(clause => `${clause}.`);
}

/** Whether what is missing in one and not in the other has gone: nobody has gone elsewhere, and both are whole. */
function isSameView(before: ConsoleState, after: ConsoleState): boolean {
	return (
		before.namespace === after.namespace &&
		before.scope === after.scope &&
		before.connection === after.connection &&
		[before, after].every(({feeds}) => feeds.services.kind === 'live' && feeds.revisions.kind === 'live')
	);
}

function missing<T extends {readonly uid: string}>(before: readonly T[], after: readonly T[]): readonly T[] {
	if (before === after) return [];
	const left = new Set(after.map(({uid}) => uid));
	return before.filter(({uid}) => !left.has(uid));
}

function watchWords(
	feed: ConsoleState['feeds']['services'],
	{isRefused = false}: ConsoleState['standing'],
): string {
	switch (feed.kind) {
		case 'connecting':
			return '';
		case 'live':
			return isRefused
				? 'Login refused: the API server does not accept the credentials any more; what is told here may end.'
				: 'Watching: what changes is told here.';
		case 'stale':
			return feed.isUnanswered ? 'No answer from the API server; what is told may be old.' : '';
		case 'offline':
			return 'The API server cannot be reached; retrying.';
		case 'forbidden':
		case 'missing':
			return feed.why;
	}
}

function gatewayWords({gateway}: ConsoleState): string {
	switch (gateway.kind) {
		case 'looking':
			return '';
		case 'found':
			return `Gateway ${gateway.via} at ${gateway.host}:${gateway.port}.`;
		case 'not found':
			return `${missingGateway(gateway).replace(/^./, first => first.toUpperCase())}: ${gateway.sentence}`;
	}
}

/** `cart: Ready. cart-00001 90 % (tag stable), cart-00002 10 % (tag canary).` The part in the release is said of each revision. */
export function serviceWords(service: ServiceView): string {
	const {word, sentence} = serviceState(service);
	const {splitDoubt} = service;
	const isReported = service.statusTraffic.length > 0 || splitDoubt !== undefined;
	const entries = isReported ? service.statusTraffic : service.specTraffic;
	const rows = new Map<string, {percent: number; tags: string[]}>();
	for (const {revision = 'the latest revision', percent, tag} of entries) {
		const row = rows.get(revision) ?? {percent: 0, tags: []};
		rows.set(revision, {
			percent: row.percent + percent,
			tags: tag === undefined ? row.tags : [...row.tags, tag],
		});
	}
	const shares = [...rows].map(
		([revision, {percent, tags}]) =>
			`${revision} ${percent} %${tags.length > 0 ? ` (${tags.length === 1 ? 'tag' : 'tags'} ${tags.join(', ')})` : ''}`,
	);
	const state = sentence === '' ? word : `${word}: ${sentence.replace(/\.$/, '')}`;
	const split = shares.length > 0 ? `${shares.join(', ')}.` : '';
	return [`${service.name}: ${state}.`, split, splitDoubt ?? ''].filter(Boolean).join(' ');
}

/** The revisions of a service, a sentence each, those of its split first: what each is in the release, and how it is. */
export function revisionsTold(state: ConsoleState, service: ServiceView): {uid: string; sentence: string}[] {
	const revisions = toldRevisions(state, service);
	const release = releaseOf({service, revisions, changes: changesOf(state, service.uid)});
	return inSplitFirst(revisionsOf(state, service), service).map(revision => {
		const {name, uid} = revision;
		const lost = name === release.canary?.revision ? release.canary.lost : undefined;
		const role = lost ?? roleOf(name, release);
		const isRejected = rejectionOf({service, revisions}, name) !== undefined;
		return {uid, sentence: `Revision ${revisionWords(revision, {role, isRejected})}.`};
	});
}

/** One revision in a sentence, without a glyph that a screen reader would spell. */
export function revisionWords(
	{name, state, actualReplicas, desiredReplicas, image}: RevisionView,
	{role, isRejected = false}: {role?: string | undefined; isRejected?: boolean} = {},
): string {
	const pods = actualReplicas === undefined ? '' : `, ${podWords(actualReplicas, desiredReplicas)}`;
	const why = state.ready || ['', state.word].includes(state.sentence) ? '' : ` (${state.sentence})`;
	const rejected = isRejected ? 'Rejected, ' : '';
	return `${name}${role === undefined ? '' : ` (${role})`}: ${rejected}${state.word}${why}${pods}, image ${image}`;
}

/**
 * Its words are told again when the verdict is another one, not with each answer.
 *
 * @param takesBack Whether there is a way back, as things are.
 */
export function verdictWords(
	service: string,
	verdict: ServiceVerdict,
	{takesBack: isWayBack = true}: {takesBack?: boolean} = {},
): string {
	const {word, tone, canary, isCanaryUnused, isCanaryUnusedShown, trouble, tagDoubt} = verdict;
	const why = `${commandWords('counts')} says why.`;
	if (canary && isCanaryUnused && tone === 'warning' && (word === 'worse' || word === 'slower')) {
		return `Verdict: ${canary.revision} of ${service} is ${word}, and ${isCanaryUnusedShown ? 'no user gets it' : 'is set to get no user'}. ${commandWords('abandon')} gives it up; ${why}`;
	}
	const weight = {bad: 'ALARM', warning: 'Doubtful', good: 'Good', waiting: 'Verdict'}[tone];
	const said = `${weight}: ${service} is ${word}.`;
	if (word === 'unsure') {
		const because = trouble?.sentence ?? tagDoubt;
		return because === undefined ? `${said} ${why}` : `${said} ${sentenceOf(because)} ${why}`;
	}
	if (tone !== 'bad') return said;
	if (word === 'down' || isOfGateway(verdict)) {
		return `${said} ${commandWords('verify')} says what the gateway answers, if it does.`;
	}
	switch (word) {
		case 'wrong':
			// It may have been like that under the split before, too.
			return `${said} ${commandWords('again')} sends the split once more; ${why}`;
		default: {
			const remedy = isWayBack
				? `${commandWords('rollback')} takes it back`
				: `${commandWords('log')} reads what it logs`;
			return `${said} ${remedy}; ${why}`;
		}
	}
}

const sentenceOf = (text: string) =>
	`${text.charAt(0).toUpperCase()}${spoken(text.slice(1)).replace(/\.$/, '')}.`;

/** The same of a service that is listed. */
export const verdictOfService = (
	state: ConsoleState,
	service: ServiceView,
	verdict: ServiceVerdict,
): string => verdictWords(service.name, verdict, {takesBack: takesBack(state, service)});

function selectedLoop(state: ConsoleState) {
	const service = selectedService(state);
	const snapshot = service && state.live?.uid === service.uid ? state.live.snapshot : undefined;
	return service && snapshot && {service, snapshot};
}

/** How many requests are sent by now; undefined where none ever were. */
export function paceLine(state: ConsoleState): string | undefined {
	const loop = selectedLoop(state);
	if (!loop) return undefined;
	const {service, snapshot} = loop;
	if (snapshot.state !== 'running') return `${service.name}: no requests are sent; start sends them.`;
	return `${service.name}: ${paceWords(snapshot)}; counts reads the answers.`;
}

const paceWords = ({rate, tagRate}: LoopSnapshot) =>
	`${count(rate, 'request')} a second${tagRate > 0 ? `, and ${tagRate} at tag URLs` : ''}`;

/** Whether its revisions are compared by now; undefined where no requests were sent. */
export function comparingLine(state: ConsoleState): string | undefined {
	const loop = selectedLoop(state);
	if (!loop) return undefined;
	const {service, snapshot} = loop;
	return snapshot.comparing
		? `${service.name}: canary and stable are compared wherever both have tags.`
		: `${service.name}: canary and stable are not compared.`;
}

/** What the loop has counted, a line each. */
export function countLines(state: ConsoleState): string[] {
	const loop = selectedLoop(state);
	if (!loop) return [...usersLines(state), 'No requests were sent yet; start sends them.'];
	const {service, snapshot} = loop;
	const {answered, silentSince} = snapshot;
	const verdict = state.verdicts.get(service.uid);
	const pace = snapshot.state === 'running' ? paceWords(snapshot) : 'paused';
	// What tags answer goes on for as long as they can be asked.
	const areTagsOfNow = silentSince !== undefined && tagsSilentSince(snapshot) === undefined;
	const tags = tagLines(snapshot);
	const silence =
		silentSince === undefined
			? []
			: [
					`No revision has answered at the service's own URL since ${timeOf(silentSince)}; what follows is of before.`,
				];
	return [
		...usersLines(state),
		`${service.name}: ${count(answered, 'answer')}, ${pace}.`,
		...(areTagsOfNow ? tags : []),
		...silence,
		...rowLines(snapshot),
		...remedyLines(state, service, snapshot),
		...(areTagsOfNow ? [] : tags),
		...(verdict && verdict.word !== '' ? [verdictOfService(state, service, verdict)] : []),
	];
}

/** What answered users, and how often. */
function rowLines(snapshot: LoopSnapshot): string[] {
	const lately = latelyIn(snapshot.rows);
	const isLately = isGotLately(snapshot);
	return snapshot.rows.map(row => {
		const whose = row.revision ?? 'unattributed';
		const share = shareGot(row, {isGotLately: isLately, lately});
		const {low, high} = row.interval;
		const margin = isLately ? ' lately' : ` (${Math.floor(low * 100)} to ${Math.ceil(high * 100)})`;
		const got =
			share === undefined
				? ''
				: `, got ${(share * 100).toFixed(1)} %${row.revision === undefined ? '' : margin}`;
		// Of answers of nobody in particular no share was set: theirs is that of whoever they may be of.
		const isSet = row.revision !== undefined && row.configuredPercent !== undefined;
		const set = isSet ? `, set ${row.configuredPercent} %` : '';
		const said = row.fingerprint ?? row.text;
		return `${whose}: ${count(row.n, 'answer')}${set}${got}, ${count(row.errors, 'failure')}${said === '' ? '' : `: ${said}`}.`;
	});
}

/** What may tell whose the answers are that are nobody's for certain. */
function remedyLines(
	state: ConsoleState,
	service: ServiceView,
	{rows, unheard, tags}: LoopSnapshot,
): string[] {
	const open = rows.filter(({revision, n}) => revision === undefined && n > 0);
	const noTags = whyNoTags(state, service);
	if (open.length > 0 && noTags !== undefined) return [noTags];
	if (open.some(({why}) => why === 'alike')) {
		const {grpcCall} = requestOptionsFor(state, service.uid);
		return [`Revisions answer identically. ${remedies[askedBy(service.summary.protocol, grpcCall)].long}`];
	}
	const untagged = unheard.find(name => !tags.some(({revision}) => revision === name));
	return untagged !== undefined && open.some(({why}) => why === 'unheard')
		? [`What ${untagged} answers is not known: ${commandWords('tag')} gives it a URL of its own.`]
		: [];
}

/** What was compared at the tags of two revisions. */
function tagLines({comparison}: LoopSnapshot): string[] {
	if (!comparison || comparison.pairs === 0) return [];
	return [comparison.fresh, comparison.old].map(
		side => `${side.revision} at its tag: ${side.failed} of ${side.asked} failed.`,
	);
}

/** Words of the screen as they are heard: there are no panes here, and a bar between two shares is not read out. */
export function spoken(text: string): string {
	return text
		.replace('↑↓ selects another service', 'use chooses another service')
		.replace(':ns lists', 'namespace lists')
		.replace('v asks again over TLS', `${commandWords('verify')} asks again over TLS`)
		.replace(' ↑↓ in pane 2 selects another revision.', '')
		.replace(/\bX (?=gives \S+ up\.)/, `${commandWords('abandon')} `)
		.replace(waitingSentence, 'when the gateway has it is told here')
		.replaceAll(/(?<=\d)[│|](?=\d)/g, ' to ');
}

/** Of each kind that is read out, so many at most. */
const mostRead = 10;

/** The newest first; undefined while nothing is known. */
export function eventLines({events}: BesideView): readonly string[] | undefined {
	switch (events.kind) {
		case 'asking':
			return undefined;
		case 'not read':
			return [events.sentence];
		case 'followed': {
			const lines = events.events
				.slice(0, mostRead)
				.map(({isWarning, reason, about, message, last, count: times}) => {
					const when = last === undefined ? '' : `${timeOf(last)}  `;
					const often = times > 1 ? `, ${times} times` : '';
					return `${when}${isWarning ? 'Warning: ' : ''}${about}: ${reason}${often}: ${message}`;
				});
			return lines.length > 0 ? lines : ['No events in the last hour.'];
		}
	}
}

/** The oldest of the last ones first; undefined while nothing is known. */
export function logLines({log}: BesideView): readonly string[] | undefined {
	if (!log) return ['There is no revision yet.'];
	const {phase, lines, revision, pod} = log;
	const read = [`Log of ${revision}${pod === undefined ? '' : `, pod ${pod}`}:`, ...lines.slice(-mostRead)];
	switch (phase.kind) {
		case 'looking':
		case 'opening':
			return undefined;
		case 'no pods':
			return [`${revision} has no pods now.`];
		case 'following':
			return lines.length > 0 ? read : undefined;
		case 'over':
		case 'refused':
			return [...(lines.length > 0 ? read : []), phase.sentence];
	}
}
