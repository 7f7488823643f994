/** What holds for a command that is about to run: its flags, the variables, and the configuration file. */
import type {Command} from 'commander';
import {exitCodes} from '../../headless/exit-codes.js';
import {applyConfig, type Origins} from './apply-config.js';
import {configPlace} from './config-place.js';
import {ConfigError, parseConfig, readConfigText, type Config} from './config-file.js';
import {printable} from '../../knative/text/printable.js';
import type {ConsoleFlags} from '../flags.js';
import {allSettings} from './settings.js';

function rootOf(command: Command): Command {
	return command.parent ? rootOf(command.parent) : command;
}

/**
 * What holds in another context to which the console goes: flags and variables as before, and of the file what it says of that
 * context. Undefined where it says nothing of any. `ofContext`: the keys that it says of that one alone.
 *
 * @throws ConfigError with a sentence.
 */
export async function settleFor(
	program: Command,
	context: string,
): Promise<{flags: ConsoleFlags; ofContext: ReadonlySet<string>} | undefined> {
	const {env} = process;
	const {config} = await configFor(program);
	if (!config || config.contexts.size === 0) return undefined;
	const origins = applyConfig(program, {env, config, context});
	const ofContext = [...origins].flatMap(([{key}, origin]) =>
		origin.kind === 'file' && origin.context === context ? [key] : [],
	);
	return {flags: {...program.optsWithGlobals<ConsoleFlags>()}, ofContext: new Set(ofContext)};
}

/** Of the program itself; of the tests; and what a pod has of a Service that is called like the program (kubelet: envvars.go). */
const others = /^KN_CANARY_(?:TRACE|VERSION|COMMIT|BUILD|TEST_.*|SERVICE_(?:HOST|PORT).*|PORT(?:_\d+_.*)?)$/;

/** However its words are parted. */
const packed = (name: string) => name.replaceAll('_', '').toUpperCase();

/** Variables that look like those of flags, and of which none is one: what was mistyped has no effect, as one would not know. */
function unknownVariables(program: Command, env: NodeJS.ProcessEnv): string[] {
	const known = [...allSettings(program).values()].map(({variable}) => variable);
	return Object.keys(env)
		.filter(name => name.startsWith('KN_CANARY_') && !known.includes(name) && !others.test(name))
		.map(name => {
			const meant = known.find(variable => packed(variable) === packed(name));
			const what = meant === undefined ? 'kn-canary config view lists those there are' : `it is ${meant}`;
			return `The variable ${printable(name)} has no effect: no flag is called so; ${what}.`;
		});
}

/** Ends the process with a usage error where a variable or the file says something that cannot be. */
export async function settle(command: Command): Promise<Origins> {
	const {env} = process;
	try {
		const {config, flags} = await configFor(command);
		const origins = applyConfig(command, {env, config, context: await contextOf(config, flags)});
		if (command.optsWithGlobals<ConsoleFlags>().quiet) return origins;
		for (const sentence of unknownVariables(rootOf(command), env)) process.stderr.write(`${sentence}\n`);
		return origins;
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		return command.error(`error: ${error.message}`, {exitCode: exitCodes.usage});
	}
}

type PlaceFlags = {config?: string; context?: string; kubeconfig?: string; sandbox?: true};

/** `config init` is given the place of a file that is not there yet. */
const makesFile = (command: Command) => command.name() === 'init' && command.parent?.name() === 'config';

async function configFor(command: Command): Promise<{config: Config | undefined; flags: PlaceFlags}> {
	const {env} = process;
	const flags = command.optsWithGlobals<PlaceFlags>();
	const place = configPlace(flags, env);
	const text = place === undefined ? undefined : readConfigText(place);
	const isGiven = (flags.config ?? env['KN_CANARY_CONFIG']) !== undefined;
	if (place !== undefined && text === undefined && isGiven && !makesFile(command)) {
		throw new ConfigError(`${place}: there is no such file.`);
	}
	const known = new Set(allSettings(rootOf(command)).keys());
	return {
		config: place === undefined || text === undefined ? undefined : await parseConfig(text, place, known),
		flags,
	};
}

/** Which context the settings of one are asked for; the kubeconfig is read for that only where the file has any. */
async function contextOf(
	config: Config | undefined,
	{context, kubeconfig, sandbox}: PlaceFlags,
): Promise<string | undefined> {
	if (!config || config.contexts.size === 0) return undefined;
	if (sandbox) return 'sandbox';
	const named = context ?? process.env['KN_CANARY_CONTEXT'] ?? config.values.get('context');
	if (named !== undefined) return String(named);
	try {
		// With all of the network, which the panes do not wait for.
		const {listContexts} = await import('../../kube/connect.js');
		const contexts = await listContexts(kubeconfig === undefined ? {} : {kubeconfig});
		return contexts.find(({current}) => current)?.name;
	} catch {
		// What is wrong with the kubeconfig is said by who wants a cluster of it.
		return undefined;
	}
}
