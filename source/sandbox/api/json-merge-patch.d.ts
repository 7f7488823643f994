/** The package brings no types. */
declare module 'json-merge-patch' {
	/** RFC 7386. Changes and answers `target`. */
	export function apply(target: unknown, patch: unknown): unknown;
}
