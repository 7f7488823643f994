/** How to get to the cluster, with kubectl's own words for it (`kubectl options`). */
import {InvalidArgumentError, Option, type Command} from 'commander';
import {parseTimeout} from '../knative/text/duration.js';
import type {KubeconfigOverrides} from '../kube/connect.js';

export type KubeFlags = Omit<KubeconfigOverrides, 'asGroup'> & {
	asGroup?: readonly string[];
	/** Milliseconds; 0: as long as it takes. */
	requestTimeout?: number;
	fieldManager?: string;
	/** Of a label selector. */
	selector?: string;
	allNamespaces?: true;
};

/** Milliseconds; 0 for no limit; undefined as if it were not given, for `--request-timeout "$NOT_SET"`. */
function requestTimeout(text: string): number | undefined {
	if (text === '') return undefined;
	const value = parseTimeout(text);
	if (value !== undefined) return value;
	throw new InvalidArgumentError(
		'Give whole seconds, or a time with its unit: 30, 5s, 2m, 500ms; 0 for no limit.',
	);
}

/** As many names as fit into the managed fields of an object (k8s.io/apimachinery: FieldManagerMaxLength). */
function manager(text: string): string {
	if (text === '' || text.length > 128 || /[\p{C}\p{Zl}\p{Zp}]/u.test(text)) {
		throw new InvalidArgumentError('Give 1 to 128 printable characters.');
	}
	return text;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const group = 'The cluster, as kubectl has it:';

/** But for the manager of fields, which has a name or is refused. */
export const mayBeEmpty = ({helpGroupHeading, required, long}: Option): boolean =>
	helpGroupHeading === group && required && long !== '--field-manager';

/** Adds them to the program, for all its commands. */
export function addKubeFlags(program: Command): void {
	const options = [
		new Option('--kubeconfig <file>', 'instead of $KUBECONFIG or ~/.kube/config'),
		new Option('--context <name>', 'context of the kubeconfig'),
		new Option('--cluster <name>', 'cluster of the kubeconfig, instead of that of the context'),
		new Option('--user <name>', 'user of the kubeconfig, instead of that of the context'),
		new Option('-n, --namespace <name>', 'namespace to begin in'),
		new Option('-A, --all-namespaces', 'all namespaces that you may list (the console, get)'),
		new Option('-s, --server <url>', 'URL of the API server'),
		new Option('--token <token>', 'bearer token for the API server'),
		new Option('--client-certificate <file>', 'client certificate for the API server'),
		new Option('--client-key <file>', 'key of that certificate'),
		new Option('--certificate-authority <file>', 'authority of the certificate of the API server'),
		new Option('--insecure-skip-tls-verify', 'do not check the certificate of the API server'),
		new Option('--tls-server-name <name>', 'name to expect in that certificate'),
		new Option('--as <user>', 'act as that user'),
		new Option('--as-group <group>', 'act as a member of that group; may be repeated').argParser(collect),
		new Option('--as-uid <uid>', 'act with that UID'),
		new Option(
			'--request-timeout <time>',
			'how long the API server may take to answer: 30, 5s, 2m; 0: no limit',
		).argParser(requestTimeout),
		new Option('-l, --selector <selector>', 'only services with these labels: app=shop,tier!=test'),
		new Option('--field-manager <name>', 'who writes, as managedFields will say (kn-canary)').argParser(
			manager,
		),
	];
	for (const option of options) program.addOption(option.helpGroup(group));
}
