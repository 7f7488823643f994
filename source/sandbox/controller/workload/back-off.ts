/**
 * How long a kubelet waits before it does again what failed, and what it says meanwhile.
 *
 * Source: kubernetes pkg/kubelet/{kubelet,kuberuntime/kuberuntime_manager}.go, pkg/kubelet/images/image_manager.go.
 */

/** Milliseconds. */
const first = 10_000;
const longest = 300_000;

/** Milliseconds until something is tried again that has failed and been tried again that often before. */
export const backOff = (failures: number): number => Math.min(first * 2 ** failures, longest);

/** Milliseconds between two readiness probes that fail; after a few the kubelet takes more time. */
const probePeriods = [1000, 1000, 1000, 10_000];

/** Milliseconds until the next readiness probe after so many that failed. */
export const probePeriod = (failures: number): number =>
	probePeriods[Math.min(failures, probePeriods.length - 1)] ?? first;

/** As Go prints a duration: `40s`, `2m40s`. */
export function goDuration(milliseconds: number): string {
	const minutes = Math.floor(milliseconds / 60_000);
	return `${minutes === 0 ? '' : `${minutes}m`}${(milliseconds % 60_000) / 1000}s`;
}

/** What the kubelet says of a queue-proxy that waits for its app. */
export const unanswered =
	'Readiness probe failed: Get "http://127.0.0.1:8012/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

/** What is said of an image that no registry has: by the runtime, and by the kubelet while it waits. */
export function pullProblem(image: string): {message: string; waiting: string} {
	const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
	return {message, waiting: `Back-off pulling image "${image}": ErrImagePull: ${message}`};
}
