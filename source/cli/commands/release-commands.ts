/** The commands that release: their flags, and the way to what they do. */
import type {Command} from 'commander';
import {writing} from '../../headless/exit-codes.js';
import type {OutputFormat, ReleaseFlags} from '../../headless/write/run.js';
import type {ReleaseCommand} from '../../headless/write/release-command.js';
import {revisionByWordHelp} from '../../knative/release/revision-by-word-help.js';
import {agreementOptions, despite, outputOption, waitOption, type ConsoleFlags} from '../flags.js';
import {requestOptionsFor} from '../request-flags.js';
import {addExamples, addExitCodes} from './help-parts.js';

export function addReleaseCommands(program: Command): void {
	const release = (verb: ReleaseCommand, description: string) => {
		const command = program
			.command(verb)
			.description(description)
			.argument('<service>', 'its name, which may be written as ksvc/NAME');
		for (const option of agreementOptions({isRelease: true})) command.addOption(option);
		command
			.option('--reason <text>', 'why, for the history')
			.addOption(waitOption())
			.addOption(outputOption());
		addExitCodes(command, writing);
		return command;
	};
	const which = `the revision that is meant: ${revisionByWordHelp}`;
	const split = release('split', 'give shares of the traffic')
		.argument('<share...>', `revision=percent; a revision by ${revisionByWordHelp}`)
		.addOption(despite())
		.action(async (service: string, shares: string[], flags: ReleaseFlags) => {
			const {runRelease} = await import('../run/run-release.js');
			await runRelease('split', {service, shares}, program.opts<ConsoleFlags>(), flags);
		});
	addExamples(split, [
		'split cart cart-00001=50 cart-00002=50',
		'split ksvc/cart @stable=90,@canary=10 --yes',
	]);
	const run = (verb: ReleaseCommand) => async (service: string, flags: ReleaseFlags) => {
		const {runRelease} = await import('../run/run-release.js');
		await runRelease(verb, {service}, program.opts<ConsoleFlags>(), flags);
	};
	const complete = release('complete', 'promote the canary: give it 100 %')
		.alias('promote')
		.option('--no-compare', 'do not send the canary and what users had requests in pairs before')
		.option('--to <revision>', which)
		.option('--no-previous', 'do not keep what users had in the split, at 0 % and tagged previous')
		.addOption(despite())
		.action(async (service: string, flags: ReleaseFlags) => {
			const common = program.opts<ConsoleFlags>();
			const requestOptions =
				flags.compare === false ? undefined : requestOptionsFor(program, common, {rate: 20});
			const {runRelease} = await import('../run/run-release.js');
			await runRelease('complete', {service}, common, flags, requestOptions);
		});
	addExamples(complete, ['complete cart', 'promote cart --yes --reason "sprint 12"']);
	const rollback = release('rollback', 'give 100 % back to what users had before the release')
		.option('--to <revision>', which)
		.addOption(despite())
		.action(run('rollback'));
	addExamples(rollback, ['rollback cart --yes', 'rollback cart --to 00001']);
	const abandon = release(
		'abandon',
		'give a release up: the canary leaves the split and is marked as rejected',
	)
		.option('--to <revision>', which)
		.option('--template', 'also set the template back to what users run, which creates a revision at 0 %')
		.addOption(despite())
		.action(run('abandon'));
	addExamples(abandon, ['abandon cart --yes --reason "5xx at 10 %"', 'abandon cart --template']);
	const undo = release('undo', 'undo the last change of the split').addOption(despite()).action(run('undo'));
	addExamples(undo, ['undo cart --dry-run', 'undo cart --yes']);
	const history = program
		.command('history')
		.description('who changed which split, when, from what to what, as far as this machine knows')
		.argument('[service]')
		.addOption(outputOption())
		.action(async (service: string | undefined, {output}: {output: OutputFormat}) => {
			const {runHistory} = await import('../run/run-release.js');
			await runHistory(service, program.opts<ConsoleFlags>(), output);
		});
	addExitCodes(history, []);
	addExamples(history, ['history cart', 'history -o json']);
}
