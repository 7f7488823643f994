/** The commands that make, change and delete objects: their flags, and the way to what they do. Named as kn and kubectl have it. */
import {Option, type Command} from 'commander';
import {writing} from '../../headless/exit-codes.js';
import {revisionByWordHelp} from '../../knative/release/revision-by-word-help.js';
import {agreementOptions, despite, outputOption, waitOption, type ConsoleFlags} from '../flags.js';
import type {CreateFlags, DeleteFlags, RevisionFlags, ScaleFlags, TagFlags} from '../run/run-write.js';
import {addExamples, addExitCodes} from './help-parts.js';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function writes(command: Command, {wait = 60}: {wait?: number} = {}): Command {
	for (const option of agreementOptions({isRelease: false})) command.addOption(option);
	command
		.option('--reason <text>', 'why, for the history')
		.addOption(waitOption(wait))
		.addOption(outputOption());
	addExitCodes(command, writing);
	return command;
}

/** As kn calls them; the rules for their values are those of the form. */
const containerFlags = (command: Command) =>
	command
		.addOption(
			new Option('-e, --env <name=value>', 'a variable; NAME- removes it; may be repeated').argParser(
				collect,
			),
		)
		.option('--concurrency-limit <number>', 'most requests at once in a pod; 0 = unlimited')
		.option('--scale-min <number>', 'fewest pods; 0 scales to zero')
		.option('--scale-max <number>', 'most pods; 0 = unlimited')
		.option('--scale-target <number>', 'requests at once, or a second, that a pod is to have')
		.option('--service-account <name>', 'what it runs as')
		.addOption(
			new Option('--pull-secret <name>', 'Secret for a private registry; may be repeated').argParser(collect),
		);

const scaleFlags = (command: Command) =>
	command
		.option('--scale-init <number>', 'pods that must be ready first')
		.option('--scale-activation <number>', 'pods at least when it wakes')
		.option('--scale-metric <name>', 'concurrency or rps')
		.option('--scale-utilization <percent>', 'target utilization, 1 to 100')
		.option('--scale-window <time>', 'time that the metric is averaged over, 6s to 1h')
		.option('--scale-down-delay <time>', 'how long before pods go, 0s to 1h');

const ofNewRevision = (command: Command) =>
	command
		.option('--traffic <percent>', 'share of the new revision; 0: no user traffic until you split', '0')
		.option('--tag <tag>', 'tag of the new revision (canary, unless one is being tried); empty: none')
		.option('--stable-tag <tag>', 'tag of what users have; empty: none', 'stable')
		.addOption(
			new Option('--from <base>', 'what it is a change of: the template, or what users run').choices([
				'template',
				'users',
			]),
		)
		.addOption(despite());

const load = async () => import('../run/run-write.js');

export function addWriteCommands(program: Command): void {
	const common = () => program.opts<ConsoleFlags>();

	const create = containerFlags(
		program
			.command('create <service>')
			.description('create a service')
			.requiredOption('--image <image>', 'domain/namespace/image:tag')
			.option('--port <port>', 'where the container listens; h2c:8080 for gRPC', '8080'),
	)
		.option('--limit <name=quantity>', 'cpu=500m or memory=128Mi; may be repeated', collect)
		.option('--cmd <words>', 'command instead of the one of the image, quoted as in a shell')
		.option('--arg <words>', 'its arguments, quoted as in a shell')
		.option('--cluster-local', 'not on the external gateway')
		.addOption(despite())
		.action(async (service: string, flags: CreateFlags) =>
			(await load()).runCreate(service, common(), flags),
		);
	addExamples(writes(create), [
		'create shop --image registry.example.com/samples/helloworld-go:1 --env TARGET=World',
		'create greeter --image registry.example.com/samples/helloworld-grpc:1 --port h2c:8080 --dry-run -o json',
	]);

	const revision = program.command('revision').description('create revisions').helpCommand(false);
	const made = ofNewRevision(
		scaleFlags(
			containerFlags(
				revision
					.command('create <service>')
					.description('create a revision of a service, with no traffic unless --traffic says so')
					.option('--image <image>', 'instead of the one it has'),
			),
		),
	).action(async (service: string, flags: RevisionFlags) =>
		(await load()).runRevision(service, common(), flags),
	);
	addExamples(revision, [
		'revision create cart --image registry.example.com/samples/helloworld-go:2',
		'revision create --help',
	]);
	addExamples(writes(made), [
		'revision create cart --image registry.example.com/samples/helloworld-go:2',
		'revision create cart --env TARGET=Knative --traffic 10 --yes',
	]);

	const scale = ofNewRevision(
		scaleFlags(
			program
				.command('scale <service>')
				.description('change the autoscaling of a service, which creates a revision')
				.option('--scale-min, --min <number>', 'fewest pods; 0 scales to zero')
				.option('--scale-max, --max <number>', 'most pods; 0 = unlimited')
				.option('--scale-target, --target <number>', 'requests at once, or a second, that a pod is to have')
				.option('--concurrency-limit <number>', 'most requests at once in a pod; 0 = unlimited'),
		),
	).action(async (service: string, flags: ScaleFlags) => (await load()).runScale(service, common(), flags));
	addExamples(writes(scale), ['scale cart --min 1 --max 20', 'scale cart --target 50 --dry-run']);

	const tag = program
		.command('tag <service> <tags...>')
		.description('add tags to a revision, each with a URL of its own, or remove them')
		.option('--untag <tag>', 'a tag to remove from it; may be repeated', collect)
		.action(async (service: string, words: string[], flags: TagFlags) =>
			(await load()).runTag(service, words, common(), flags),
		);
	tag.addHelpText(
		'after',
		`\nTags are written REVISION=TAG or REVISION=TAG,TAG, as kn has it; a revision by ${revisionByWordHelp}.\nA tag that another revision has moves.`,
	);
	addExamples(writes(tag), ['tag cart 00002=canary', 'tag cart 00002=beta --untag canary --yes']);

	const remove = program
		.command('delete <service>')
		.description('delete a service with all its revisions, or one revision')
		.option('--revision <revision>', `only this one: ${revisionByWordHelp}`)
		.action(async (service: string, flags: DeleteFlags) =>
			(await load()).runDelete(service, common(), flags),
		);
	addExamples(writes(remove, {wait: 0}), [
		'delete cart --confirm cart',
		'delete payments --revision 00002 --yes',
	]);
}
