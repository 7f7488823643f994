/** What the API server asks of the node a pod runs on, as it asks a kubelet: logs, and connections to its ports. */

/** `namespace/name`. */
type PodKey = string;

export type LogLine = {
	/** Milliseconds since 1970. */
	at: number;
	text: string;
};

export type PodRuntime = {
	/** What the serving container of a pod wrote; undefined when no such pod runs here. */
	logOf(key: PodKey):
		| {
				lines(): readonly LogLine[];
				previous(): readonly LogLine[] | undefined;
				follow(listener: {line: (line: LogLine) => void; ended: () => void}): () => void;
		  }
		| undefined;
	/** Where a port of a pod really listens; undefined when nobody does. */
	socketOf(key: PodKey, port: number): {host: string; port: number} | undefined;
};
