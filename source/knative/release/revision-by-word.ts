/** Which revision an operator means by a word: the same for command lines and the palette. Pure. */
import {printable} from '../text/printable.js';
import {didYouMean} from '../text/similar.js';
import {latestKey, splitOf} from '../split/split.js';
import type {ReleaseFacts} from './evidence/release-facts.js';
import {generatedNumber} from './evidence/shares.js';
import type {ServiceView} from '../service/service.js';
import {releaseOf} from './release.js';
import {objectNameRule} from '../forms/rules.js';
import {revisionByWordHelp} from './revision-by-word-help.js';

export type Meant =
	| {
			readonly ok: true;
			readonly revision: string;
			/** The row of the split that the word names by its tag or as `@latest`; undefined for a revision by name. */
			readonly row?: string;
	  }
	| {readonly ok: false; readonly reason: string};

/**
 * By its full name or by a tag, exactly; by the number in a generated name (`00002`, `2`); as `@latest`, `@stable`,
 * `@canary`. A word that means two revisions is refused with both named: kn takes the tag then, others the name.
 */
export function meantBy(word: string, facts: ReleaseFacts): Meant {
	const {service, revisions} = facts;
	const split = splitOf(service);
	if (word === latestKey) {
		return service.latestReady === undefined
			? {ok: false, reason: `${service.name} has no ready revision yet, so @latest means none.`}
			: {ok: true, revision: service.latestReady, row: latestKey};
	}
	if (word === '@stable' || word === '@canary') return byRole(word, facts);
	const names = new Set([
		...(revisions ?? []).map(({name}) => name),
		...split.flatMap(row => row.revision ?? []),
		...[service.latestCreated, service.latestReady].flatMap(name => name ?? []),
	]);
	const found = meaningsOf(word, service, names);
	const [only, ...others] = found.values();
	if (only && others.length === 0) return only;
	const unlisted = revisions === undefined && !only ? unlistedName(word, service) : undefined;
	if (unlisted !== undefined) return {ok: true, revision: unlisted};
	const shown = printable(word);
	if (only) {
		const all = [...found.keys()];
		const clear = all.map(name => clearWord(name, service, names));
		const how = clear.every((said, index) => said === all[index])
			? 'name the one you mean in full'
			: `say ${clear.map((said, index) => (said === all[index] ? said : `${said} for ${all[index]}`)).join(' or ')}`;
		return {ok: false, reason: `${shown} means ${all.join(' and ')}: ${how}.`};
	}
	const near = [...names].filter(name => name.endsWith(`-${word}`));
	const hint =
		near.length > 0
			? ` Did you mean ${near.join(' or ')}?`
			: didYouMean(word, [...names, ...split.flatMap(({tags}) => tags), latestKey, '@stable', '@canary']);
	return {
		ok: false,
		reason: `${service.name} has no revision ${shown}: name one by ${revisionByWordHelp}.${hint}`,
	};
}

/** Each revision that the word means, as its name, as a tag, or as a number. */
function meaningsOf(
	word: string,
	service: ServiceView,
	names: ReadonlySet<string>,
): ReadonlyMap<string, Extract<Meant, {ok: true}>> {
	const tagged = splitOf(service).find(row => row.tags.includes(word));
	const found = new Map<string, Extract<Meant, {ok: true}>>();
	if (names.has(word)) found.set(word, {ok: true, revision: word});
	if (tagged?.revision !== undefined && !found.has(tagged.revision)) {
		found.set(tagged.revision, {ok: true, revision: tagged.revision, row: tagged.key});
	}
	for (const name of numbered(word, service.name, [...names])) {
		if (!found.has(name)) found.set(name, {ok: true, revision: name});
	}
	return found;
}

/** A word that means this revision and no other: where its name is a tag of another one, its number or a tag. */
function clearWord(revision: string, service: ServiceView, names: ReadonlySet<string>): string {
	const number = revision.startsWith(`${service.name}-`) ? revision.slice(service.name.length + 1) : revision;
	const tags = splitOf(service).flatMap(row => (row.revision === revision ? row.tags : []));
	const isClear = (word: string) => {
		const found = meaningsOf(word, service, names);
		return found.size === 1 && found.has(revision);
	};
	return [revision, number, ...tags].find(word => isClear(word)) ?? revision;
}

/** Where the revisions may not be listed, a word that can be the name of one is taken for it: whether it is there the Route finds out. */
function unlistedName(word: string, {name, latestCreated = ''}: ServiceView): string | undefined {
	if (word.startsWith(`${name}-`) && objectNameRule('A revision', word) === undefined) return word;
	const isGenerated =
		latestCreated.startsWith(`${name}-`) && /^\d{5,}$/.test(latestCreated.slice(name.length + 1));
	return isGenerated && /^\d{1,9}$/.test(word) && Number(word) > 0
		? `${name}-${String(Number(word)).padStart(5, '0')}`
		: undefined;
}

function numbered(word: string, service: string, names: readonly string[]): string[] {
	if (!/^\d{1,9}$/.test(word)) return [];
	return names.filter(name => {
		const given = name.startsWith(`${service}-`) ? name.slice(service.length + 1) : '';
		const number = /^\d{1,9}$/.test(given) ? Number(given) : generatedNumber(service, name);
		return number === Number(word);
	});
}

function byRole(word: '@stable' | '@canary', facts: ReleaseFacts): Meant {
	const {canary, stable, doubt} = releaseOf(facts);
	const role = word === '@stable' ? stable : canary;
	if (role) return {ok: true, revision: role.revision};
	const why =
		doubt?.because ?? `${facts.service.name} has ${word === '@canary' ? 'no canary' : 'no stable revision'}.`;
	return {ok: false, reason: `${word}: ${why}`};
}

const kinds = /^(?:ksvc|kservice|kservices|service|services)(?:\.serving\.knative\.dev)?$/i;

export type WordsMeant = {ok: true; words: readonly string[]} | {ok: false; reason: string};

/** What is typed behind `ksvc/NAME`, where somebody begins with that although the service is selected already. */
export function behindService(typed: string, {name}: {readonly name: string}): WordsMeant {
	const words = typed.split(/\s+/).filter(Boolean);
	const [first = '', ...rest] = words;
	if (!first.includes('/') || first.includes('=')) return {ok: true, words};
	if (serviceMeant(first) === name) return {ok: true, words: rest};
	return {ok: false, reason: `${printable(first)} is not ${name}, which is selected: select it first.`};
}

/** `cart` of `cart`, `ksvc/cart` and `service.serving.knative.dev/cart`; undefined for another kind, or for none at all. */
export function serviceMeant(word: string): string | undefined {
	const [kind = '', name, ...more] = word.split('/');
	if (name === undefined) return kind === '' ? undefined : kind;
	return more.length === 0 && name !== '' && kinds.test(kind) ? name : undefined;
}
