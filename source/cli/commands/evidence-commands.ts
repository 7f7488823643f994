/** The commands that say what users get: their flags, and the way to what they do. */
import {Option, type Command} from 'commander';
import {exitCodes} from '../../headless/exit-codes.js';
import {alpha, duration, outputOption, requests, type UsersFlags} from '../flags.js';
import {requestOptionsFor, typedRequestFlags} from '../request-flags.js';
import type {VerifyFlags} from '../run/run-evidence.js';
import {addExamples, addExitCodes} from './help-parts.js';

export function addEvidenceCommands(program: Command): void {
	addVerify(program);
	addUsers(program);
}

function addVerify(program: Command): void {
	const verify = program
		.command('verify <service>')
		.description('send requests to a service and say whether users get the configured split')
		.option('--requests <number>', 'how many requests', requests, 200)
		// Its former name: `-n` is the namespace, as everywhere.
		.addOption(new Option('--n <number>').argParser(requests).hideHelp())
		.option('--alpha <number>', 'chance of calling a correct split wrong', alpha, 0.01)
		.option('--expect <shares>', '50/50 or stable=90,canary=10, instead of what the route has')
		.addOption(
			new Option(
				'--source <source>',
				'whose requests: probes sends --requests of its own; users counts those of real users, and sends none',
			)
				.choices(['probes', 'users'])
				.default('probes'),
		)
		.option('--for <time>', 'with --source users: how long at most, such as 60s', duration, 60)
		.addOption(
			new Option(
				'--revision <revision>',
				'ask this revision alone, once, at its tag: a name, a number, a tag, @canary',
			).conflicts(['requests', 'n', 'alpha', 'expect', 'source', 'for']),
		)
		.addOption(outputOption())
		.action(async (service: string, _own: unknown, command: Command) => {
			const flags = command.optsWithGlobals<VerifyFlags>();
			const typed = typedRequestFlags(command);
			refuseForSource(program, command, {flags, typed});
			if (flags.revision !== undefined) {
				const requestOptions = requestOptionsFor(program, flags, {rate: 1});
				const {runVerifyRevision} = await import('../run/run-evidence.js');
				return runVerifyRevision(service, flags.revision, {...flags, typed}, requestOptions);
			}
			if (flags.source === 'users') {
				const {runVerifyUsers} = await import('../run/run-evidence.js');
				return runVerifyUsers(service, flags);
			}
			const requestOptions = requestOptionsFor(program, flags, {rate: 20});
			const {runVerify} = await import('../run/run-evidence.js');
			await runVerify(service, {...flags, typed, requests: flags.n ?? flags.requests}, requestOptions);
		});
	addExamples(verify, [
		'verify cart',
		'verify cart --revision @canary',
		'verify cart --expect 50/50 --requests 500 -o json',
	]);
	addExitCodes(verify, [exitCodes.cannotTell, exitCodes.couldNotAsk]);
}

/** Flags that only one source of requests has a use for: whoever typed one expects it to count. */
function refuseForSource(
	program: Command,
	command: Command,
	{flags: {source}, typed}: {flags: Pick<VerifyFlags, 'source'>; typed: readonly string[]},
): void {
	const isTyped = (attribute: string) => command.getOptionValueSourceWithGlobals(attribute) === 'cli';
	const ofProbes = [
		...(isTyped('requests') || isTyped('n') ? ['--requests'] : []),
		...(isTyped('alpha') ? ['--alpha'] : []),
		...typed,
	];
	const why =
		source === 'users' && ofProbes[0] !== undefined
			? `${ofProbes[0]} is about requests that are sent, and --source users sends none`
			: source !== 'users' && isTyped('for')
				? '--for is how long the requests of users are counted: add --source users'
				: undefined;
	if (why !== undefined) program.error(`error: ${why}`, {exitCode: exitCodes.usage});
}

function addUsers(program: Command): void {
	const users = program
		.command('users <service>')
		.description(
			'what users get from each revision, as the pods tell, test requests of other consoles included; nothing is installed, no request sent',
		)
		.option('--for <time>', 'how long to measure, such as 60 or 60s', duration, 30)
		.option('-w, --watch', 'go on, and print every 10 seconds')
		.addOption(outputOption())
		.addHelpText('after', '\nNeeds the right to get pods/proxy, or to create pods/portforward.')
		.action(async (service: string, _own: unknown, command: Command) => {
			const {runUsers} = await import('../run/run-evidence.js');
			await runUsers(service, command.optsWithGlobals<UsersFlags>());
		});
	addExamples(users, ['users cart --for 60s', 'users cart -w -o json']);
	addExitCodes(users, []);
}
