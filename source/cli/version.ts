/** What this program is: for bug reports, and for scripts that need a version at least. */

/** Whether this is one file with Node inside: then it was started under its own name. */
export const isExecutable = (): boolean => process.getBuiltinModule('node:sea').isSea();

export type Version = {
	version: string;
	commit: string | null;
	node: string;
	platform: string;
	executable: boolean;
};

/** As the build has noted it; empty where it runs unbuilt. */
export function versionOf(): Version {
	// Named in full, as the build replaces them.
	const commit = process.env['KN_CANARY_COMMIT'] ?? '';
	return {
		version: process.env['KN_CANARY_VERSION'] ?? '',
		commit: commit === '' ? null : commit,
		node: process.versions.node,
		platform: `${process.platform}-${process.arch}`,
		/** One file that brings its Node along. */
		executable: isExecutable(),
	};
}

/** The same in lines, for people. */
export function versionText(): string {
	const {version, commit, node, platform} = versionOf();
	return `kn-canary ${version}${commit === null ? '' : ` (${commit})`}, Node.js ${node}, ${platform}\n`;
}
