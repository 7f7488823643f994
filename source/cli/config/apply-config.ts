/** Flag before variable before file: sets what was not given, and knows where each value comes from. */
import {InvalidArgumentError, type Command, type Option} from 'commander';
import {printable} from '../../knative/text/printable.js';
import {ConfigError, type Config, type ConfigValue} from './config-file.js';
import {settingsOf, type Setting} from './settings.js';

export type Origin =
	| {kind: 'flag'}
	/** `raw`: as it stands there. */
	| {kind: 'variable'; name: string; raw: ConfigValue}
	| {kind: 'file'; context: string | undefined; raw: ConfigValue}
	| {kind: 'default'};

/** By command and key. */
export type Origins = ReadonlyMap<Setting, Origin>;

const yes = /^(?:true|1|yes|on)$/i;
const no = /^(?:false|0|no|off|)$/i;

/** @throws ConfigError with a sentence. */
function valueOf(option: Option, raw: ConfigValue, from: string): {isSet: boolean; value?: unknown} {
	if (option.isBoolean() || option.negate) {
		const text = String(raw);
		if (!yes.test(text) && !no.test(text)) throw new ConfigError(`${from}: give true or false.`);
		const isOn = yes.test(text);
		// `--no-keepalive` is what turns off; false is what it says.
		if (option.negate) return isOn ? {isSet: false} : {isSet: true, value: false};
		return isOn ? {isSet: true, value: true} : {isSet: false};
	}
	const words = (Array.isArray(raw) ? raw : [raw]).map(String);
	if (words.length > 1 && !option.variadic && !takesSeveral(option)) {
		throw new ConfigError(`${from}: one value, not a list.`);
	}
	try {
		let value: unknown;
		for (const word of words) value = option.parseArg ? option.parseArg(word, value) : word;
		return {isSet: words.length > 0, value: option.variadic && !option.parseArg ? words : value};
	} catch (error) {
		if (!(error instanceof InvalidArgumentError)) throw error;
		throw new ConfigError(`${from}: ${error.message}`);
	}
}

/** Those that may be repeated on the command line say so. */
const takesSeveral = ({description}: Option) => description.includes('may be repeated');

/**
 * @param command The one that runs; those above it have their flags set, too.
 * @param context Name of the context, where the file says something of contexts.
 */
export function applyConfig(
	command: Command,
	{env, config, context}: {env: NodeJS.ProcessEnv; config: Config | undefined; context: string | undefined},
): Origins {
	const origins = new Map<Setting, Origin>();
	for (let at: Command | null = command; at; at = at.parent) {
		for (const setting of settingsOf(at)) {
			const attribute = setting.option.attributeName();
			const source = at.getOptionValueSource(attribute);
			if (source === 'cli') {
				origins.set(setting, {kind: 'flag'});
				continue;
			}
			const found = given(setting, {env, config, context});
			const {isSet, value} = found
				? valueOf(setting.option, found.raw, found.words)
				: {isSet: false, value: undefined};
			if (isSet) {
				at.setOptionValueWithSource(attribute, value, found?.origin.kind === 'variable' ? 'env' : 'config');
			} else if (source === 'config') {
				// What the file says of the context before this one.
				at.setOptionValueWithSource(attribute, setting.option.defaultValue, 'default');
			}
			origins.set(setting, found?.origin ?? {kind: 'default'});
		}
	}
	return origins;
}

function given(
	{key, variable, isOfFile}: Setting,
	{env, config, context}: {env: NodeJS.ProcessEnv; config: Config | undefined; context: string | undefined},
): {raw: ConfigValue; origin: Origin & {kind: 'variable' | 'file'}; words: string} | undefined {
	const told = env[variable];
	// An empty one is none, as for most programs.
	if (told !== undefined && told !== '') {
		return {raw: told, origin: {kind: 'variable', name: variable, raw: told}, words: variable};
	}
	if (!config) return undefined;
	const ofContext = context === undefined ? undefined : config.contexts.get(context)?.get(key);
	if (key === 'production') {
		const pattern = productionPattern(config);
		return pattern === undefined
			? undefined
			: {
					raw: pattern,
					origin: {kind: 'file', context: undefined, raw: pattern},
					words: `${key} in ${printable(config.path)}`,
				};
	}
	const raw = ofContext ?? config.values.get(key);
	if (raw === undefined) return undefined;
	const words = `${key} in ${printable(config.path)}`;
	if (!isOfFile) throw new ConfigError(`${words}: this can only be said by the flag or by ${variable}.`);
	return {raw, origin: {kind: 'file', context: ofContext === undefined ? undefined : context, raw}, words};
}

/**
 * Which contexts are production, as one pattern: the console goes from one to another. `production: true` or `false` of a
 * context holds for that one, whatever the pattern of the file says.
 */
export function productionPattern({values, contexts}: Config): string | undefined {
	const whole = values.get('production');
	const named = (is: boolean) =>
		[...contexts]
			.filter(([, entries]) => String(entries.get('production')) === String(is))
			.map(([name]) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
	const [on, off] = [named(true), named(false)];
	const pattern = whole === true ? '' : String(whole);
	const isAny = whole !== undefined && whole !== false;
	const parts = [
		...(on.length > 0 ? [`^(?:${on.join('|')})$`] : []),
		...(isAny ? [off.length > 0 ? `^(?!(?:${off.join('|')})$).*(?:${pattern})` : `(?:${pattern})`] : []),
	];
	return parts.length === 0 ? undefined : parts.join('|');
}
