/** Who a request is for. */

/** A `Host` or `:authority` without its port, in lower case. */
export function hostOf(authority: string): string {
	return authority.replace(/:\d*$/, '').toLowerCase();
}
