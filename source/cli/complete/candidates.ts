/** What may stand at the cursor of a command line: from the commands and their flags, and from the cluster. Pure. */
import type {Argument, Command, Option} from 'commander';

export type CompletionCandidate = {
	/** What is typed, whole. */
	word: string;
	/** In few words; may be empty. */
	about: string;
};

/** What only the cluster, the kubeconfig or the disk knows. */
export type Wanted =
	| {kind: 'candidates'; candidates: readonly CompletionCandidate[]}
	| {kind: 'contexts'}
	| {kind: 'files'}
	| FromCluster;

export type FromCluster =
	| {kind: 'services' | 'namespaces'}
	/** Of that service; `suffix` stands behind each of them and the word goes on. */
	| {kind: 'revisions' | 'tags'; service: string; suffix: string};

const candidates = (list: readonly CompletionCandidate[]): Wanted => ({kind: 'candidates', candidates: list});

/** Options whose value is a file. */
const files = /^--(?:kubeconfig|log|cacert|proto|client-certificate|client-key|certificate-authority)$/;

function chainOf(command: Command): Command[] {
	return command.parent ? [...chainOf(command.parent), command] : [command];
}

const optionsOf = (command: Command): Option[] =>
	chainOf(command)
		.toReversed()
		.flatMap(({options}) => options.filter(({hidden}) => !hidden));

const takesValue = (option: Option | undefined) =>
	option !== undefined && (option.required || option.optional);

/** @param words Behind the name of the program; the last one is being typed, and may be empty. */
export function wantedAt(program: Command, words: readonly string[]): Wanted {
	const current = words.at(-1) ?? '';
	const before = words.slice(0, -1);
	let command = program;
	const given: string[] = [];
	let pending: Option | undefined;
	for (const word of before) {
		if (pending) {
			pending = undefined;
			continue;
		}
		if (word.startsWith('-') && word !== '-') {
			const option = optionsOf(command).find(({short, long}) => word === short || word === long);
			pending = takesValue(option) ? option : undefined;
			continue;
		}
		const next = command.commands.find(
			candidate => candidate.name() === word || candidate.aliases().includes(word),
		);
		if (next && given.length === 0) command = next;
		else given.push(word);
	}
	const service = plainName(given[0] ?? '');
	if (pending) return valueOf(pending, service);
	const assigned = /^(?<long>--[\w-]+)=/.exec(current)?.groups?.['long'];
	if (assigned !== undefined) {
		const option = optionsOf(command).find(({long}) => long === assigned);
		const wanted = option ? valueOf(option, service) : candidates([]);
		return wanted.kind === 'candidates'
			? {
					...wanted,
					candidates: wanted.candidates.map(({word, about}) => ({word: `${assigned}=${word}`, about})),
				}
			: candidates([]);
	}
	if (current.startsWith('-')) {
		return candidates(
			optionsOf(command).flatMap(({long, description}) => (long ? [{word: long, about: description}] : [])),
		);
	}
	if (given.length === 0 && command.commands.length > 0) {
		return candidates(
			command
				.createHelp()
				.visibleCommands(command)
				.map(sub => ({word: sub.name(), about: sub.description()})),
		);
	}
	return argumentOf(command.registeredArguments, given.length, {service, current});
}

function argumentOf(
	all: readonly Argument[],
	index: number,
	{service, current}: {service: string; current: string},
): Wanted {
	const argument = all[index] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
	switch (argument?.name() ?? '') {
		case 'service':
			return {kind: 'services'};
		case 'share':
		case 'tags':
			// Behind the sign of equality only the operator knows.
			return current.includes('=') ? candidates([]) : {kind: 'revisions', service, suffix: '='};
		default:
			return candidates((argument?.argChoices ?? []).map(word => ({word, about: ''})));
	}
}

function valueOf(option: Option, service: string): Wanted {
	if (option.argChoices) return candidates(option.argChoices.map(word => ({word, about: ''})));
	switch (option.long ?? '') {
		case '--namespace':
			return {kind: 'namespaces'};
		case '--context':
			return {kind: 'contexts'};
		case '--to':
		case '--revision':
			return {kind: 'revisions', service, suffix: ''};
		case '--untag':
			return {kind: 'tags', service, suffix: ''};
		default:
			return files.test(option.long ?? '') ? {kind: 'files'} : candidates([]);
	}
}

const plainName = (word: string) => word.replace(/^[a-z.]+\//, '');
