/** What every command does that only reads one service: its name, and how it says why not. */
import {exitCodes, type ExitCode} from '../../headless/exit-codes.js';
import {serviceMeant} from '../../knative/release/revision-by-word.js';
import {printable} from '../../knative/text/printable.js';
import {errorJson} from '../command-errors.js';
import type {ConsoleFlags} from '../flags.js';
import {isJson, onCluster, type Followed, type OnClusterOptions, type CommandContext} from './on-cluster.js';

/** Says why not, on standard error or as an object, and returns how the command ends. */
const failing =
	({stdout, stderr}: CommandContext, flags: {output?: string}) =>
	(code: ExitCode, sentence: string): ExitCode => {
		if (isJson(flags)) stdout.write(`${errorJson(code, sentence)}\n`);
		else stderr.write(`${sentence}\n`);
		return code;
	};

/** Of one service, which may be written `ksvc/cart`. */
export async function onService(
	typed: string,
	flags: ConsoleFlags & {output?: string} & Followed,
	use: (
		service: string,
		commandContext: CommandContext & {fail: (code: ExitCode, sentence: string) => ExitCode},
	) => Promise<ExitCode>,
	options: OnClusterOptions = {isRead: true},
): Promise<void> {
	await onCluster(
		{...flags, readOnly: true},
		async commandContext => {
			const fail = failing(commandContext, flags);
			const service = serviceMeant(typed);
			if (service !== undefined) return use(service, {...commandContext, fail});
			return fail(exitCodes.usage, `${printable(typed)} is no Service: name one as cart or ksvc/cart.`);
		},
		options,
	);
}
