/** The configuration file: where it is, and what it says. */
import * as v from 'valibot';
import {readGivenSync} from '../../files/given-file.js';
import {placeInYaml} from '../../knative/text/place-in-yaml.js';
import {printable} from '../../knative/text/printable.js';

/** A file that cannot be used, as a sentence. */
export class ConfigError extends Error {
	override name = 'ConfigError';
}

const scalar = v.union([v.string(), v.number(), v.boolean()]);
export type ConfigValue = v.InferOutput<typeof value>;
const value = v.union([scalar, v.array(scalar)]);
const values = v.record(v.string(), value);
const file = v.looseObject({contexts: v.optional(v.record(v.string(), v.nullable(values)))});

export type Config = {
	path: string;
	values: ReadonlyMap<string, ConfigValue>;
	/** By name of the context; they come before those of the whole file. */
	contexts: ReadonlyMap<string, ReadonlyMap<string, ConfigValue>>;
};

/** Its text; undefined when there is none. @throws ConfigError when it is there and cannot be read. */
export function readConfigText(place: string): string | undefined {
	try {
		return readGivenSync(place);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw new ConfigError(
			`${printable(place)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
		);
	}
}

/** @param known Keys that there are. @throws ConfigError with a sentence that says where it is wrong. */
export async function parseConfig(text: string, place: string, known: ReadonlySet<string>): Promise<Config> {
	const {load} = await import('js-yaml');
	const where = printable(place);
	let read: unknown;
	try {
		// A file of comments alone says nothing, which to the parser is no document.
		read = text.replaceAll(/^\s*(?:#.*)?$/gm, '').trim() === '' ? {} : load(text);
	} catch (error) {
		// Where, and nothing of what stands there: it may be a header with a token.
		throw new ConfigError(`${where} is no YAML${placeInYaml(error)}`);
	}
	if (Array.isArray(read)) throw new ConfigError(`${where} has to be keys with values, not a list.`);
	const parsed = v.safeParse(file, read);
	if (!parsed.success) throw new ConfigError(`${where}: ${issue(parsed.issues)}`);
	const {contexts = {}, ...rest} = parsed.output;
	const whole = v.safeParse(values, rest);
	if (!whole.success) throw new ConfigError(`${where}: ${issue(whole.issues)}`);
	const config = {
		path: place,
		values: new Map(Object.entries(whole.output)),
		contexts: new Map(
			Object.entries(contexts).map(([name, entries]) => [name, new Map(Object.entries(entries ?? {}))]),
		),
	};
	for (const [scope, entries] of [['', config.values] as const, ...config.contexts]) {
		const stranger = [...entries.keys()].find(key => !known.has(key));
		if (stranger === undefined) continue;
		const of = scope === '' ? '' : ` of context ${printable(scope)}`;
		throw new ConfigError(
			`${where}: there is no setting ${printable(stranger)}${of}; the keys are the flags without their dashes, and \`contexts\`.`,
		);
	}
	return config;
}

function issue(issues: readonly v.BaseIssue<unknown>[]): string {
	const [first] = issues;
	const at = first && v.getDotPath(first);
	return `${at === null || at === undefined ? 'it' : printable(at)} has to be text, a number, true or false, or a list of these.`;
}
