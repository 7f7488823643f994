/** Which flags can be set by a variable or in the configuration file, and what they are called there. Pure. */
import type {Command, Option} from 'commander';

export type Setting = {
	option: Option;
	/** In the file: the flag without its dashes, `max-rate`; of one that turns off, what it turns off: `keepalive`. */
	key: string;
	/** `KN_CANARY_MAX_RATE` */
	variable: string;
	/** Whether it may stand in the file: what agrees to a write is said each time, and a token belongs to the kubeconfig. */
	isOfFile: boolean;
	/** What it says may be a secret. */
	isCovered: boolean;
};

const notOfFile: ReadonlySet<string> = new Set(['yes', 'confirm', 'despite', 'token', 'config']);
const covered: ReadonlySet<string> = new Set(['token', 'header', 'cookie', 'data', 'grpc-data', 'env']);

function settingOf(option: Option): Setting | undefined {
	const key = option.long?.replace(/^--(?:no-)?/, '');
	if (key === undefined || key === 'help' || key === 'version') return undefined;
	return {
		option,
		key,
		variable: `KN_CANARY_${key.toUpperCase().replaceAll('-', '_')}`,
		isOfFile: !notOfFile.has(key),
		isCovered: covered.has(key),
	};
}

/** Of one command, without those of the commands below it: what can be set of it otherwise than by a flag. */
export const settingsOf = ({options}: Command): Setting[] =>
	options.flatMap(option => (option.hidden ? [] : (settingOf(option) ?? [])));

/** Of all commands: what may stand in the file, by key. */
export function allSettings(program: Command): ReadonlyMap<string, Setting> {
	const found = new Map<string, Setting>();
	const visit = (command: Command) => {
		for (const setting of settingsOf(command)) if (!found.has(setting.key)) found.set(setting.key, setting);
		for (const sub of command.commands) visit(sub);
	};
	visit(program);
	return found;
}
