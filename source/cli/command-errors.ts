/** How a command line that cannot be run ends: a sentence on standard error, or with `-o json` an object on standard output. */
import {writeSync} from 'node:fs';
import {Command, type CommanderError, type ParseOptionsResult} from 'commander';
import {exitCodes, type ExitCode} from '../headless/exit-codes.js';
import {withoutLogins} from '../knative/text/user-info.js';
import {saidText, visibleJson} from '../headless/said.js';
import {withGoFlags} from './commands/go-flags.js';

/** commander's own sentence for a command that there is not, with what may be meant; its types do not name it. */
export class Program extends Command {
	declare readonly unknownCommand: () => never;

	override createCommand(name?: string): Command {
		return new Program(name);
	}

	override parseOptions(words: string[]): ParseOptionsResult {
		const {words: kept, denied} = withGoFlags(words, this.options);
		for (const option of denied) this.setOptionValueWithSource(option.attributeName(), option.negate, 'cli');
		return super.parseOptions(kept);
	}
}

const isUnknown = ({commands}: Command, word: string) =>
	!word.startsWith('-') && !commands.some(command => [command.name(), ...command.aliases()].includes(word));

/** Whether an object is what the caller can read: asked of the words themselves, as they may be wrong everywhere else. */
export function wantsJson(words: readonly string[]): boolean {
	const end = words.indexOf('--');
	const own = end === -1 ? words : words.slice(0, end);
	return own.some(
		(word, index) =>
			/^(?:-o=?|--output=)json$/.test(word) ||
			((word === '-o' || word === '--output') && own[index + 1] === 'json'),
	);
}

/** An error as an object: what every command prints with `-o json` when there is nothing else to say. */
export const errorJson = (exitCode: ExitCode, sentence: string): string =>
	visibleJson({exitCode, sentence}, 2);

/** The sentence of an error of commander's, without what is meant for eyes alone. */
const sentenceOf = ({message}: CommanderError) =>
	withoutLogins(message)
		.replace(/^error: /, '')
		.replaceAll(/\s*\n\s*/g, ' ')
		.trim();

/** Has the program and what is added to it afterwards end like this. */
export function endInWords(program: Program, words: readonly string[]): void {
	const isJson = wantsJson(words);
	program
		.configureOutput({
			// What was mistyped is quoted, whatever is in it.
			outputError(text, write) {
				// Flags of a command that there is not are unknown, too; that is not what was mistyped.
				const [word] = program.args;
				if (text.startsWith('error: unknown option') && word !== undefined && isUnknown(program, word)) {
					program.unknownCommand();
				}
				if (!isJson) write(saidText(withoutLogins(text)));
			},
		})
		.exitOverride(error => {
			if (error.exitCode === 0) process.exit(0);
			// The program's own word for how it ends, else that it is a usage error.
			const code = error.code === 'commander.error' ? asExitCode(error.exitCode) : exitCodes.usage;
			if (isJson) tell(`${errorJson(code, sentenceOf(error))}\n`);
			process.exit(code);
		});
	if (!isJson) program.showHelpAfterError('(--help lists what there is)');
}

const known = new Set<number>(Object.values(exitCodes));
const isExitCode = (code: number): code is ExitCode => known.has(code);
const asExitCode = (code: number): ExitCode => (isExitCode(code) ? code : exitCodes.notMade);

/** At once, since the process ends; a reader who is gone has had enough. */
function tell(text: string): void {
	try {
		writeSync(process.stdout.fd, text);
	} catch {
		// Nobody is left to be told.
	}
}
