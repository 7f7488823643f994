/** What stands in a context, a cluster and a user of a kubeconfig: kubernetes/client-go tools/clientcmd/api/v1 types.go. */
import * as v from 'valibot';

const text = v.optional(v.nullable(v.string('must be text (put it in quotes)')));
const flag = v.optional(v.nullable(v.boolean()));
/** Bytes as base64, in as many lines as one likes. */
const bytes = v.optional(
	v.nullable(v.pipe(v.string('must be text (put it in quotes)'), v.check(isBase64, 'is not base64'))),
);

function isBase64(value: string): boolean {
	const packed = value.replaceAll(/[\r\n]/g, '');
	return packed.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(packed);
}

export const clusterSchema = v.looseObject({
	server: text,
	'certificate-authority': text,
	'certificate-authority-data': bytes,
	'insecure-skip-tls-verify': flag,
	'disable-compression': flag,
	'tls-server-name': text,
	'proxy-url': text,
	extensions: v.optional(v.nullable(v.array(v.looseObject({name: v.string(), extension: v.unknown()})))),
});

const execSchema = v.looseObject({
	apiVersion: v.pipe(v.string('must be given'), v.nonEmpty('must be given')),
	command: v.pipe(v.string('must be given'), v.nonEmpty('must be given')),
	args: v.optional(v.nullable(v.array(v.string()))),
	env: v.optional(
		v.nullable(v.array(v.object({name: v.pipe(v.string(), v.nonEmpty('must be given')), value: text}))),
	),
	installHint: text,
	provideClusterInfo: flag,
	interactiveMode: text,
});

export const userSchema = v.looseObject({
	token: text,
	tokenFile: text,
	username: text,
	password: text,
	'client-certificate': text,
	'client-certificate-data': bytes,
	'client-key': text,
	'client-key-data': bytes,
	as: text,
	'as-uid': text,
	'as-groups': v.optional(v.nullable(v.array(v.string()))),
	'as-user-extra': v.optional(v.nullable(v.record(v.string(), v.array(v.string())))),
	exec: v.optional(v.nullable(execSchema)),
	'auth-provider': v.optional(
		v.nullable(
			v.looseObject({
				name: v.string(),
				config: v.optional(v.nullable(v.record(v.string(), v.string()))),
			}),
		),
	),
});

export const contextSchema = v.looseObject({cluster: text, user: text, namespace: text});

export type KubeconfigCluster = v.InferOutput<typeof clusterSchema>;
export type KubeconfigUser = v.InferOutput<typeof userSchema>;
export type KubeconfigContext = v.InferOutput<typeof contextSchema>;

/** A context with what it refers to; paths are absolute. */
export type SelectedContext = {
	name: string;
	/** No file has a context of that name: it is what the flags or the pod make up for one. */
	isMadeUp?: true;
	namespace: string;
	clusterName: string;
	userName: string;
	cluster: KubeconfigCluster & {server: string};
	user: KubeconfigUser;
};

/** Whether a header can carry it: visible ASCII, blanks and what is beyond. */
export const mayBeToken = (token: string): boolean => /^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(token);

export type KubeconfigSource = {
	/** Path of one file, as `--kubeconfig` gives it. */
	kubeconfig?: string;
	/** The text itself, instead of any file. */
	kubeconfigText?: string;
	/** For tests: the environment, the home directory and where a pod finds its service account. */
	env?: Record<string, string | undefined>;
	home?: string;
	serviceAccount?: string;
};

/** An entry as it stands in a file; only the one that is used is checked, so that another one's fault does not matter. */
export type KubeconfigEntry = {value: unknown; file: string; directory: string};

export type Kubeconfig = {
	/** What was read, for messages. */
	files: string[];
	/** No file: the account of the pod. */
	isOfPod?: true;
	currentContext: string | undefined;
	contexts: Map<string, KubeconfigEntry>;
	clusters: Map<string, KubeconfigEntry>;
	users: Map<string, KubeconfigEntry>;
};
