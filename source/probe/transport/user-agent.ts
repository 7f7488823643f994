/**
 * How the probe introduces itself, so that its requests can be told from the users' in the gateway's log:
 * `kn-canary/<version>`, or without a version when that is not known.
 */
export function userAgent(version: string | undefined): string {
	return version === undefined ? 'kn-canary' : `kn-canary/${version}`;
}
