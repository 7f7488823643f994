/** The commands that are about this program: version, completion, manual, configuration. They reach no cluster, but to complete. */
import {Argument, type Command} from 'commander';
import {exitCodes} from '../../headless/exit-codes.js';
import {shells, type Shell} from '../complete/shells.js';
import {outputOption} from '../flags.js';
import {addExamples, showCommonFlags, showEveryFlag} from './help-parts.js';

const load = async () => import('../run/run-about.js');

export function addAboutCommands(program: Command): void {
	const version = program
		.command('version')
		.description('version, commit, and what it runs on')
		.addOption(outputOption())
		.action(async ({output}: {output: 'text' | 'json'}) => (await load()).showVersion(output));
	addExamples(version, ['version', 'version -o json']);

	const completion = program
		.command('completion')
		.description('print what a shell loads to complete commands, services, revisions and tags')
		.addArgument(new Argument('<shell>', 'for which').choices(shells))
		.action(async (shell: Shell) => (await load()).showCompletion(shell));
	addExamples(completion, [
		'completion bash > /etc/bash_completion.d/kn-canary',
		'completion fish > ~/.config/fish/completions/kn-canary.fish',
		'completion kubectl > /usr/local/bin/kubectl_complete-canary; chmod +x /usr/local/bin/kubectl_complete-canary',
	]);

	const manual = program
		.command('man')
		.description('print the manual page, for man -l -')
		.action(async () => (await load()).showManual(program));
	addExamples(manual, ['man | man -l -', 'man > ~/.local/share/man/man1/kn-canary.1']);

	const config = addConfig(program);
	for (const command of [version, completion, manual, config]) showCommonFlags(command);
	for (const command of config.commands) if (command.name() === 'view') showEveryFlag(command);
}

function addConfig(program: Command): Command {
	const config = program
		.command('config')
		.description('the configuration file, and the settings in effect')
		.helpCommand(false);
	const init = config
		.command('init')
		.description('write a commented example, if there is no file yet')
		.action(async (_own: unknown, command: Command) => {
			const failed = (await load()).initConfig(program, command.optsWithGlobals<{config?: string}>());
			if (failed !== undefined) program.error(failed, {exitCode: exitCodes.notMade});
		});
	addExamples(init, ['config init', 'config init --config ./kn-canary.yaml']);
	const view = config
		.command('view')
		.description('every setting that is not the default, and where it comes from')
		.option('--all', 'those that are the default, too')
		.addOption(outputOption())
		.action(async (flags: {all?: true; output: 'text' | 'json'}, command: Command) =>
			(await load()).viewConfig(command, flags),
		);
	addExamples(view, ['config view', 'config view --context prod-eu -o json']);
	addExamples(config, ['config init', 'config view --all']);
	return config;
}
