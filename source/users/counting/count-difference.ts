/** What a pod counted between two of its answers. Pure. */
import type {PodRequestCounts, StatusCounts} from '../formats/request-counts.js';

export const emptyCounts: PodRequestCounts = {byStatus: new Map()};
const noCounts: StatusCounts = {count: 0, buckets: []};

/** Whether a counter has fallen: then the queue-proxy has begun again, and all that it counts is new. */
export const isLess = (after: PodRequestCounts, before: PodRequestCounts): boolean =>
	[...before.byStatus].some(([status, {count}]) => (after.byStatus.get(status)?.count ?? 0) < count);

/** What came since. */
export function difference(before: PodRequestCounts, after: PodRequestCounts): PodRequestCounts {
	return {
		byStatus: new Map(
			[...after.byStatus].map(([status, counts]) => {
				const earlier = before.byStatus.get(status) ?? noCounts;
				const at = new Map(earlier.buckets.map(({bound, count}) => [bound, count]));
				return [
					status,
					{
						count: counts.count - earlier.count,
						buckets: counts.buckets.map(({bound, count}) => ({
							bound,
							count: Math.max(0, count - (at.get(bound) ?? 0)),
						})),
					},
				];
			}),
		),
	};
}
