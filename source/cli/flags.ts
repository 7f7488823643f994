/** What the flags may be: each parser takes the text and gives the value, or refuses it in a sentence. */
import {InvalidArgumentError, Option} from 'commander';
import {parseDuration} from '../knative/text/duration.js';
import {parsePrometheusPlace, type PrometheusPlace} from '../users/prometheus-place.js';
import {parseGatewayAddress, type GivenGateway} from '../kube/gateway/gateway-address.js';
import {alertKinds, type AlertKind} from '../terminal/output/attention.js';
import type {ThemeOptions} from '../terminal/output/theme.js';
import type {KubeFlags} from './kube-flags.js';
import type {RequestFlags} from '../probe/transport/request-options.js';

export type PaceFlags = {pace?: number; seed?: number};
/** Of the program itself, which the subcommands that reach a cluster share. */
export type ConsoleFlags = {
	sandbox?: true;
	kubeconfig?: string;
	context?: string;
	namespace?: string;
	gateway?: GivenGateway;
	readOnly?: true;
	production?: RegExp;
	/** The users' numbers are had from there, and not from the pods. */
	prometheus?: PrometheusPlace;
	ascii?: true;
	/** Lines instead of a screen. */
	screenReader?: boolean;
	quiet?: true;
	verbose?: true;
	/** Where requests are kept, a path. */
	log?: string;
	/** What calls the operator when a verdict turns red. */
	alert?: ReadonlySet<AlertKind>;
	/** What a name of `--theme` stands for. */
	theme?: ThemeOptions;
	/** The service that was named instead of a command: only that is shown. */
	only?: string;
	/** Of the sandbox. */
	services?: number;
	revisions?: number;
} & PaceFlags &
	KubeFlags &
	RequestFlags;
export type SandboxFlags = {
	apiPort: number;
	gatewayPort: number;
	switchPort: number;
	services?: number;
	revisions?: number;
} & PaceFlags;

export type UsersFlags = ConsoleFlags & {for: number; watch?: true; output: 'text' | 'json'};
export type VerifySourceFlags = {source: 'probes' | 'users'; for: number};

export type GetFlags = ConsoleFlags & {
	allNamespaces?: true;
	selector?: string;
	watch?: true;
	output?: string;
};

/** A number within bounds; `what` is the sentence when it is not. */
function number(what: string, isFine: (value: number) => boolean): (text: string) => number {
	return text => {
		const value = Number(text);
		if (text.trim() === '' || !isFine(value)) throw new InvalidArgumentError(what);
		return value;
	};
}

/**
 * @param what The sentence for what is not a whole number from `lowest` to `highest`.
 * @returns A parser; it throws InvalidArgumentError.
 */
export function whole(what: string, lowest: number, highest: number): (text: string) => number {
	return number(what, value => Number.isInteger(value) && value >= lowest && value <= highest);
}

/** Parses the port of a flag. */
export const port = whole('A port is a whole number from 1 to 65535, or 0 for any free one.', 0, 65_535);
const count = whole('A whole number from 1 to 10000.', 1, 10_000);
/** Parses how many requests a flag wants. */
export const requests = whole('Give a whole number of requests from 1 to 1000000.', 1, 1_000_000);
/** Parses the significance level of a flag. */
export const alpha = number('Alpha lies between 0 and 1, such as 0.01.', value => value > 0 && value < 1);
/** Seconds of a time from 0 to a day. */
export function seconds(text: string): number {
	const value = parseDuration(text);
	if (value === undefined || value > 86_400_000) {
		throw new InvalidArgumentError('Give seconds, or a time with its unit, up to 24h: 0, 30, 60s, 5m.');
	}
	return value / 1000;
}
/** Seconds of a time from a second to a day. */
export function duration(text: string): number {
	const value = parseDuration(text);
	if (value === undefined || value < 1000 || value > 86_400_000) {
		throw new InvalidArgumentError('Give a time from 1s to 24h, such as 60s or 5m.');
	}
	return value / 1000;
}

const pace = number('The pace is a number above 0; 1 is as fast as a real cluster.', value => value > 0);
const seed = whole('A seed is a whole number.', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/**
 * What `--gateway` names: an address or a URL.
 *
 * @throws InvalidArgumentError for what is neither.
 */
export function gateway(text: string): GivenGateway {
	const parsed = parseGatewayAddress(text);
	if (parsed.kind === 'address') return parsed;
	throw new InvalidArgumentError(parsed.sentence);
}

/**
 * Where `--prometheus` says that one is.
 *
 * @throws InvalidArgumentError for what is no such place.
 */
export function prometheus(text: string): PrometheusPlace {
	const parsed = parsePrometheusPlace(text);
	if (parsed.kind !== 'none') return parsed;
	throw new InvalidArgumentError(parsed.sentence);
}

/** Names of `--theme` → the theme. What is not said is found out: the background, whether there are colours. */
const themes: Readonly<Record<string, ThemeOptions>> = {
	auto: {},
	dark: {background: 'dark'},
	light: {background: 'light'},
	'colour-blind': {palette: 'colour-blind'},
	'high-contrast': {palette: 'high-contrast'},
	'no-colour': {palette: 'none'},
	none: {palette: 'none'},
};

/** `--alert`: a set of the kinds that it lists. */
export const alertOption = () =>
	new Option(
		'--alert <list>',
		`when a verdict turns red: ${alertKinds.join(', ')} (of the desktop, OSC 9); nothing when not given`,
	).argParser((text): ReadonlySet<AlertKind> => {
		const names = text.split(',').map(name => name.trim());
		const kinds = alertKinds.filter(kind => names.includes(kind));
		if (kinds.length === names.length) return new Set(kinds);
		throw new InvalidArgumentError(`It is one or more of ${alertKinds.join(', ')}, comma-separated.`);
	});

/** `--theme`: what the theme of that name leaves to be found out is not in its value. */
export const themeOption = () =>
	new Option(
		'--theme <name>',
		`${Object.keys(themes).join(', ')}: colours, and for which background`,
	).argParser(text => {
		const theme = Object.hasOwn(themes, text) ? themes[text] : undefined;
		if (theme) return theme;
		throw new InvalidArgumentError(`It is one of ${Object.keys(themes).join(', ')}.`);
	});

/**
 * A regular expression of JavaScript, without flags.
 *
 * @throws InvalidArgumentError with the words of the engine.
 */
export function pattern(text: string): RegExp {
	try {
		return new RegExp(text);
	} catch (error) {
		throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
	}
}

/** The demo's sandbox lives faster than a newcomer could follow by hand, and still waits for what it must. */
export const demoPace = 10;

/**
 * Without a default of the option's own: the program has one of this name too, and takes its value wherever it stands, so that
 * a default would come before what was given.
 */
export const paceOption = (usual: number) =>
	new Option(
		'--pace <factor>',
		`how many times faster than a real cluster the sandbox lives (${usual})`,
	).argParser(pace);

/** How many services a sandbox has besides those it always has, and how many revisions each of them. */
export const crowdOptions = () => [
	new Option('--services <count>', 'add that many services to the sandbox, scaled to zero').argParser(count),
	new Option('--revisions <count>', 'how many revisions each of them has (1)').argParser(count),
];

/** `--seed`, for the dice that the gateway of the sandbox splits by. */
export const seedOption = () =>
	new Option(
		'--seed <number>',
		'fixed random seed: the same requests get the same revisions each time',
	).argParser(seed);
/**
 * How a write is agreed to without somebody at a terminal.
 *
 * @param isRelease A roll back needs no name in production.
 */
export const agreementOptions = ({isRelease}: {isRelease: boolean}) => [
	new Option('--dry-run', 'ask the server what it would say, and write nothing'),
	new Option(
		'-y, --yes',
		`skip the question; not in production${isRelease ? ' (but for rollback), not for a target that cannot take the traffic, and not for 100 % to a revision that is not being tried' : ''}`,
	),
	new Option(
		'--confirm <name>',
		'what would have to be typed at a terminal: the name of the service, in production',
	),
];
/** What is to be typed at a terminal, said beforehand. */
export const despite = () =>
	new Option(
		'--despite <what...>',
		'apply it although the canary is worse, or slower, or what gets traffic was rejected, or gets 100 % untried',
	).choices(['worse', 'slower', 'rejected', 'untried']);

/** @param usual Seconds. */
export const waitOption = (usual = 60) =>
	new Option('--wait <time>', 'how long to wait for the gateway; 0 does not wait')
		.argParser(seconds)
		.default(usual, usual === 0 ? '0' : `${usual}s`);

/** `-o` of the commands that have lines for people and one JSON object for scripts. */
export const outputOption = () =>
	new Option('-o, --output <format>', 'lines, or one JSON object').choices(['text', 'json']).default('text');
