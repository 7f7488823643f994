/** How a release stands, for a reader and for a script. Pure. */
import {rejectionOf} from '../../knative/release/evidence/release-facts.js';
import {releaseOf, roleOf, roleWords, type Role} from '../../knative/release/release.js';
import {routeSettled, serviceState} from '../../knative/service/service-state.js';
import {splitOf} from '../../knative/split/split.js';
import {zoned} from '../../knative/text/moment.js';
import {verdictSentence, type CanaryVerdict} from '../../release/verdict/canary-verdict.js';
import type {Facts} from '../../release/plan-facts.js';
import {age} from '../print/age.js';
import {textTable} from '../print/text-table.js';

type RoleReport = {revision: string; percent: number; because: string};

/** Its fields are an interface for scripts. Every one is there each time: what is not known is null. */
export type StatusReport = {
	context: string;
	namespace: string;
	service: string;
	url: string | null;
	state: string;
	reason: string;
	generation: number;
	/** The gateway has the split that was asked for, as far as that can be told. */
	settled: boolean;
	/** Why what it has got is no whole split (a part cannot be read, is missing or too much), as a sentence; null where it is one. */
	unread: string | null;
	release: {
		stable: RoleReport | null;
		canary: RoleReport | null;
		/** The revision that has 100 %. */
		whole: string | null;
		/** Why it cannot be told who is stable or canary, and which it may be. */
		doubt: {about: 'stable' | 'canary'; because: string; candidates: readonly string[]} | null;
		since: string | null;
		by: string | null;
		sentence: string;
	};
	/** As it was asked for. */
	set: readonly {target: string; revision: string | null; percent: number; tags: readonly string[]}[];
	/** As the route has it. */
	got: readonly {
		revision: string;
		latest: boolean;
		percent: number;
		tag: string | null;
		url: string | null;
	}[];
	/** Newest first; null where they cannot be listed. */
	revisions:
		| readonly {
				name: string;
				role: 'stable' | 'canary' | null;
				state: string;
				reason: string;
				image: string;
				pods: number | null;
				created: string | null;
				rejected: boolean;
		  }[]
		| null;
	/** Of pairs of requests to the canary and to what users have. */
	verdict: {
		errors: CanaryVerdict['errors'];
		latency: CanaryVerdict['latency'];
		pairs: number;
		sentence: string;
	} | null;
	/** As `kn-canary users -o json` has it. */
	users: object | null;
};

const roleReport = (role: Role | undefined): RoleReport | null =>
	role ? {revision: role.revision, percent: role.percent, because: role.because} : null;

/** The verdict and what users get are in it where they were asked for. */
export function statusReport(
	facts: Facts,
	{
		context,
		verdict,
		users,
	}: {context: string; verdict?: CanaryVerdict | undefined; users?: object | undefined},
): StatusReport {
	const {service, revisions} = facts;
	const {word, sentence} = serviceState(service);
	const found = releaseOf(facts);
	const {stable, canary, whole, doubt, since, by, reason} = found;
	return {
		context,
		namespace: service.namespace,
		service: service.name,
		url: service.url ?? null,
		state: word,
		reason: sentence,
		generation: service.generation,
		settled: routeSettled(service) && service.splitDoubt === undefined,
		unread: service.splitDoubt ?? null,
		release: {
			stable: roleReport(stable),
			canary: roleReport(canary),
			whole: whole ?? null,
			doubt: doubt ? {about: doubt.about, because: doubt.because, candidates: doubt.candidates} : null,
			since: since === undefined ? null : zoned(since),
			by: by === '' ? null : by,
			sentence: reason,
		},
		set: splitOf(service).map(({key, revision, percent, tags}) => ({
			target: key,
			revision: revision ?? null,
			percent,
			tags,
		})),
		got: service.statusTraffic.map(({revision, latest, percent, tag, url}) => ({
			revision,
			latest,
			percent,
			tag: tag ?? null,
			url: url ?? null,
		})),
		revisions:
			revisions?.map(({name, state, image, actualReplicas, createdAt}) => ({
				name,
				role: roleOf(name, found) ?? null,
				state: state.word,
				reason: state.sentence,
				image,
				pods: actualReplicas ?? null,
				created: createdAt === undefined ? null : zoned(createdAt),
				rejected: rejectionOf(facts, name) !== undefined,
			})) ?? null,
		verdict: verdict
			? {
					errors: verdict.errors,
					latency: verdict.latency,
					pairs: verdict.pairs,
					sentence: verdictSentence(verdict),
				}
			: null,
		users: users ?? null,
	};
}

/** @param now Milliseconds since 1970. */
export function statusLines(report: StatusReport, {revisions}: Facts, now: number): string[] {
	const {release, state, reason, url} = report;
	const facts: [string, string][] = [
		['Service', `${report.namespace}/${report.service} (context ${report.context})`],
		['State', reason === '' ? state : `${state}: ${reason}`],
		['URL', url ?? '<none>'],
		...(release.canary ? [['Canary', roleWords(release.canary)] as [string, string]] : []),
		...(release.stable ? [['Stable', roleWords(release.stable)] as [string, string]] : []),
		...(release.doubt ? [['Not clear', release.doubt.because] as [string, string]] : []),
		...(release.since === null
			? []
			: [
					['Split set', `${release.since}${release.by === null ? '' : ` by ${release.by}`}`] as [
						string,
						string,
					],
				]),
		['Gateway', gatewayWords(report)],
		...(report.verdict ? [['Verdict', report.verdict.sentence] as [string, string]] : []),
	];
	const width = Math.max(...facts.map(([label]) => label.length));
	return [
		...facts.map(([label, value]) => `${label.padEnd(width)}  ${value}`),
		'',
		...textTable([
			['REVISION', 'SET', 'GOT', 'TAGS', 'STATE', 'PODS', 'AGE', 'IMAGE'],
			...rows(report, revisions, now),
		]),
	];
}

/** What is no whole split may be any. */
function gatewayWords({settled, unread}: StatusReport): string {
	if (unread !== null) return `not clear: ${unread}`;
	return settled ? 'in place, says Knative' : 'does not have this split yet';
}

const sum = (entries: readonly {percent: number}[]) =>
	entries.length === 0 ? '–' : `${entries.reduce((total, {percent}) => total + percent, 0)} %`;

function rows(report: StatusReport, revisions: Facts['revisions'], now: number): string[][] {
	const listed = [
		...new Set([
			...report.set.flatMap(({revision}) => revision ?? []),
			...report.got.map(({revision}) => revision),
		]),
	];
	const names = report.revisions?.map(({name}) => name) ?? listed;
	return names.map(name => {
		const set = report.set.filter(({revision}) => revision === name);
		const got = report.got.filter(({revision}) => revision === name);
		const view = report.revisions?.find(revision => revision.name === name);
		return [
			name,
			sum(set),
			sum(got),
			set.flatMap(({tags}) => tags).join(',') || '–',
			view ? `${view.state}${view.rejected ? ', rejected' : ''}` : '–',
			view?.pods === null || view === undefined ? '–' : String(view.pods),
			age(revisions?.find(revision => revision.name === name)?.createdAt, now),
			view?.image ?? '–',
		];
	});
}
